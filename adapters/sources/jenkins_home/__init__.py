"""Jenkins as it is on disk: builds from the files of a JENKINS_HOME."""
