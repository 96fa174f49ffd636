"""Standard output: one message a line, for pipes and for trying things out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import BinaryIO, Literal

from adapters.errors import TransientError
from adapters.model import Message
from adapters.sinks.contract import SinkSettings
from adapters.sinks.lines import line
from adapters.worker import Worker


class StdoutSettings(SinkSettings):
    """Nothing to set."""

    type: Literal["stdout"]


class StdoutSink:
    """Writes a batch, then flushes; a reader that is slow holds up only the routes to this sink."""

    def __init__(
        self, _settings: StdoutSettings, *, stream: Callable[[], BinaryIO] = lambda: sys.stdout.buffer
    ) -> None:
        self._stream = stream
        self._worker = Worker("stdout-sink")

    async def publish(self, batch: Sequence[Message]) -> None:
        """Writes one line for each message."""
        await self._worker.run(lambda: self._write(b"".join(map(line, batch))))

    async def aclose(self) -> None:
        """Lets go of the thread; the stream stays open."""
        self._worker.close()

    def _write(self, lines: bytes) -> None:
        stream = self._stream()
        try:
            stream.write(lines)
            stream.flush()
        except (OSError, ValueError) as error:
            raise TransientError(f"standard output cannot be written: {error}") from error
