"""What can come between an API and what it should tell."""

from __future__ import annotations

from adapters.errors import AdapterError


class Unanswered(AdapterError):
    """There is no answer now, or not to who asks: that is not about this question, so ask it again later."""


class Unlisted(AdapterError):
    """What is answered to this question is no list that can be read; others may be. `status` is that of HTTP, or 0."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
