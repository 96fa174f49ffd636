"""What stays behind, and what is done about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.config import Config
from adapters.journal import Database, deadletters
from adapters.model import Notification
from tests.console.support import browsing, journal, said, settings

UNKNOWN = b'{"of": "no kind"}'


def letters(config: Config) -> list[tuple[str, int, bool]]:
    """Route, number and mark of each dead letter."""
    with Database(config.journal.path) as database:
        return [(each.route, each.seq, each.retry) for each in deadletters.listed(database)]


def heard(count: int) -> Sequence[Notification]:
    """So many that no rule covers."""
    return [said("jenkins", UNKNOWN) for _ in range(count)]


async def parked(config: Config, reasons: Sequence[str]) -> None:
    """A journal with a dead letter of the route cdevents for each reason."""
    async with journal(config, heard(len(reasons))) as log:
        for seq, reason in enumerate(reasons, start=1):
            await log.park("cdevents", seq, reason)


async def test_dead_letters_of_one_cause_are_one_group(tmp_path: Path) -> None:
    """Numbers, digests and what is quoted differ, and the cause is the same."""
    config = settings(tmp_path)
    await parked(config, ["413: 'a' has 2000000 bytes", "413: 'b' has 3000000 bytes", "404 Not Found"])
    async with browsing(config) as client:
        page = (await client.get("/problems")).text
        assert re.findall(r'class="badge bad">(\d+)<', page) == ["2", "1"]
        [key] = re.findall(r"/problems/dead-letters/(\w+)", page)
        group = (await client.get(f"/problems/dead-letters/{key}")).text
    assert re.findall(r'<a href="/records/(\d+)"', group) == ["2", "1"]


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("/problems/retry", [("cdevents", 1, True), ("cdevents", 2, True), ("cdevents", 3, False)]),
        ("/problems/drop", [("cdevents", 3, False)]),
    ],
)
async def test_all_of_a_group_at_once(path: str, left: list[tuple[str, int, bool]], tmp_path: Path) -> None:
    """And none of another one; then it leads back to where it was pressed."""
    config = settings(tmp_path)
    await parked(config, ["413: 10 bytes", "413: 20 bytes", "404 Not Found"])
    async with browsing(config) as client:
        [key, *_] = re.findall(r'name="group" value="(\w+)"', (await client.get("/problems")).text)
        answer = await client.post(path, data={"group": key, "back": "/problems"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/problems")
    assert letters(config) == left


async def test_one_alone(tmp_path: Path) -> None:
    """By its route and number."""
    config = settings(tmp_path)
    await parked(config, ["404 Not Found"] * 3)
    async with browsing(config) as client:
        await client.post("/problems/retry", data={"route": "cdevents", "seq": "2"})
        await client.post("/problems/drop", data={"route": "cdevents", "seq": "3"})
    assert letters(config) == [("cdevents", 1, False), ("cdevents", 2, True)]


@pytest.mark.parametrize(
    "back", ["https://attacker.example.net/", "//attacker.example.net/", "/\\attacker.example.net"]
)
async def test_it_leads_to_no_other_site(back: str, tmp_path: Path) -> None:
    """Whatever the form says."""
    config = settings(tmp_path)
    await parked(config, ["404 Not Found"])
    async with browsing(config) as client:
        answer = await client.post("/problems/retry", data={"route": "cdevents", "seq": "1", "back": back})
    assert answer.headers["location"] == "/problems"


async def test_nothing_is_done_to_what_was_not_chosen(tmp_path: Path) -> None:
    """A form that does not say which is refused: it is never taken for all."""
    numbered = [{"route": "cdevents", "seq": seq} for seq in ("x", "²", "9" * 25, "9" * 5000)]
    config = settings(tmp_path)
    await parked(config, ["404 Not Found"])
    async with browsing(config) as client:
        for form in ({}, {"route": "cdevents"}, {"seq": "1"}, *numbered):
            assert (await client.post("/problems/drop", data=form)).status_code == 400
        assert (await client.post("/problems/drop", data={"group": "gone"})).status_code == 404
    assert letters(config) == [("cdevents", 1, False)]


async def test_a_foreign_form_changes_nothing(tmp_path: Path) -> None:
    """Without the token it is refused."""
    config = settings(tmp_path)
    await parked(config, ["404 Not Found"])
    async with browsing(config) as client:
        del client.headers["X-Console-Token"]
        answer = await client.post("/problems/drop", data={"route": "cdevents", "seq": "1"})
    assert answer.status_code == 403
    assert letters(config) == [("cdevents", 1, False)]


async def test_what_no_rule_covers_is_counted_by_reason(tmp_path: Path) -> None:
    """With the last of them, and what comes later is added."""
    config = settings(tmp_path)
    async with browsing(config) as client, journal(config, heard(2)) as log:
        page = (await client.get("/problems")).text
        assert ('<td class="n">2</td>' in page, 'href="/records/2"' in page) == (True, True)
        await log.append(heard(1))
        part = (await client.get("/problems/unmatched")).text
    assert ('<td class="n">3</td>' in part, 'href="/records/3"' in part) == (True, True)
    assert "hx-get" not in part
