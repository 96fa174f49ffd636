"""The process that renders: it is given a plan, and answers until nobody asks any more."""

from __future__ import annotations

import signal

from adapters.aside import wire
from adapters.aside.plan import Loaded, read
from adapters.child.frames import Value, framed
from adapters.child.inside import Asked, asked
from adapters.errors import ConfigError
from adapters.memory import collect_seldom
from adapters.route.chunk import made
from adapters.route.rendered import Render

LONGEST = 60
"""Seconds of the system after which it ends by itself, whatever it does: nobody waits for so long."""


def main() -> None:
    """Renders, until the other end is closed."""
    with asked() as parent:
        _serve(parent)


def _serve(parent: Asked) -> None:
    if (plan := parent.hear()) is None:
        return
    try:
        loaded = Loaded(read(plan))
    except ConfigError:
        parent.tell(None)
        return
    collect_seldom()
    parent.tell(loaded.generation)
    while (batch := parent.hear()) is not None:
        signal.alarm(LONGEST)
        route, asked_for = batch
        parent.send(answered(loaded.renders[route], asked_for))
        signal.alarm(0)


def answered(render: Render, asked_for: Value) -> bytes:
    """The frame that answers what was asked; where that is nothing for a frame, who asks renders all of it."""
    try:
        return framed(wire.answer(made(render, wire.records(asked_for))))
    except ValueError:
        return framed(wire.answer(()))


if __name__ == "__main__":
    main()
