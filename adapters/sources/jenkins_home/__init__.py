"""Jenkins as it is on disk: builds from the files of a JENKINS_HOME."""

from adapters.sources.jenkins_home.source import JenkinsHome, JenkinsHomeSettings

__all__ = ["JenkinsHome", "JenkinsHomeSettings"]
