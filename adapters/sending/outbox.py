"""A folder of messages that are still to be sent: what is in it survives the process, and a sink that is away."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

from adapters import private
from adapters.durable import sync_directory
from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Format, Message
from adapters.sinks.contract import Sink

PAUSE = 0.05
"""Seconds between two looks whether another process is still sending."""
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """How many messages were sent and are still there, why sending ended early, and what was refused for good."""

    sent: int = 0
    kept: int = 0
    reason: str = ""
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outbox:
    """The messages to one sink, in the order in which they were kept, whichever process kept them."""

    folder: Path

    def keep(self, messages: Sequence[Message]) -> None:
        """Returns when they are on disk, behind those that are; raises OSError, and then none of them is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        drafts: list[Path] = []
        try:
            for name, message in zip(self._names(), messages, strict=False):
                drafts.append(self.folder / f".{name}")
                _write(drafts[-1], _written(message))
            for draft in drafts:  # now that all are written: the first takes most of the others with it
                _sync(draft)
        except OSError as error:
            for draft in drafts:
                draft.unlink(missing_ok=True)
            raise OSError(error.errno, error.strerror, str(self.folder)) from None
        for draft in drafts:
            draft.rename(self.folder / f"{draft.name[1:]}.json")
        sync_directory(self.folder)

    def _names(self) -> Iterator[str]:
        """Each follows the one before, and all that are there, also where the clock was set back."""
        last = max(map(_stamp, self.waiting()), default=0)
        while True:
            last = max(last + 1, time.time_ns())
            yield f"{last:0{_DIGITS}}-{os.getpid()}"

    def waiting(self) -> list[Path]:
        """The files of those that are still to be sent, in order."""
        return sorted(self.folder.glob("[0-9]*.json"))

    async def send(self, sink: Sink, seconds: float) -> Sent:
        """Sends what is there, as far as it goes in so many seconds; what the sink refuses for good is set aside."""
        sent, refused = 0, list[str]()
        try:
            async with asyncio.timeout(seconds), self._alone():
                while files := self.waiting():
                    for file in files:
                        if reason := await _sent(file, sink):
                            refused.append(f"{file.name}: {reason}")
                        else:
                            sent += 1
        except TransientError as error:
            return Sent(sent, len(self.waiting()), str(error), tuple(refused))
        except TimeoutError:
            return Sent(sent, len(self.waiting()), f"not done within {seconds:g} s", tuple(refused))
        return Sent(sent, len(self.waiting()), "", tuple(refused))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Only one process sends at a time, or their messages would come in any order, and twice."""
        with self._lock() as lock:
            while not _locked(lock):  # noqa: ASYNC110 - it is another process that is waited for
                await asyncio.sleep(PAUSE)
            yield

    def _lock(self) -> BinaryIO:
        self.folder.mkdir(parents=True, exist_ok=True)
        return open(self.folder / ".lock", "ab", opener=private.opener)


def _locked(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _sent(file: Path, sink: Sink) -> str:
    """Sends a message; why it never can be, if so, and it is then beside the others under another name."""
    try:
        await sink.publish([_message(file)])
    except PermanentError as error:
        reason = str(error)
    except (KeyError, ValueError):
        reason = "the disk damaged it: it is no message any more"
    else:
        _remove(file)
        return ""
    _set_aside(file)
    return reason


def _stamp(file: Path) -> int:
    digits = file.name.partition("-")[0]
    return int(digits) if digits.isdecimal() and len(digits) == _DIGITS else 0


def _write(file: Path, body: bytes) -> None:
    with open(file, "wb", opener=private.opener) as draft:
        draft.write(body)


def _sync(file: Path) -> None:
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def _remove(file: Path) -> None:
    file.unlink()


def _set_aside(file: Path) -> None:
    file.rename(file.with_suffix(".refused"))


def _written(message: Message) -> bytes:
    return orjson.dumps({"encoding": message.encoding, "attributes": message.attributes, "data": message.data.decode()})


def _message(file: Path) -> Message:
    found = orjson.loads(file.read_bytes())
    return Message(Format.CDEVENTS, Encoding(found["encoding"]), found["attributes"], found["data"].encode())
