"""Starts a Jenkins job for an event, with parameters made of it (python-jenkins, `buildWithParameters`)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import jenkins
import requests

from adapters.errors import PermanentError, TransientError
from adapters.http import Basic, Bounded, Unusable, bounded, no_answer
from adapters.mapping import within
from adapters.model import Message
from adapters.redaction import Redact, redaction
from adapters.settings import Field, Settings
from adapters.sinks.actions import place
from adapters.sinks.actions.asked import asking, body, kept
from adapters.sinks.actions.settings import JenkinsJobSettings
from adapters.sinks.actions.shape import shape, text
from adapters.sinks.actions.sink import ActionSink
from adapters.sinks.http_answer import refusal, said
from adapters.tls import secure

_ANY_JOB = within.names("${job}")

_LARGEST = 1 << 20
"""Bytes that are read of an answer: what it begins with tells whether a build was queued."""


class Job(Settings):
    """What it takes: the full name of a job, and its parameters."""

    job: Annotated[str, Field(min_length=1)]
    parameters: dict[str, str | int | float | bool] = {}


def jenkins_job(settings: JenkinsJobSettings) -> ActionSink[Job]:
    """A sink that starts the job once for each message."""
    server = jenkins.Jenkins(settings.url, timeout=settings.timeout)
    server._auths = [("basic", Basic(settings.auth.username, settings.auth.password.get_secret_value))]  # noqa: SLF001 - or it would keep the password
    secure(server._session, settings.tls)  # noqa: SLF001 - it has no other way to be told
    bounded(server._session, Bounded(_LARGEST, excerpt=True, stays=True))  # noqa: SLF001
    redact = redaction(settings)

    def act(asked: Job) -> None:
        name, values = asked.job, {key: _text(value) for key, value in asked.parameters.items()}
        page = server.build_job_url(name).removesuffix("build")
        try:
            answer = server.jenkins_request(requests.Request("POST", server.build_job_url(name, values or None)))
        except jenkins.NotFoundException:
            raise PermanentError(f"Jenkins has no job '{name}', or does not show it to this user") from None
        except jenkins.TimeoutException:
            raise TransientError(f"Jenkins at {settings.url} did not answer in time") from None
        except (jenkins.JenkinsException, OSError) as error:
            if isinstance(error, Unusable) and _leads_to(error.response, page):
                return
            raise _judged(error, f"Jenkins did not start '{name}'", redact) from None
        except (json.JSONDecodeError, LookupError, TypeError, RecursionError):
            raise TransientError(
                f"what answers at {settings.url} is not Jenkins: is a login page in between?"
            ) from None
        if not _starts(answer, page):
            message = f"Jenkins did not say that it starts '{name}': see whether it did, and whether the url is its own"
            raise PermanentError(message)

    return ActionSink(settings, asking(_of_event(settings), _of_message), act)


def _of_event(settings: JenkinsJobSettings) -> Callable[[Mapping[str, Any]], Job] | None:
    if settings.job is None:
        return None
    job = place.names(settings.job, settings.tables)
    parameters = {name: shape(template, settings.tables) for name, template in settings.parameters.items()}
    return lambda document: Job(
        job=job(document), parameters={name: text(closure, document) for name, closure in parameters.items()}
    )


def _of_message(message: Message) -> Job:
    asked = body(Job, message)
    kept(_ANY_JOB, asked.job)
    return asked


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _starts(answer: requests.Response, job: str) -> bool:
    """Whether an answer is that the job at a URL starts: with an address, or, before Jenkins 1.519, the job's own page.

    Jenkins knows itself by another host, perhaps, than the one that it was asked under.
    """
    if answer.history:
        return _same_path(answer.url, job)
    return "Location" in answer.headers


def _leads_to(answer: requests.Response | None, job: str) -> bool:
    """Whether an answer redirects to the job's page, as Jenkins knows itself: nobody needs to go there."""
    return answer is not None and _same_path(answer.headers.get("location", ""), job)


def _same_path(one: str, other: str) -> bool:
    try:
        return unquote(urlsplit(one).path) == unquote(urlsplit(other).path)
    except ValueError:
        return False


def _judged(error: Exception, message: str, redact: Redact) -> PermanentError | TransientError:
    """By the status behind an exception: python-jenkins raises its own while it handles that of requests."""
    for each in (error, error.__context__):
        if isinstance(each, requests.HTTPError):
            answer = each.response
            return refusal(
                answer, f"{message}: it answered {answer.status_code} {said(redact(answer.reason or ''))}", time.time()
            )
    reason = no_answer(error) if isinstance(error, OSError) else type(error).__name__
    return TransientError(f"{message}: {reason}")
