"""A shadow: another mapping on the same notifications, compared and not published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from structlog.typing import EventDict

from adapters.journal import Journal
from adapters.mapping.translator import Translation
from adapters.metrics import Metrics
from adapters.model import Format, Notification
from adapters.route import Origin, renderer, shadow
from adapters.route.differences import Comparison, Difference, Verdict
from adapters.route.shadow import REST, ShadowLog
from adapters.route.tally import EXAMPLES, OTHER, PATHS, Tally, key, tally
from tests.route.conftest import INSTANCE, Naps, Words, heard, origins

Count = Callable[..., float | None]


@dataclass
class Newer(Words):
    """A mapping that ignores what begins with `o`, makes `s` an error, and calls `x` differently."""

    def translate(self, notification: Notification) -> Translation:
        """What became of the words."""
        body = notification.body.decode().replace("o", "io").replace("s", "es").replace("x", "y")
        return super().translate(heard(body))


OLD = renderer(origins, format_=Format.CDEVENTS)
NEW = renderer(lambda _: Origin(INSTANCE, Newer()), format_=Format.CDEVENTS)


async def shadowed(journal: Journal, metrics: Metrics) -> list[EventDict]:
    """What a shadow logs of all there is."""
    route = shadow("next", "jenkins", journal, metrics, old=OLD, new=NEW)
    route.drain()
    with structlog.testing.capture_logs() as logs:
        await asyncio.wait_for(route.run(), 30)
    return [log for log in logs if log["event"] == "a shadow's mapping differs"]


async def test_each_notification_has_a_verdict(journal: Journal, metrics: Metrics, count: Count) -> None:
    """Those of its source; what differs is logged with path, old and new, and counted."""
    await journal.append([heard(body) for body in ("a", "one", "sea", "x", "b c")])
    await journal.append([heard("one", "gerrit")])
    logs = await shadowed(journal, metrics)
    counts = {verdict: count("shadow_notifications", shadow="next", verdict=verdict) for verdict in Verdict}
    assert counts == {"same": 2, "different": 1, "only-old": 1, "only-new": None, "failed": 1}
    assert [(log["seq"], log["path"]) for log in logs] == [
        (2, "event only-old"),
        (3, "error mapping.yaml:7:3"),
        (4, "context.id"),
        (4, "subject.id"),
    ]
    assert (logs[-1]["old"], logs[-1]["new"], logs[-1]["verdict"]) == ("x", "y", "different")


async def test_a_flood_of_one_difference_is_a_few_lines(journal: Journal, metrics: Metrics) -> None:
    """The first ones are told; the counts have all."""
    await journal.append([heard(f"x{number}") for number in range(50)])
    logs = await shadowed(journal, metrics)
    assert [log["path"] for log in logs] == ["context.id", "subject.id"] * EXAMPLES
    assert tally(journal.checkpoints(key("next"))).paths == {"context.id": 50, "subject.id": 50}


async def test_a_shadow_goes_on_where_it_was(journal: Journal, metrics: Metrics) -> None:
    """Its cursor and its counts are in the journal; what it has told it does not tell again."""
    await journal.append([heard("one")] * 2)
    await shadowed(journal, metrics)
    await journal.append([heard("one")] * 5)
    assert [log["seq"] for log in await shadowed(journal, metrics)] == [3]
    assert tally(journal.checkpoints(key("next"))).verdicts == {Verdict.ONLY_OLD: 7}
    assert [(each.lag, each.dead_letters) for each in journal.status(["next"])] == [(0, 0)]


async def test_a_shadow_rests(journal: Journal) -> None:
    """After each batch it gives the processor to others, for longer than it had it; never for having waited."""
    await journal.append([heard(str(number)) for number in range(4)])
    times, naps = iter([10.0, 12.0, 12.0, 15.0]), Naps()
    log = ShadowLog(journal, "next", Tally(), clock=lambda: next(times), sleep=naps)
    assert [len(await log.read(2)) for _ in range(4)] == [2, 2, 0, 0]
    assert naps.taken == [2.0 * REST, 3.0 * REST]


def test_the_paths_that_are_told_apart_are_bounded() -> None:
    """Indexes count as one path; beyond a bound all others are one."""
    found = Tally()
    differences = [Difference(f"customData.a[{number}].b", 1, 2) for number in range(10)]
    differences += [Difference(f"customData.{number}", 1, 2) for number in range(PATHS + 10)]
    told: list[Any] = found.add(Comparison(Verdict.DIFFERENT, tuple(differences)))
    assert (found.paths["customData.a[].b"], found.paths[OTHER], len(found.paths)) == (10, 11, PATHS + 1)
    assert len(told) == EXAMPLES + PATHS - 1 + EXAMPLES
    assert tally(found.kept()) == found
