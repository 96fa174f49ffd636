"""A record, opened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.console.support import browsing, example, journal, said, settings
from tests.hostile_text import SCRIPT


async def test_it_has_what_was_sent_and_what_it_became(tmp_path: Path) -> None:
    """Headers, body, its event, the rule that made it, and why another did not."""
    config = settings(tmp_path)
    heard = example("jenkins", "jenkins/notification", "finished.json")._replace(headers={"x-tool": "seven"})
    async with journal(config, [heard]), browsing(config) as client:
        page = (await client.get("/records/1")).text
    assert '<dt>x-tool</dt><dd class="mono">seven</dd>' in page
    assert "<strong>pipelinerun.finished</strong>" in page
    assert re.search(r'href="/chain\?id=[0-9a-f-]{36}"', page)
    assert '<tr class="yes">' in page
    assert '<tr class="no">' in page


async def test_a_secret_is_on_no_page(tmp_path: Path) -> None:
    """Neither one of the configuration nor one in a URL."""
    sink = {"type": "http", "url": "http://127.0.0.1:9/", "auth": {"bearer": "hunter22"}}
    config = settings(tmp_path, sinks={"out": sink}, routes={"legacy": {"format": "legacy", "sink": "out"}})
    body = b'{"a": "hunter22", "url": "https://ann:sesame@git.example.com/x"}'
    async with journal(config, [said("jenkins", body)]) as log, browsing(config) as client:
        await log.park("legacy", 1, "it said hunter22")
        for path in ("/records/1", "/problems"):
            page = (await client.get(path)).text
            assert "hunter22" not in page
            assert "sesame" not in page


async def test_what_a_tool_sends_is_text(tmp_path: Path) -> None:
    """A script in the body, a header, the position and the reason is shown, and is none."""
    config = settings(tmp_path)
    heard = said("jenkins", SCRIPT.encode())._replace(headers={"x-name": SCRIPT}, position=SCRIPT)
    async with journal(config, [heard]) as log, browsing(config) as client:
        await log.park("legacy", 1, SCRIPT)
        for path in ("/records/1", "/problems"):
            assert "<img" not in (page := (await client.get(path)).text)
            assert "&lt;img" in page


@pytest.mark.parametrize(
    "body", [b"", b"{ no JSON", b"\xff\xfe", b"[" * 5000, b'{"n": 123456789012345678901234567890}', b'{"a": "\\ud800"}']
)
async def test_any_body_can_be_shown(body: bytes, tmp_path: Path) -> None:
    """Whatever it is, and its numbers as they were."""
    config = settings(tmp_path)
    async with journal(config, [said("registry", body)]), browsing(config) as client:
        answer = await client.get("/records/1")
    assert answer.status_code == 200
    assert "123456789012345678901234567890" in answer.text or b"1234" not in body


async def test_one_that_is_gone_is_told(tmp_path: Path) -> None:
    """404, with the number."""
    config = settings(tmp_path)
    async with journal(config), browsing(config) as client:
        answer = await client.get("/records/7")
    assert (answer.status_code, "The journal has no record 7" in answer.text) == (404, True)


@pytest.mark.parametrize("number", ["0", "x", "²", "1.5", str(1 << 63), "9" * 5000])
async def test_what_is_no_number_of_a_record_is_not_found(number: str, tmp_path: Path) -> None:
    """However large it is."""
    config = settings(tmp_path)
    async with journal(config, [said("registry", b"{}")]), browsing(config) as client:
        assert (await client.get(f"/records/{number}")).status_code == 404


async def test_what_looks_secret_by_its_name_is_shown_nowhere(tmp_path: Path) -> None:
    """In a member, a variable beside its name, or a header: on the page, in the playground, and live."""
    variable = b'{"name": "DB_PASSWORD", "value": "sesame-2"}'
    body = b'{"build": {"apiToken": "sesame-1"}, "variables": [%b], "x": "as it was"}' % variable
    heard = said("jenkins", body)._replace(headers={"x-api-key": "sesame-3"})
    config = settings(tmp_path)
    async with journal(config, [heard]), browsing(config) as client:
        for path in ("/records/1", "/playground?record=1", "/live"):
            page = (await client.get(path)).text
            assert "sesame" not in page
            assert "as it was" in page
