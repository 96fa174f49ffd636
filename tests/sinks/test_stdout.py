"""The sink of standard output."""

from __future__ import annotations

from io import BytesIO

import orjson
import pytest

from adapters.errors import TransientError
from adapters.sinks.stdout import StdoutSettings, StdoutSink
from tests.sinks.conftest import Make


class Broken(BytesIO):
    """A pipe whose reader is gone."""

    def flush(self) -> None:
        """Fails as the kernel would."""
        raise BrokenPipeError(32, "Broken pipe")


async def test_messages_are_written_in_order(make: Make) -> None:
    """One line each."""
    stream = BytesIO()
    sink = StdoutSink(StdoutSettings(type="stdout"), stream=lambda: stream)
    await sink.publish([make(1), make(2)])
    await sink.publish([make(3)])
    await sink.aclose()
    assert [orjson.loads(text)["id"] for text in stream.getvalue().splitlines()] == ["id-1", "id-2", "id-3"]


async def test_a_broken_pipe_is_transient(make: Make) -> None:
    """Nothing is acknowledged that nobody reads."""
    sink = StdoutSink(StdoutSettings(type="stdout"), stream=Broken)
    with pytest.raises(TransientError, match="Broken pipe") as caught:
        await sink.publish([make()])
    assert caught.value.delivered == 0
    await sink.aclose()
