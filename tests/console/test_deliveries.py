"""The pages of deliveries."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from tests.console.stories import cdevent, fleet, heard, others, story
from tests.console.support import browsing, journal

HOSTILE = "<script>alert(1)</script>"


def rows(page: str) -> list[list[str]]:
    """The texts of a page's table, cell by cell."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = (re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in found)
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


async def test_services_are_told_by_environment(tmp_path: Path) -> None:
    """What runs where, what was rolled back and removed, and which change it is; no environment is one of its own."""
    config = others(tmp_path)
    async with journal(config, heard([*story(), *fleet()])), browsing(config) as client:
        found = rows((await client.get("/deliveries")).text)
    cells = [[re.sub(r"\d+d ago", "-", cell) for cell in row] for row in found]
    assert cells == [
        ["Service", "none named", "production", "staging"],
        ["bell", "removed -", "- nothing", "- nothing"],
        ["door", "- nothing", "2.3 rolled back -", "- nothing"],
        ["till", "- nothing", *["sha256:555555555555 - shop%2Ftill~1234"] * 2],
    ]


async def test_many_environments_are_rows(tmp_path: Path) -> None:
    """As where each service has a namespace."""
    events = [cdevent(f"s{n}", "service.deployed", n, f"s{n}", environment={"id": f"ns-{n}"}) for n in range(9)]
    config = others(tmp_path)
    async with journal(config, heard(events)), browsing(config) as client:
        found = rows((await client.get("/deliveries")).text)
        filtered = rows((await client.get("/deliveries?like=NS-3")).text)
    assert [row[:2] for row in found] == [["Service", "Environment"], *([f"s{n}", f"ns-{n}"] for n in range(9))]
    assert [row[0] for row in filtered] == ["Service", "s3"]


async def test_a_history_tells_what_when_who_and_from_where(tmp_path: Path) -> None:
    """The latest first, with links to the chain, and to the event."""
    config = others(tmp_path)
    async with journal(config, heard([*story(), *fleet()])), browsing(config) as client:
        page = (await client.get("/deliveries/history?service=till")).text
        assert rows(page)[1:] == [
            ["2026-03-05 10:10", "upgraded", "production", "sha256:555555555555", "shop%2Ftill~1234", "job/image/3/"]
            + ["cem", "https://ci.example.com/"],
            ["2026-03-05 09:30", "deployed", "staging", "sha256:555555555555", "shop%2Ftill~1234", "job/image/3/"]
            + ["", "https://ci.example.com/"],
        ]
        assert '<a href="/chain?id=merged">' in page
        assert '<a href="/chain/event?id=live">' in page
        one = (await client.get("/deliveries/history?service=till&environment=staging")).text
        assert [row[2] for row in rows(one)[1:]] == ["staging"]
        none = (await client.get("/deliveries/history?service=bell&environment=")).text
        assert [row[1] for row in rows(none)[1:]] == ["removed", "deployed"]
        assert "No delivery of it is known." in (await client.get("/deliveries/history?service=x")).text


async def test_nothing_of_what_tools_say_is_markup(tmp_path: Path) -> None:
    """In every field that is shown."""
    event = cdevent(
        HOSTILE, "service.rolledback", 1, HOSTILE, HOSTILE + "run", chain=HOSTILE, by=HOSTILE,
        environment={"id": HOSTILE}, artifactId=f"pkg:generic/x@{HOSTILE}",
    )  # fmt: skip
    event["context"]["source"] = HOSTILE
    run = cdevent(HOSTILE + "run", "pipelinerun.started", 0, HOSTILE, chain=None)
    change = cdevent("c", "change.merged", 0, HOSTILE, chain=HOSTILE)
    config = others(tmp_path)
    async with journal(config, heard([event, run, change])), browsing(config) as client:
        for path in ("/deliveries", f"/deliveries/history?service={quote(HOSTILE)}"):
            answer = await client.get(path)
            assert "rolled back" in answer.text
            assert "<script>" not in answer.text
