"""Polls an API for what happened, and tells of each item what it has not told before.

Items come to disk together with what is known of them: what was told before a crash and what comes after it fit
together.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import structlog

from adapters.errors import AdapterError
from adapters.logs import Seldom
from adapters.model import Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.keeping import keep, restored
from adapters.sources.pace import Pace
from adapters.sources.patience import Sleep, gently, patient
from adapters.sources.poll.client import Client
from adapters.sources.poll.errors import Unanswered, Unlisted
from adapters.sources.poll.items import Item, digest
from adapters.sources.poll.lists import Around, Lists, Place
from adapters.sources.poll.news import News, bare
from adapters.sources.poll.pages import Page, Pages
from adapters.sources.poll.progress import START, Known, Mark, Start, Window, key, restore
from adapters.sources.poll.reading import Reader
from adapters.sources.poll.request import Answer, Request, first, written
from adapters.sources.poll.settings import PollSettings
from adapters.sources.poll.templates import SINCE

TOGETHER = 100
"""Items that come to disk at once, at most."""

_MOVED = (
    "it asks other URLs than before: what has the id and version of what was told there counts as told; "
    "if these are other things, give the source another name"
)

_log = structlog.get_logger(__name__)


class Poll:
    """One API; `sleep` waits between two polls, two requests, and after trouble."""

    def __init__(self, settings: PollSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Nothing is asked yet; raises ConfigError where a checkpoint is not its own."""
        self._settings, self._context, self._sleep = settings, context, context.pulse.resting(sleep)
        asks = lambda: context.pulse.rest(settings.timeout)  # noqa: E731 - it has no better name than its parameter
        self._client = Client(settings, self._now, asks)
        self._pace = Pace(settings.requests_per_second, time.monotonic, self._sleep)
        self._asking = patient(context.name, Unanswered, "the API does not answer", self._sleep)
        self._reader, self._seldom = Reader(settings, self._odd), Seldom(3600)
        self._lists = Lists(settings, self._ask, self._passed_over)
        self._request = first(settings, [*settings.each], settings.home)
        begun = restored(context, START, Start.loads, Start(settings.begun(context.clock())))
        self._start = replace(begun, lists=digest(settings.asked()))
        if begun.lists not in ("", self._start.lists):
            _log.warning(_MOVED, source=context.name)
        self._known = restore(context, self._fresh())
        self._before: dict[Place, Mapping[str, Page[Item]]] = {}
        self._troubles: dict[Place, str] = {}

    async def run(self, receive: Receive) -> None:
        """Polls until cancelled; what fails is tried again, after longer and longer pauses."""
        await self._keep(receive, [], (START, self._start.dumps()))  # from where it goes on, whenever it starts again
        polling = patient(self._context.name, Unlisted, "the API does not tell what is new", self._sleep)
        while True:
            await polling(self.poll, receive)
            await self._sleep(self._settings.every)

    async def poll(self, receive: Receive) -> None:
        """Hands over what was not told yet; raises Unlisted, and then goes on from where it was."""
        places = set[Place]()
        async for around in self._lists.all():
            places.add(around.place)
            try:
                await self._read(around, receive)
            except Unlisted as error:
                if not self._settings.each:
                    raise
                self._passed_over(around, error)
            else:
                self._well(around)
        await self._end(places, receive)

    async def _end(self, places: set[Place], receive: Receive) -> None:
        """What follows from all lists that were there."""
        if self._start.first:
            self._start = replace(self._start, first=False)
            marks = [(known.key, known.mark.dumps()) for known in self._known.values()]
            await self._keep(receive, [], (START, self._start.dumps()), *marks)
        if self._lists.complete:
            for place in self._known.keys() - places:
                forget = self._known[place].forgotten((), self._now())
                if forget:
                    await self._keep(receive, [], *forget)

    async def _read(self, around: Around, receive: Receive) -> None:
        """Reads one list to its end, and tells what is new of it, the oldest first."""
        known = self._of(around.place)
        read, before = partial(self._reader.items, around), self._before.get(around.place, {})
        pages = Pages(self._ask, self._settings, read, before, bare)
        news = News(known, self._start.floor, self._settings.order)
        async for page in pages.all(self._request({**around.items, **self._since(known.mark)})):
            news.add(page)
            if self._settings.order == "oldest":
                await self._tell(known, news, receive)
            if news.ends(page):
                break
        await self._tell(known, news, receive)
        self._before[around.place] = pages.read
        if pages.lacking:
            self._odd(f"{pages.lacking}: what is there is told, and what is not is asked for again")
        await self._mark(known, news, receive, pages)

    async def _tell(self, known: Known, news: News, receive: Receive) -> None:
        items = news.taken()
        for begin in range(0, len(items), TOGETHER):
            together = items[begin : begin + TOGETHER]
            heard = [self._notification(item) for item, told in together if told]
            await self._keep(receive, heard, *((item.key, item.version) for item, _ in together))
            known.note(item for item, _ in together)

    async def _mark(self, known: Known, news: News, receive: Receive, pages: Pages[Item]) -> None:
        settings, whole = self._settings, not pages.lacking
        window = Window(self._now(), settings.overlap, settings.open_for, len(pages.read), whole)
        mark, forget = window.after(known.mark, news.listed.values()), known.forgotten(news.listed, window.now)
        if mark != known.mark or forget:
            await self._keep(receive, [], (known.key, mark.dumps()), *forget)
        known.mark = mark

    def _of(self, place: Place) -> Known:
        """What is known of a list, and where it begins if nothing is."""
        if place not in self._known:
            self._known[place] = Known(key("mark", place), self._fresh())
        return self._known[place]

    def _fresh(self) -> Mark:
        """The mark of a list that was never read to its end."""
        floor = self._start.floor
        since = None if floor is None else floor - self._settings.overlap
        return Mark(since, begun=self._start.first)

    def _since(self, mark: Mark) -> dict[str, str]:
        if mark.since is None:
            return {}
        return {SINCE: written(mark.since, self._settings.form, self._settings.zone)}

    async def _ask(self, request: Request, tags: Mapping[str, str]) -> Answer | None:
        """As `Client.get`, after every pause that the API asks for, and again until there is an answer."""
        return await self._asking(gently, self._context.name, self._sleep, self._once, request, tags)

    async def _once(self, request: Request, tags: Mapping[str, str]) -> Answer | None:
        if self._client.rest:
            await self._sleep(self._client.rest)
        await self._pace()
        return await asyncio.to_thread(self._client.get, request, tags)

    def _notification(self, item: Item) -> Notification:
        headers = {"content-type": "application/json"}
        return Notification(self._context.name, item.body or b"", self._context.clock(), headers)

    def _now(self) -> float:
        return self._context.clock().timestamp()

    def _odd(self, what: str) -> None:
        if count := self._seldom.allows(what):
            _log.warning(what, source=self._context.name, items=count)

    def _passed_over(self, around: Around, error: AdapterError) -> None:
        """Tells once of a list that cannot be read, while others go on."""
        if self._troubles.get(around.place) != str(error):
            self._troubles[around.place] = str(error)
            _log.warning("a list cannot be read, others go on", source=self._context.name, reason=str(error))

    def _well(self, around: Around) -> None:
        if self._troubles.pop(around.place, None):
            _log.info("a list can be read again", source=self._context.name, list="/".join(around.place))

    async def _keep(
        self, receive: Receive, heard: Sequence[Notification], *checkpoints: tuple[str, str | None]
    ) -> None:
        await keep(self._context, receive, self._sleep, heard, *checkpoints)
