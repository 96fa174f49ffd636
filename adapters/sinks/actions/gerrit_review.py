"""Posts a review with votes on a Gerrit change for an event (pygerrit2; rest-api-changes.html, Set Review)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from pygerrit2 import GerritRestAPI, GerritReview
from requests.auth import HTTPBasicAuth

from adapters.errors import PermanentError, TransientError
from adapters.sinks.actions.settings import GerritReviewSettings
from adapters.sinks.actions.shape import shape, shaped, text
from adapters.sinks.actions.sink import ActionSink


def gerrit_review(settings: GerritReviewSettings) -> ActionSink:
    """A sink that posts the review once for each event."""
    auth = HTTPBasicAuth(settings.auth.username, settings.auth.password.get_secret_value())
    server = GerritRestAPI(settings.url, auth=auth)
    templates = (settings.change, settings.revision, settings.message)
    change, revision, message = (shape(template, settings.tables) for template in templates)
    labels = {label: shape(template, settings.tables) for label, template in settings.labels.items()}

    def act(document: Mapping[str, Any]) -> None:
        where, what = text(change, document), text(revision, document)
        votes = {label: vote for label, closure in labels.items() if (vote := shaped(closure, document)) != ""}
        review = GerritReview(message=text(message, document), labels=votes)
        try:
            server.review(where, what, review)
        except requests.HTTPError as error:
            raise _judged(error.response.status_code, where) from None
        except requests.RequestException as error:
            raise TransientError(f"Gerrit at {settings.url} cannot be reached ({type(error).__name__})") from None

    return ActionSink(settings, act)


def _judged(status: int, change: str) -> PermanentError | TransientError:
    if status in (400, 404, 409, 422):
        return PermanentError(f"Gerrit answered {status} to a review of {change}: no such change, or no such vote")
    return TransientError(f"Gerrit answered {status} to a review of {change}")
