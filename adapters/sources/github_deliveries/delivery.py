"""Deliveries of a webhook, as GitHub's REST API tells of them (docs.github.com/rest/repos/webhooks)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

Json = dict[str, Any]


class Delivery(NamedTuple):
    """One try to deliver an event: when that was (epoch seconds), whether it arrived, and whether it was `again`.

    What is sent again has another number and the `guid` of the event.
    """

    number: int
    guid: str
    at: float
    arrived: bool
    again: bool = False

    @classmethod
    def of(cls, value: Any) -> Delivery:
        """Reads an item of a list; raises ValueError for what is none."""
        try:
            number, guid, status = value["id"], value["guid"], value["status_code"]
            at = datetime.fromisoformat(value["delivered_at"]).timestamp()
            if type(number) is int and type(guid) is str and type(status) is int:
                return cls(number, guid, at, 200 <= status < 300, bool(value.get("redelivery")))  # noqa: PLR2004 - any 2xx
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
            pass
        raise ValueError("is no delivery")


def notified(detail: Any, wanted: Collection[str]) -> tuple[bytes, dict[str, str]] | None:
    """The body and the headers of what was sent, as a webhook would have heard it; None where GitHub has forgotten it.

    It is JSON, however it was sent. Of the headers there are those that are wanted, with lower-case names.
    """
    request = detail.get("request") if isinstance(detail, Mapping) else None
    payload = request.get("payload") if isinstance(request, Mapping) else None
    if not isinstance(request, Mapping) or not isinstance(payload, dict) or not payload:
        return None
    headers = request.get("headers")
    found = headers.items() if isinstance(headers, Mapping) else ()
    kept = {name.lower(): value for name, value in found if isinstance(value, str) and name.lower() in wanted}
    return orjson.dumps(payload), {**kept, "content-type": "application/json"}
