"""The process in which attempts are made: one after the other, a line of JSON each, and as much on the way back.

A mapping may be written that takes hours, or all memory there is: the kernel ends this process then, and nothing else.
"""

from __future__ import annotations

import resource
import signal
import sys

from adapters.playground.attempt import Attempt, Outcome, Remark
from adapters.playground.trial import tried

PATIENCE = 10
ENDED = (-signal.SIGPROF, -signal.SIGALRM)
"""What the process ends with when it takes too long."""


def main(seconds: float, memory: int) -> None:
    """Answers each attempt on stdin on stdout, within so many seconds each and bytes of memory in all.

    The seconds are those of a processor. Of the clock, on which others run, too, they are PATIENCE times as many.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for line in sys.stdin.buffer:
        _limit(seconds)
        answer = _answer(line, memory)
        _limit(0)
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()


def _limit(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * PATIENCE)


def _answer(line: bytes, memory: int) -> bytes:
    try:
        return tried(Attempt.model_validate_json(line)).model_dump_json().encode()
    except (MemoryError, RecursionError):
        remark = Remark(message=f"this takes more than the {memory >> 20} MiB of memory that the playground gives it")
        return Outcome(errors=(remark,)).model_dump_json().encode()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
