"""What holds for every page of the table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.console.pages import PAGES
from tests.console.support import browsing, journal, settings

PATHS = [page.path for page in PAGES]
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|\shx-on|javascript:|data:", re.IGNORECASE)


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_is_whole(path: str, tmp_path: Path) -> None:
    """It has a title, one heading, and its own entry in the navigation marked; also where nothing was heard yet."""
    config = settings(tmp_path)
    async with journal(config), browsing(config) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    assert re.search(r"<title>[^<·]+\S · cdevents-adapters</title>", answer.text)
    assert len(re.findall("<h1", answer.text)) == 1
    assert re.findall(r'href="([^"]+)" aria-current="page"', answer.text) == [path]


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_has_nothing_that_the_policy_forbids(path: str, tmp_path: Path) -> None:
    """No inline script, style or handler: the browser would not run it, and a payload's would look the same."""
    config = settings(tmp_path)
    async with journal(config), browsing(config) as client:
        answer = await client.get(path)
    assert INLINE.findall(re.sub(r"(<textarea[^>]*>).*?</textarea>", r"\1", answer.text, flags=re.DOTALL)) == []
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_without_a_journal_it_says_so(tmp_path: Path) -> None:
    """Where the sidecar has not run, the page tells which file is not there, and is no page for search engines."""
    async with browsing(settings(tmp_path)) as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "journal.db: there is none yet" in answer.text


async def test_what_there_is_not_is_told_within_the_frame(tmp_path: Path) -> None:
    """A wrong address leads to a page with the navigation."""
    async with browsing(settings(tmp_path)) as client:
        answer = await client.get("/nothing")
    assert (answer.status_code, "There is no such page." in answer.text) == (404, True)


@pytest.mark.parametrize("name", ["console.css", "console.js", "theme.js", "vendor/htmx.min.js", "icon.svg"])
async def test_what_pages_name_is_served(name: str, tmp_path: Path) -> None:
    """Scripts and styles come from the console itself."""
    async with browsing(settings(tmp_path)) as client:
        answer = await client.get(f"/static/{name}")
    assert answer.status_code == 200
