"""From a record to the messages that a route publishes for it. Pure: no clock, no I/O.

The two forms of an event name each other: a legacy message's extension `cdeventids` has the ids of its CDEvents,
separated by commas, and a CDEvent's `legacyid` has the id of the legacy message. A legacy message's
`redacted` counts what was left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from adapters.cdevents.cloudevents import CDEVENT_IDS, LEFT_OUT, LEGACY_ID, cdevents_message, legacy_message
from adapters.cdevents.document import document
from adapters.cdevents.heard import cdevents
from adapters.cdevents.ids import legacy_id
from adapters.cdevents.selection import selected
from adapters.cdevents.validation import problems
from adapters.cdevents.vocabulary import name_of
from adapters.errors import MappingError
from adapters.mapping.translator import Translation
from adapters.model import DAMAGED, REDACTED, TRUNCATED, CDEvent, Encoding, Format, Message, Notification, Record, Spec
from adapters.route.translation import Translate, Translates, translated


class Origin(NamedTuple):
    """The source of a notification as it is configured now: the tool's URL, and its mapping if it has one.

    `cdevents` says that what it hears are CDEvents already.
    """

    instance: str
    translator: Translates | None = None
    cdevents: bool = False


class Rendered(NamedTuple):
    """What became of a record: its messages, why others could not be made, and what the mapping left out."""

    messages: tuple[Message, ...] = ()
    errors: tuple[str, ...] = ()
    ignored: int = 0
    unmatched: int = 0


_DAMAGED = "its bytes in the journal are not those that were heard: the disk damaged them; ask the tool, or its history"

Render = Callable[[Record], Rendered]
"""Makes a route's messages of a record."""

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
    acts: bool = False,
) -> Render:
    """How a route renders records: nothing for those of other sources than `sources` (None: all of them).

    `types` chooses CDEvents as in `cdevents.selection` (None: all of them). A notification that its source had to cut
    is an error in either format: it is not what the tool said, even where what is left can be read. `translate` is
    what routes of one log may share.

    What was heard as CDEvents is only for a route that `acts`: were they published, they could be heard again for ever.
    """
    wanted = selected(("*",) if types is None else types)

    def render(record: Record) -> Rendered:
        notification = record.notification
        if sources is not None and notification.source not in sources and DAMAGED not in notification.headers:
            return Rendered()
        if (origin := origins(notification.source)) is None:
            return Rendered(errors=(f"source '{notification.source}' is not in the configuration any more",))
        if origin.cdevents:
            return _heard(notification, encoding, wanted) if acts else Rendered()
        if reason := _unfit(notification):
            return Rendered(errors=(reason,))
        translation = translate(origin.translator, record) if origin.translator else Translation()
        if format_ is Format.LEGACY:
            return Rendered((_legacy(notification, origin, translation, encoding),))
        if types is not None:
            chosen = tuple(each for each in translation.events if wanted(each.name))
            translation = translation._replace(events=chosen)
        return _cdevents(notification, origin, translation, encoding, spec)

    return render


def _heard(notification: Notification, encoding: Encoding, wanted: Callable[[str], bool]) -> Rendered:
    """The CDEvents in a notification as they are; one that is none does not stop the others."""
    if reason := _unfit(notification):
        return Rendered(errors=(reason,))
    messages: list[Message] = []
    documents, errors = cdevents(notification.body)
    for each in documents:
        try:
            if wanted(name_of(each["context"]["type"])):
                messages.append(cdevents_message(each, encoding, {}))
        except MappingError as error:
            errors.append(str(error))
    return Rendered(tuple(messages), tuple(errors))


def _legacy(notification: Notification, origin: Origin, translation: Translation, encoding: Encoding) -> Message:
    extensions = {
        CDEVENT_IDS: ",".join(event.id for event in translation.events),
        LEFT_OUT: notification.headers.get(REDACTED, ""),
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
    return ".".join(["legacy", *filter(None, name.split("/"))])


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
    notification: Notification, origin: Origin, translation: Translation, encoding: Encoding, spec: Spec
) -> Rendered:
    if not translation.events:
        return Rendered((), translation.errors, translation.ignored, translation.unmatched)
    extensions = {LEGACY_ID: legacy_id(origin.instance, notification.position, notification.body)}
    messages: list[Message] = []
    errors = [*translation.errors]
    for event in translation.events:
        try:
            messages.append(_message(event, encoding, spec, extensions))
        except MappingError as error:
            errors.append(str(error))
    return Rendered(tuple(messages), tuple(errors), translation.ignored, translation.unmatched)


def _message(event: CDEvent, encoding: Encoding, spec: Spec, extensions: Mapping[str, str]) -> Message:
    """Raises MappingError for an event that is not valid, or cannot be written as JSON."""
    content = document(event, spec)
    if found := problems(content, spec):
        raise MappingError(f"{event.name} is not a valid CDEvent of {spec}: {', '.join(found)}")
    return cdevents_message(content, encoding, extensions)
