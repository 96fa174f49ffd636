"""From a record to the messages that a route publishes for it. Pure: no clock, no I/O.

The two forms of an event name each other: a legacy message's extension `cdeventids` has the ids of its CDEvents,
separated by commas, where they are no more than fit into a header, and a CDEvent's `legacyid` has the id of the legacy
message. A legacy message's `redacted` counts what was left out of it. Both have its trace.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import orjson

from adapters.cdevents.cloudevents import (
    CDEVENT_IDS,
    DROPPED_PATHS,
    LEFT_OUT,
    LEGACY_ID,
    LEGACY_TYPE,
    TOOL_HEADERS,
    cdevents_message,
    correlation,
    legacy_message,
)
from adapters.cdevents.document import written
from adapters.cdevents.heard import cdevents
from adapters.cdevents.ids import legacy_id
from adapters.cdevents.selection import selected
from adapters.cdevents.tracing import HEADERS, tracing
from adapters.cdevents.validation import problems
from adapters.cdevents.vocabulary import has_type, name_of
from adapters.errors import MappingError
from adapters.mapping.translator import Translation
from adapters.model import (
    DAMAGED,
    DROPPED,
    LENT,
    REDACTED,
    RELAYED,
    TRUNCATED,
    CDEvent,
    Encoding,
    Format,
    Message,
    Notification,
    Record,
    Spec,
)
from adapters.route.keys import Key, by_subject
from adapters.route.rendered import Render, Rendered
from adapters.route.translation import Translate, Translates, streamed, translated


class Origin(NamedTuple):
    """The source of a notification as it is configured now: the tool's URL, and its mapping if it has one.

    `cdevents` says that what it hears are CDEvents already.
    """

    instance: str
    translator: Translates | None = None
    cdevents: bool = False


_DAMAGED = "its bytes in the journal are not those that were heard: the disk damaged them; ask the tool, or its history"

NAMED = 100
"""How many CDEvents a legacy message names at most: 3.7 KB, of the 8 KB that servers take of a header."""

Origins = Callable[[str], Origin | None]
"""Finds a source by its name; None when it is not configured any more."""


def renderer(  # noqa: PLR0913 - what a route's configuration says, word by word
    origins: Origins,
    *,
    format_: Format,
    encoding: Encoding = Encoding.STRUCTURED,
    spec: Spec = Spec.V0_5_1,
    sources: Collection[str] | None = None,
    types: Collection[str] | None = None,
    translate: Translate = translated,
    ends: bool = False,
    correlate: bool = False,
    schemas: str = "",
    relay: bool = False,
    key: Key | None = None,
) -> Render:
    """How a route renders records: nothing for those of other sources than `sources` (None: all of them).

    `types` chooses CDEvents as in `cdevents.selection` (None: all of them); of those, the ones that `spec` has no type
    for are told as `unsaid`. A notification that its source had to cut is an error in either format: it is not what the
    tool said, even where what is left can be read. `translate` is what routes of one log may share. With `correlate`,
    CDEvents have CloudEvents' extension Correlation; custom ones name their schema in the folder `schemas`.

    `key` gives the `partitionkey` of legacy messages. With `relay` these are for another adapter to translate: they
    bring what came with the tool's words, and their key is `by_subject` unless told otherwise.

    What was heard as CDEvents is only for a route that `ends` with them: were they published, they could be heard again
    for ever.
    """
    wanted = selected(("*",) if types is None else types)
    key = key or (by_subject if relay else None)
    message = partial(_message, spec=spec, schemas=schemas, encoding=encoding, correlate=correlate)

    def relayed(notification: Notification, events: Sequence[CDEvent]) -> dict[str, str]:
        told = {TOOL_HEADERS: _came_with(notification)} if relay else {}
        return {**told, "partitionkey": key(notification, events)} if key else told

    def pieces(record: Record, size: int) -> Iterator[Rendered]:
        notification = record.notification
        if sources is not None and notification.source not in sources and DAMAGED not in notification.headers:
            yield Rendered()
        elif (origin := origins(notification.source)) is None:
            yield Rendered(errors=(f"source '{notification.source}' is not in the configuration any more",))
        elif origin.cdevents:
            yield _heard(notification, encoding, wanted) if ends else Rendered()
        elif reason := _unfit(notification):
            yield Rendered(errors=(reason,))
        elif format_ is Format.LEGACY:
            first = next(_translations(origin, record, size if size == sys.maxsize else NAMED + 1, translate))
            more = relayed(notification, first.events)
            yield Rendered((_legacy(notification, origin, first.events, encoding, more),))
        else:
            legacy = _legacy_id(notification, origin.instance)
            extensions = {LEGACY_ID: legacy, **tracing(notification.headers, notification.body)}
            for translation in _translations(origin, record, size, translate):
                yield _cdevents(translation, wanted, spec, extensions, message)

    return Render(pieces)


def _translations(origin: Origin, record: Record, size: int, translate: Translate) -> Iterator[Translation]:
    """A record's translation: shared with other routes where it is made at once."""
    if origin.translator is None:
        return iter((Translation(),))
    if size == sys.maxsize:
        return iter((translate(origin.translator, record),))
    return streamed(origin.translator, record, size)


def _heard(notification: Notification, encoding: Encoding, wanted: Callable[[str], bool]) -> Rendered:
    """The CDEvents in a notification as they are; one that is none does not stop the others."""
    if reason := _unfit(notification):
        return Rendered(errors=(reason,))
    messages: list[Message] = []
    left_out = 0
    documents, errors = cdevents(notification.body, notification.headers)
    trace = tracing(notification.headers, notification.body)
    for each in documents:
        try:
            if wanted(name_of(each["context"]["type"])):
                messages.append(cdevents_message(each, encoding, trace))
            else:
                left_out += 1
        except MappingError as error:
            errors.append(str(error))
    return Rendered(tuple(messages), tuple(errors), left_out=left_out)


def _legacy_id(notification: Notification, instance: str) -> str:
    """The id of the tool's own message: that by which another adapter has published it already, if one has."""
    known = notification.headers.get(RELAYED)
    return known or legacy_id(instance, notification.position, notification.body)


def _came_with(notification: Notification) -> str:
    """What another adapter needs beside the tool's words: JSON, empty where there is nothing."""
    own = {"content-type", REDACTED, DROPPED, RELAYED, LENT, *HEADERS}
    headers = {name: value for name, value in notification.headers.items() if name not in own}
    return orjson.dumps(headers).decode() if headers else ""


def _legacy(
    notification: Notification,
    origin: Origin,
    events: Sequence[CDEvent],
    encoding: Encoding,
    more: Mapping[str, str],
) -> Message:
    extensions = {
        **more,
        CDEVENT_IDS: ",".join(event.id for event in events) if len(events) <= NAMED else "",
        LEFT_OUT: notification.headers.get(REDACTED, ""),
        DROPPED_PATHS: notification.headers.get(DROPPED, ""),
        **tracing(notification.headers, notification.body),
    }
    return legacy_message(
        notification,
        instance=origin.instance,
        type_=_legacy_type(notification, origin.translator),
        encoding=encoding,
        extensions={name: value for name, value in extensions.items() if value},
    )


def _legacy_type(notification: Notification, translator: Translates | None) -> str:
    """`legacy.jenkins.notification` by the mapping, or by the source's name where there is none."""
    name = translator.name if translator else notification.source
    return ".".join([LEGACY_TYPE, *filter(None, name.split("/"))])


def _unfit(notification: Notification) -> str:
    """Why a notification is not what the tool said; empty where it is."""
    if DAMAGED in notification.headers:
        return _DAMAGED
    if TRUNCATED not in notification.headers:
        return ""
    size, _, limit = notification.headers[TRUNCATED].partition("/")
    beyond = f" (the limit is {limit})" if limit else ""
    return f"of its {size} bytes{beyond} only the first {len(notification.body)} were kept; let its source take more"


def _cdevents(
    translation: Translation,
    wanted: Callable[[str], bool],
    spec: Spec,
    extensions: Mapping[str, str],
    message: Callable[[CDEvent, Mapping[str, str]], Message],
) -> Rendered:
    messages: list[Message] = []
    errors = [*translation.errors]
    unsaid: list[str] = []
    chosen = [event for event in translation.events if wanted(event.name)]
    for event in chosen:
        try:
            if has_type(spec, event.name):
                messages.append(message(event, extensions))
            else:
                unsaid.append(event.name)
        except MappingError as error:
            errors.append(str(error))
    left_out = len(translation.events) - len(chosen)
    return Rendered(tuple(messages), tuple(errors), translation.ignored, translation.unmatched, left_out, tuple(unsaid))


def _message(  # noqa: PLR0913 - what a route's configuration says of a message
    event: CDEvent, extensions: Mapping[str, str], *, spec: Spec, schemas: str, encoding: Encoding, correlate: bool
) -> Message:
    """Raises MappingError for an event that is not valid, or cannot be written as JSON."""
    content, data = written(event, spec, schemas)
    if found := problems(content, spec):
        raise MappingError(f"{event.name} is not a valid CDEvent of {spec}: {', '.join(found)}")
    return cdevents_message(
        content, encoding, {**extensions, **correlation(content)} if correlate else extensions, data
    )
