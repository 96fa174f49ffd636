"""From the CDEvents that a route would publish to messages in the words of another tool. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adapters.cdevents.cloudevents import mapped_message
from adapters.errors import MappingError
from adapters.mapping.export.compiler import Exporter
from adapters.model import Encoding, Message, Record
from adapters.route.rendered import Render, Rendered


def exporting(render: Render, exporter: Callable[[], Exporter], encoding: Encoding) -> Render:
    """Renders the messages that an export mapping, as it is at the moment, makes of what `render` makes.

    What it makes nothing of is left out; one event of which it can make no message does not stop the others.
    """

    def mapped(record: Record, rendered: Rendered) -> Rendered:
        current = exporter()
        messages: list[Message] = []
        errors, left_out = [*rendered.errors], rendered.left_out
        for message in rendered.messages:
            made, wrong = _made(current, message, record, encoding)
            messages += made
            errors += [f"{message.attributes['type']} {message.attributes['id']}: {each}" for each in wrong]
            left_out += not (made or wrong)
        return rendered._replace(messages=tuple(messages), errors=tuple(errors), left_out=left_out)

    def pieces(record: Record, size: int) -> Iterator[Rendered]:
        return (mapped(record, each) for each in render.pieces(record, size))

    return Render(pieces)


def _made(exporter: Exporter, message: Message, record: Record, encoding: Encoding) -> tuple[list[Message], list[str]]:
    try:
        outcome = exporter.translate(record.notification._replace(body=message.data))
    except MappingError as error:
        return [], [str(error)]
    made, errors = [], [*outcome.errors]
    for each in outcome.events:
        try:
            made.append(mapped_message(each, message.attributes, encoding))
        except MappingError as error:
            errors.append(str(error))
    return made, errors
