"""Starts a Jenkins job for an event, with parameters made of it (python-jenkins, `buildWithParameters`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jenkins
import requests

from adapters.errors import PermanentError, TransientError
from adapters.sinks.actions.settings import JenkinsJobSettings
from adapters.sinks.actions.shape import shape, text
from adapters.sinks.actions.sink import ActionSink


def jenkins_job(settings: JenkinsJobSettings) -> ActionSink:
    """A sink that starts the job once for each event."""
    password = settings.auth.password.get_secret_value()
    server = jenkins.Jenkins(settings.url, settings.auth.username, password, timeout=settings.timeout)
    job = shape(settings.job, settings.tables)
    parameters = {name: shape(template, settings.tables) for name, template in settings.parameters.items()}

    def act(document: Mapping[str, Any]) -> None:
        name = text(job, document)
        values = {key: text(closure, document) for key, closure in parameters.items()}
        try:
            server.build_job(name, values or None)
        except jenkins.NotFoundException:
            raise PermanentError(f"Jenkins has no job '{name}', or does not show it to this user") from None
        except jenkins.TimeoutException:
            raise TransientError(f"Jenkins at {settings.url} did not answer in time") from None
        except (jenkins.JenkinsException, requests.RequestException) as error:
            raise TransientError(f"Jenkins did not start '{name}': {_reason(error)}") from None

    return ActionSink(settings, act)


def _reason(error: Exception) -> str:
    """The first line of what a client says: the lines after it may be a whole page of HTML."""
    return str(error).strip().partition("\n")[0][:200]
