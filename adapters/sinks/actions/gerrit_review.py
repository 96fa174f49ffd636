"""Posts a review with votes on a Gerrit change for an event (pygerrit2; rest-api-changes.html, Set Review)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import requests
from pygerrit2 import GerritReview

from adapters import urls
from adapters.errors import PermanentError, TransientError
from adapters.gerrit import client
from adapters.http import Bounded, no_answer
from adapters.mapping import within
from adapters.model import Message
from adapters.redaction import Redact, redaction
from adapters.settings import Field, Settings
from adapters.sinks.actions import place
from adapters.sinks.actions.asked import asking, body, kept
from adapters.sinks.actions.settings import GerritReviewSettings
from adapters.sinks.actions.shape import shape, shaped, text
from adapters.sinks.actions.sink import ActionSink
from adapters.sinks.http_answer import refusal, said

_WHY = "it passes over a label, or a value of it, that the project does not have (change.strictLabels would refuse it)"

_ANY = within.name("${name}")

_LARGEST = 1 << 20
"""Bytes that are read of an answer: it has the votes that were taken."""


class Review(Settings):
    """What it takes: a change and its revision, what to say of it, and votes; `gerrit` is the server that it is of."""

    gerrit: str | None = None
    change: Annotated[str, Field(min_length=1)]
    revision: Annotated[str, Field(min_length=1)] = "current"
    message: str
    labels: dict[str, str | int] = {}


def gerrit_review(settings: GerritReviewSettings) -> ActionSink[Review]:
    """A sink that posts the review once for each message."""
    user = (settings.auth.username, settings.auth.password)
    adapter = Bounded(_LARGEST, excerpt=True, stays=True)
    server = client(settings.url, user, settings.tls, settings.timeout, adapter)
    redact = redaction(settings)
    own = settings.instance or settings.url

    def act(asked: Review) -> None:
        _refuse_that_of_another(asked.gerrit, own)
        where, what = _segment(asked.change), _segment(asked.revision)
        votes = {label: vote for label, vote in asked.labels.items() if vote != ""}
        review = GerritReview(message=asked.message, labels=votes)
        try:
            answer = server.review(where, what, review)
        except requests.HTTPError as error:
            raise _judged(error.response, where, redact) from None
        except (OSError, ValueError, RecursionError) as error:
            reason = no_answer(error) if isinstance(error, OSError) else "the answer is not JSON"
            raise TransientError(f"Gerrit at {settings.url}: {reason}") from None
        if not isinstance(answer, dict) or not isinstance(taken := answer.get("labels") or {}, dict):
            raise TransientError(f"what answers at {settings.url} is not Gerrit's API: is a login page in between?")
        if ignored := votes.keys() - taken.keys():
            raise PermanentError(
                f"Gerrit took the review of {where}, but no vote on {', '.join(sorted(ignored))}: {_WHY}"
            )

    return ActionSink(settings, asking(_of_event(settings), _of_message), act)


def _of_event(settings: GerritReviewSettings) -> Callable[[Mapping[str, Any]], Review] | None:
    if settings.change is None:
        return None
    change, revision = (place.name(template, settings.tables) for template in (settings.change, settings.revision))
    message = shape(settings.message, settings.tables)
    labels = {label: shape(template, settings.tables) for label, template in settings.labels.items()}

    def review(document: Mapping[str, Any]) -> Review:
        server = (document.get("customData") or {}).get("gerrit")
        return Review(
            gerrit=server if isinstance(server, str) else None,
            change=change(document),
            revision=revision(document),
            message=text(message, document),
            labels={label: shaped(closure, document) for label, closure in labels.items()},
        )

    return review


def _of_message(message: Message) -> Review:
    asked = body(Review, message)
    kept(_ANY, asked.change)
    kept(_ANY, asked.revision)
    return asked


def _refuse_that_of_another(said: str | None, own: str) -> None:
    """An event may say in `customData.gerrit` of which server its change is: each has a change of that number."""
    if said is not None and urls.place(said).rstrip("/") != urls.place(own).rstrip("/"):
        hint = (
            f"choose by customData.gerrit in the route's `when`, or write `instance: {said}` if it is the same server"
        )
        raise PermanentError(f"the change is of {said}, and this action votes on {own}: {hint}")


def _segment(value: str) -> str:
    """One segment of a path, whatever the event says; what is percent-encoded already stays as it is."""
    return quote(value, safe="%~")


def _judged(answer: requests.Response, change: str, redact: Redact) -> PermanentError | TransientError:
    why = said(redact(answer.text)) or said(redact(answer.reason or ""))
    message = f"Gerrit answered {answer.status_code} to a review of {change}: {why}"
    return refusal(answer, message, time.time())
