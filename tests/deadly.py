"""The sidecar, but what says `deadly` ends the process when it is translated, as the kernel does for want of memory."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

from adapters.cli import main
from adapters.mapping.translator import Translation, Translator
from adapters.model import Notification

_stream = Translator.stream


def stream(self: Translator, notification: Notification, size: int) -> Iterator[Translation]:
    """Ends the process, or translates."""
    if b"deadly" in notification.body:
        os.kill(os.getpid(), signal.SIGKILL)
    return _stream(self, notification, size)


if __name__ == "__main__":
    Translator.stream = stream  # type: ignore[method-assign]
    main()
