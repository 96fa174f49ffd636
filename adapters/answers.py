"""What the HTTP server says: small JSON, and for a refusal what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response


class Refusal(Exception):
    """An answer that is not 2xx: `{"error": what is wrong, "hint": what to do}`."""

    def __init__(self, status: int, error: str, hint: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error)
        self.status, self.error = status, error
        self.response = json_answer(status, {"error": error, "hint": hint}, headers)


def json_answer(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; it holds no state, so one can be sent many times."""
    return Response(orjson.dumps(content), status, headers, "application/json")
