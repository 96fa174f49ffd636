"""Jenkins as its REST API tells it: builds, the queue and the stages of Pipelines, by polling."""

from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.jenkins_api.source import JenkinsApi

__all__ = ["JenkinsApi", "JenkinsApiSettings"]
