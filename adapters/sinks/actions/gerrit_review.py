"""Posts a review with votes on a Gerrit change for an event (pygerrit2; rest-api-changes.html, Set Review)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests
from pygerrit2 import GerritReview

from adapters.errors import PermanentError, TransientError
from adapters.gerrit import client
from adapters.sinks.actions.settings import GerritReviewSettings
from adapters.sinks.actions.shape import shape, shaped, text
from adapters.sinks.actions.sink import ActionSink
from adapters.sinks.http_answer import no_answer, refusal

_WHY = "it passes over a label, or a value of it, that the project does not have (change.strictLabels would refuse it)"


def gerrit_review(settings: GerritReviewSettings) -> ActionSink:
    """A sink that posts the review once for each event."""
    server = client(settings.url, (settings.auth.username, settings.auth.password), settings.tls, settings.timeout)
    templates = (settings.change, settings.revision, settings.message)
    change, revision, message = (shape(template, settings.tables) for template in templates)
    labels = {label: shape(template, settings.tables) for label, template in settings.labels.items()}

    def act(document: Mapping[str, Any]) -> None:
        where, what = _segment(text(change, document)), _segment(text(revision, document))
        votes = {label: vote for label, closure in labels.items() if (vote := shaped(closure, document)) != ""}
        review = GerritReview(message=text(message, document), labels=votes)
        try:
            answer = server.review(where, what, review)
        except requests.HTTPError as error:
            raise _judged(error.response, where) from None
        except (OSError, ValueError) as error:
            reason = no_answer(error) if isinstance(error, OSError) else "the answer is not JSON"
            raise TransientError(f"Gerrit at {settings.url}: {reason}") from None
        if not isinstance(answer, dict):
            raise TransientError(f"what answers at {settings.url} is not Gerrit's API: is a login page in between?")
        if ignored := votes.keys() - (answer.get("labels") or {}).keys():
            raise PermanentError(
                f"Gerrit took the review of {where}, but no vote on {', '.join(sorted(ignored))}: {_WHY}"
            )

    return ActionSink(settings, act)


def _segment(value: str) -> str:
    """One segment of a path, whatever the event says; what is percent-encoded already stays as it is."""
    return quote(value, safe="%~")


def _judged(answer: requests.Response, change: str) -> PermanentError | TransientError:
    said = " ".join(answer.text.split())[:200]
    message = f"Gerrit answered {answer.status_code} to a review of {change}: {said or answer.reason}"
    return refusal(answer, message, time.time())
