"""A command run as it would be alone: with its exit code, its signals, and its standard streams."""

from __future__ import annotations

import signal
import subprocess  # nosec B404 - what the user says is run, as it is said
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
STOPPING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
_KEYS = (signal.SIGINT, signal.SIGQUIT)
NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""The exit codes by which a shell says so (POSIX, Shell Command Language, 2.8.2)."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: the code that a shell would give, CDEvents' word for it, and why, where it went wrong."""

    code: int
    outcome: str
    why: str = ""


def run(command: Sequence[str], meanwhile: Callable[[], None]) -> Ended:
    """Runs a command to its end; `meanwhile` is done once it runs."""
    with _forwarding() as signals:
        try:
            process = subprocess.Popen(command)  # noqa: S603 - it is what the user says  # nosec B603
        except FileNotFoundError:
            return Ended(NOT_FOUND, "error", f"{command[0]}: there is no such command")
        except OSError as error:
            return Ended(NOT_EXECUTABLE, "error", f"{command[0]}: {error.strerror}")
        signals.to(process)
        meanwhile()
        return _ended(process.wait(), signals.stopping)


def _ended(code: int, told_to_stop: bool) -> Ended:
    if code == 0:
        return Ended(0, "success")
    if code < 0:
        name = signal.Signals(-code).name
        outcome = "cancel" if -code in STOPPING else "error"
        return Ended(128 - code, outcome, f"ended by {name}")
    return Ended(code, "cancel" if told_to_stop else "failure", f"exit code {code}")


class _Signals:
    """Hands signals on to a command, also those that came before it ran."""

    def __init__(self) -> None:
        self._received: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def stopping(self) -> bool:
        """Whether the command was told to stop."""
        return any(each in STOPPING for each in self._received)

    def to(self, process: subprocess.Popen[bytes]) -> None:
        """The command runs."""
        self._process = process
        for number in self._received:
            process.send_signal(number)

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self._received.append(number)
        by_terminal = number in _KEYS and sys.stdin is not None and sys.stdin.isatty()  # which sends it to both
        if self._process is not None and not by_terminal:
            self._process.send_signal(number)


@contextmanager
def _forwarding() -> Iterator[_Signals]:
    signals = _Signals()
    before = {number: signal.signal(number, signals) for number in FORWARDED}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
