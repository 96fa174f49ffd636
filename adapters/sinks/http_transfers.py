"""HTTP requests over a few kept-alive connections, several at once, by libcurl.

libcurl, because one request costs it a tenth of what it costs the client of everything else here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any, NamedTuple

import pycurl

from adapters.errors import DeliveryError, TransientError
from adapters.model import NOWHERE, Place
from adapters.sinks.contract import Taken, untold
from adapters.sinks.window import Window

EXCERPT = 16 << 10
"""Bytes that are read of an answer: its status is what counts."""

UNSENT = TransientError("not sent, for another request failed")

_PATIENCE = 1.0
_FINAL = 200


class Post(NamedTuple):
    """What is posted, and where; of those with one `key`, each waits for the answer to the one before it."""

    headers: Mapping[str, str]
    body: bytes
    key: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the lines of its head, and the beginning of its body."""

    status: int
    head: Sequence[bytes]
    excerpt: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is none, in libcurl's words; `code` is its CURLcode, `errno` the system's, or 0."""

    code: int
    errno: int
    reason: str


Judge = Callable[[Answer | NoAnswer, Post], DeliveryError | None]
"""What a request came to: None where it was taken."""


@dataclass(slots=True)
class _Transfer:
    """A handle of libcurl, and what is under way with it."""

    curl: Any
    lane: deque[int] = field(default_factory=deque)
    head: list[bytes] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, curl: Any) -> _Transfer:
        """One that takes what comes."""
        transfer = cls(curl)
        transfer.curl.setopt(pycurl.HEADERFUNCTION, transfer.head.append)
        transfer.curl.setopt(pycurl.WRITEFUNCTION, transfer.write)
        return transfer

    def forget(self) -> None:
        """Keeps nothing of what was sent and what came, which may be large, for as long as it is idle."""
        self.head.clear()
        self.body.clear()
        self.curl.setopt(pycurl.POSTFIELDS, b"")

    def write(self, piece: bytes) -> int | None:
        """Takes what comes of a body; what is beyond an excerpt ends the transfer."""
        self.body += piece
        return None if len(self.body) <= EXCERPT else -1

    def answer(self) -> Answer:
        """What has come."""
        return Answer(self.curl.getinfo(pycurl.RESPONSE_CODE), tuple(self.head), bytes(self.body[:EXCERPT]))

    def broken(self, code: int, reason: str) -> Answer | NoAnswer:
        """An answer all the same, where its status came."""
        if self.curl.getinfo(pycurl.RESPONSE_CODE) >= _FINAL:
            return self.answer()
        return NoAnswer(code, self.curl.getinfo(pycurl.OS_ERRNO), reason)


class Queue:
    """What is to be sent: lanes of places, one for each key that has none under way, and what became of each place."""

    def __init__(self, posts: Sequence[Post], stop: Event, taken: Taken) -> None:
        self.posts, self.stop = posts, stop
        self.outcomes: list[DeliveryError | None] = [UNSENT for _ in posts]
        lanes: dict[str, deque[int]] = {}
        for place, post in enumerate(posts):
            lanes.setdefault(post.key, deque()).append(place)
        self.lanes, self._halted = deque(lanes.values()), False
        self._taken = taken

    def settle(self, lane: deque[int], outcome: DeliveryError | None) -> None:
        """Notes what became of a lane's first; the next of it may go, unless nothing may any more."""
        self.outcomes[place := lane.popleft()] = outcome
        if outcome is None:
            self._taken(place)
        if isinstance(outcome, TransientError):
            self._halted = True
            self.lanes.clear()
        elif lane and not self._halted:
            self.lanes.append(lane)


class Transfers:
    """As many requests at a time as a Window of `connections` says, over what `handle` makes.

    `prepare` makes one ready for a POST. What is begun comes to its end before the next begins, or to none. For any
    thread, but not for two at once.
    """

    def __init__(
        self, connections: int, handle: Callable[[], Any], prepare: Callable[[Any, Post], None], judge: Judge
    ) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._window, self._connections = Window(connections), connections
        self._handle, self._prepare, self._judge = handle, prepare, judge
        self._idle: list[_Transfer] = []
        self._busy: dict[Any, _Transfer] = {}

    def begin(self, posts: Sequence[Post], stop: Event, taken: Taken = untold) -> Queue:
        """Sends the first of them, as far as that can be done without a wait; `end` has the rest."""
        self._give_up()
        self._window.anew()
        queue = Queue(posts, stop, taken)
        if self._fill(queue):
            self._multi.perform()
        return queue

    def end(self, queue: Queue) -> list[DeliveryError | None]:
        """What became of each, in their order; meanwhile `taken` is told of each that was taken.

        One that is refused for ever holds up nothing. Once one fails for now, or `stop` is set, none is begun any more,
        and what was not sent is UNSENT.
        """
        try:
            while self._fill(queue):
                for lane, answer in self._ended():
                    queue.settle(lane, self._judge(answer, queue.posts[lane[0]]))
        finally:
            self._give_up()
        return queue.outcomes

    def close(self) -> None:
        """Closes the connections."""
        self._give_up()
        for transfer in self._idle:
            transfer.curl.close()
        self._multi.close()

    def _give_up(self) -> None:
        for curl in list(self._busy):
            self._freed(curl).forget()

    def _fill(self, queue: Queue) -> bool:
        """Begins as many as there is room for; whether any is under way."""
        while queue.lanes and len(self._busy) < self._window.size and not queue.stop.is_set():
            lane = queue.lanes.popleft()
            try:
                self._begin(lane, queue.posts[lane[0]])
            except DeliveryError as error:
                queue.settle(lane, error)
        return bool(self._busy)

    def _begin(self, lane: deque[int], post: Post) -> None:
        transfer = self._idle.pop() if self._idle else _Transfer.of(self._handle())
        try:
            self._prepare(transfer.curl, post)
        except DeliveryError:
            self._idle.append(transfer)
            raise
        transfer.lane = lane
        self._busy[transfer.curl] = transfer
        self._multi.add_handle(transfer.curl)

    def _ended(self) -> list[tuple[deque[int], Answer | NoAnswer]]:
        """Those that came to an end; waits for the next, but not for ever."""
        self._multi.perform()
        _, done, failed = self._multi.info_read(self._connections)
        if not done and not failed:
            self._multi.select(_PATIENCE)
        transfers: list[tuple[_Transfer, tuple[int, str] | None]] = [(self._freed(curl), None) for curl in done]
        transfers += [(self._freed(curl), (code, reason)) for curl, code, reason in failed]
        ended = [(each.lane, each.broken(*why) if why else each.answer()) for each, why in transfers]
        for each, why in transfers:
            if not why:
                self._window.answered(each.curl.getinfo(pycurl.TOTAL_TIME))
            each.forget()
        return ended

    def _freed(self, curl: Any) -> _Transfer:
        self._multi.remove_handle(curl)
        transfer = self._busy.pop(curl)
        self._idle.append(transfer)
        return transfer
