"""`python -m adapters` is `cdevents-adapters`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from adapters import streams
from adapters.endings import told
from adapters.listening import early
from adapters.places import NAMED, chosen

_HERE = sys.platform != "win32"


_UNUSED = ("greenlet", "rich")
"""What structlog imports where it is: we have no such threads, and plain tracebacks. It is 30 ms and 3 MiB."""


class _Anything(ModuleType):
    """In place of uvicorn's command line, which it imports with itself: click and multiprocessing, 20 ms and 2 MiB."""

    def __getattr__(self, name: str) -> None:
        return None


def main() -> None:
    """The command line. A plain `run` is without what only other commands need, and so starts sooner and is smaller."""
    streams.fill()
    match sys.argv[1:]:
        case ["run"] if _HERE:
            _run(os.environ.get(NAMED))
        case ["run", "-c" | "--config", str(file)] if _HERE:
            _run(file)
        case _:
            from adapters.cli import main  # noqa: PLC0415 - as above

            main()


def _run(file: str | None) -> None:
    gc.disable()  # what is imported stays: to look through it for what does not is a tenth of the start
    for unused in _UNUSED:
        sys.modules[unused] = None  # type: ignore[assignment]
    sys.modules["uvicorn.main"] = _Anything("uvicorn.main")
    with told(), suppress(KeyboardInterrupt), early(path := chosen(Path(file) if file else None)) as bound:
        from adapters.service import serve  # noqa: PLC0415 - as above

        _end(serve(path, bound))
    sys.exit(128 + signal.SIGINT)


def _end(code: int) -> None:
    """Ends the process at once: all is closed, and to take apart what was imported would keep the next one waiting."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
