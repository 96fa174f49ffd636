"""Attempts made in a process of their own, which may not take long, nor much memory."""

from __future__ import annotations

import os
import subprocess  # nosec B404 - only this program itself is started
import sys
from contextlib import suppress
from threading import Lock
from weakref import finalize

from adapters.playground.attempt import Attempt, Outcome, Remark
from adapters.playground.worker import ENDED, PATIENCE

SECONDS, MEMORY = 3.0, 256 << 20
"""What an attempt may take: seconds of a processor, and bytes of memory."""

_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL")
"""What the process gets of this one's environment, in which there may be secrets."""


class Bounded:
    """Makes one attempt at a time, in a process that is kept for the next one; others wait.

    The process ends with this, and with the one that started it, however that ends.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self._turn = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def tried(self, attempt: Attempt) -> Outcome:
        """What comes of an attempt; also that it took too long, or too much."""
        if not self._turn.acquire(timeout=PATIENCE * self.seconds):
            return _failed("the playground is busy with what others try: change something to try again")
        try:
            answer = _asked(self._running(), attempt.model_dump_json().encode())
            return Outcome.model_validate_json(answer) if answer else _failed(self._end())
        finally:
            self._turn.release()

    def close(self) -> None:
        """Ends the process."""
        with self._turn:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself  # nosec B603
                [sys.executable, "-m", "adapters.playground.worker", str(self.seconds), str(self.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                start_new_session=True,
            )
            self._finally = finalize(self, _ended, self._process)
        return self._process

    def _end(self) -> str:
        """Ends the process, if it did not by itself; why it did."""
        process, self._process = self._process, None
        if process is None:
            return ""
        self._finally()
        if process.returncode in ENDED:
            return f"this takes more than the {self.seconds:g} s that the playground gives it"
        return f"the playground's process ended with {process.returncode}; its stderr says why"


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Ends a process by the end of its input."""
    with process, suppress(BrokenPipeError):
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _asked(process: subprocess.Popen[bytes], question: bytes) -> bytes:
    """The line that a process answers; nothing where it ended before."""
    if process.stdin is None or process.stdout is None:
        return b""
    with suppress(BrokenPipeError):
        process.stdin.write(question + b"\n")
        process.stdin.flush()
    return process.stdout.readline()


def _failed(message: str) -> Outcome:
    return Outcome(errors=(Remark(message=message),))
