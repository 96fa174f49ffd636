"""Every error of this package, named after what the caller does next.

A message is for the person who reads it at night: what is wrong, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in something a user wrote.

    `where` is `file:line:column` (or `file`, or a field's dotted name); `hint` says what to do, or is empty.
    """

    where: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class AdapterError(Exception):
    """Base of all errors raised on purpose; anything else that escapes is a bug."""


class ConfigError(AdapterError):
    """A configuration or mapping file cannot be used: fix the file. Carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class Together:
    """Takes the problems of all that is done `with` it, and raises them as one: nobody mends one fault at a time."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> bool:
        if isinstance(error, ConfigError):
            self.problems += error.problems
        return isinstance(error, ConfigError)

    def check(self) -> None:
        """Raises ConfigError with every problem there was, each once."""
        if self.problems:
            raise ConfigError(list(dict.fromkeys(self.problems)))


class MappingError(AdapterError):
    """A notification cannot be translated: park it as a dead letter and go on."""


class DeliveryError(AdapterError):
    """A sink did not take a batch. `delivered` counts the messages it took before the one that failed.

    `beyond` is what is settled of those after it, by their index: None where it was taken, or why it never will be.
    """

    def __init__(self, message: str, *, delivered: int = 0) -> None:
        super().__init__(message)
        self.delivered = delivered
        self.beyond: Mapping[int, str | None] = {}


class TransientError(DeliveryError):
    """It may work later: try again, in order. `retry_after` is in seconds, where the other side asked for it."""

    def __init__(self, message: str, *, delivered: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message, delivered=delivered)
        self.retry_after = retry_after


class HungUp(TransientError):
    """The other side ended the connection on what was sent, and did not say why: perhaps because of one message."""


class PermanentError(DeliveryError):
    """It will never work: park the message at index `delivered` of the batch and go on with the one after it."""


class JournalUnavailable(AdapterError):
    """The journal cannot take a notification now (full, read-only, disk gone): tell the tool to send it again."""


class AddressUnavailable(AdapterError):
    """The service cannot listen on its address now: free the address, or choose another, and start again."""
