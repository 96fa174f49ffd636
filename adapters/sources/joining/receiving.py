"""Notifications with what a sidecar that hears several tools knows of their events, before they are kept.

So all routes, replays and restarts come to the same: what was known when it was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from adapters.cdevents.heard import cdevents
from adapters.cdevents.history import BEGINNINGS, INCIDENT, MERGED, ROLLOUTS, Entry, Told, told
from adapters.cdevents.joined import Joined
from adapters.cdevents.vocabulary import name_of
from adapters.errors import MappingError
from adapters.mapping.translator import Translator
from adapters.model import JOINED, LARGE, CDEvent, Checkpoint, Notification, Receive
from adapters.sources.joining.deciding import Deciding
from adapters.sources.joining.memory import Memory

_ANY = ROLLOUTS | BEGINNINGS | {MERGED}


class Joining:
    """What all sources of a sidecar have told, and what that adds to the events of each.

    `translators` are their mappings as they are now, by the source's name; `hearing` names those that hear CDEvents.
    """

    def __init__(
        self,
        checkpoints: Mapping[str, str],
        translators: Mapping[str, Callable[[], Translator | None]],
        hearing: frozenset[str],
    ) -> None:
        self._memory = Memory(checkpoints)
        self._deciding = Deciding(self._memory)
        self._translators = {name: each for name, each in translators.items() if name not in hearing}
        self._hearing = hearing

    def receiver(self, receive: Receive, source: str) -> Receive:
        """Hands on what a source gives, with what is known of its events; what it says is remembered, all or none."""

        async def join(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> object:
            if not notifications or not self._told_by(source) & self._wanted():
                return await receive(notifications, checkpoints)
            found = [self._joined(source, each) for each in notifications]
            changes = self._memory.changes()
            try:
                return await receive(found, [*checkpoints, *changes])
            except BaseException:
                self._memory.unkept(changes)
                raise

        return join

    def _wanted(self) -> frozenset[str]:
        """What has to be known: rollouts, if somebody tells of incidents as well, or of merges; and these."""
        mapped = frozenset[str]().union(*map(self._told_by, self._translators))
        of_all = mapped.union(*map(self._told_by, self._hearing))
        incidents = mapped & BEGINNINGS if of_all & ROLLOUTS else frozenset[str]()
        merges = of_all & {MERGED} if mapped & ROLLOUTS else frozenset[str]()
        return incidents | merges | (ROLLOUTS if incidents or merges else frozenset[str]())

    def _told_by(self, source: str) -> frozenset[str]:
        if source in self._hearing:
            return _ANY
        found = self._translators[source]()
        return found.emits & _ANY if found else frozenset()

    def _joined(self, source: str, notification: Notification) -> Notification:
        if len(notification.body) > LARGE:
            return notification
        added = {id_: found for id_, found in self._added(source, notification) if found}
        if not added:
            return notification
        text = orjson.dumps({id_: found._asdict() for id_, found in added.items()}).decode()
        return notification._replace(headers={**notification.headers, JOINED: text})

    def _added(self, source: str, notification: Notification) -> Iterator[tuple[str, Joined | None]]:
        if source in self._hearing:
            for document in cdevents(notification.body, notification.headers)[0]:
                self._deciding.hear(_of_document(document))
            return
        for event in self._events(source, notification):
            if event.name in ROLLOUTS or event.name == MERGED or event.name.startswith(INCIDENT):
                yield event.id, self._deciding.decide(_of_event(event), event.source)

    def _events(self, source: str, notification: Notification) -> Sequence[CDEvent]:
        translator = self._translators[source]()
        try:
            return translator.translate(notification).events if translator else ()
        except MappingError:
            return ()


def _of_event(event: CDEvent) -> Told:
    entry = Entry(event.timestamp, event.id, event.chain_id)
    return told(event.name, event.subject_id, entry, event.content, event.custom_data or {})


def _of_document(document: Mapping[str, Any]) -> Told:
    context, subject = document["context"], document["subject"]
    entry = Entry(context["timestamp"], context["id"], context.get("chainId"))
    content, custom = subject.get("content"), document.get("customData")
    return told(
        name_of(context["type"]),
        subject["id"],
        entry,
        content if isinstance(content, Mapping) else {},
        custom if isinstance(custom, Mapping) else {},
    )
