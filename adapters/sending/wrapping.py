"""A command run as it would be alone: with its exit code, its signals, and its standard streams."""

from __future__ import annotations

import os
import signal
import subprocess  # nosec B404 - what the user says is run, as it is said
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


def run(command: Sequence[str], signals: Signals, meanwhile: Callable[[], None]) -> Ended:
    """Runs a command to its end, which gets the signals; `meanwhile` is done once it runs."""
    try:
        process = subprocess.Popen(command)  # noqa: S603 - it is what the user says  # nosec B603
    except FileNotFoundError:
        return Ended(NOT_FOUND, "error", f"{command[0]}: there is no such command")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        return Ended(NOT_EXECUTABLE, "error", f"{command[0]}: {reason}")
    signals.to(process)
    meanwhile()
    return _ended(process.wait(), signals.stopping)


def _ended(code: int, told_to_stop: bool) -> Ended:
    if code == 0:
        return Ended(0, "success")
    if code < 0:
        outcome = "cancel" if -code in STOPPING else "error"
        return Ended(128 - code, outcome, f"ended by {_name(-code)}")
    return Ended(code, "cancel" if told_to_stop else "failure", f"exit code {code}")


def _name(number: int) -> str:
    """Of a signal; those of real time have none but the first and the last."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Signals:
    """Hands signals on to a command, also those that came before it ran; once it is settled, they end this process."""

    def __init__(self) -> None:
        self._received: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._code: int | None = None

    @property
    def stopping(self) -> bool:
        """Whether the command was told to stop."""
        return any(each in STOPPING for each in self._received)

    def to(self, process: subprocess.Popen[bytes]) -> None:
        """The command runs."""
        self._process = process
        for number in self._received:
            process.send_signal(number)

    def settled(self, code: int) -> None:
        """The command ended with this code, and all that is told of it is on disk: who is told to stop now does so."""
        self._code = code

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """A signal came."""
        if self._code is not None and number in STOPPING:
            os._exit(self._code)
        self._received.append(number)
        if self._process is not None and not (number in _KEYS and _at_terminal()):
            self._process.send_signal(number)


def _at_terminal() -> bool:
    """Whether keys that are pressed reach this process, and so its command, too, by the terminal itself."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


@contextmanager
def forwarding() -> Iterator[Signals]:
    """What is done with signals meanwhile. Those that are ignored, as with nohup, are by the command as well."""
    signals = Signals()
    heeded = [number for number in FORWARDED if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, signals) for number in heeded}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
