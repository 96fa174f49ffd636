"""`play`: the playground on one's own folder, on this machine only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from adapters.config.console import Console as Served
from adapters.console.frame import Frame
from adapters.console.play import application
from adapters.playground.folder import Folder
from tests import example
from tests.cli.support import invoke

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's own folder."""
    return example.mapping(tmp_path, finished=example.FINISHED)


async def client(folder: Path, *, writable: bool = True) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A client of the playground, and the token that its page has."""
    app = application(Frame(Served(), str), Folder("ci", folder / "mapping.yaml", writable))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8082") as asking:
        page = (await asking.get("/playground")).text
        yield asking, page.partition('name="console-token" content="')[2].partition('"')[0]


def fields(**others: str) -> bytes:
    """What the page sends."""
    own = {"mapping": "ci", "written": example.MAPPING, "name": "more.json", "content": '{"state": "waiting"}'}
    return urlencode({**own, **others}).encode()


async def test_it_needs_no_journal_and_no_configuration(folder: Path) -> None:
    """Its address leads to the page; other pages there are none."""
    async for asking, _ in client(folder):
        assert (await asking.get("/")).headers["location"] == "/playground"
        page = (await asking.get("/playground")).text
        assert "pipelinerun.finished" in page
        assert "/live" not in page
        assert (await asking.get("/playground?record=1")).status_code == 404
        assert (await asking.get("/playground?mapping=jenkins/notification")).status_code == 404


async def test_with_the_flag_it_saves(folder: Path) -> None:
    """The mapping, and an example of it."""
    async for asking, token in client(folder):
        headers = {**FORM, "X-Console-Token": token}
        written = f"# mine\n{example.MAPPING}"
        assert (await asking.post("/playground/save", content=fields(written=written), headers=headers)).is_success
        assert (await asking.post("/playground/golden", content=fields(), headers=headers)).is_success
    assert (folder / "mapping.yaml").read_text() == written
    assert (folder / "expected" / "more.json").read_text() == "[]\n"


async def test_without_a_token_it_saves_nothing(folder: Path) -> None:
    """Whatever site the form is of."""
    async for asking, _ in client(folder):
        for path in ("save", "golden", "pack", "try"):
            assert (await asking.post(f"/playground/{path}", content=fields(), headers=FORM)).status_code == 403
    assert (folder / "mapping.yaml").read_text() == example.MAPPING


async def test_a_name_that_leads_here_is_not_answered(folder: Path) -> None:
    """Another site's name server could make it lead here."""
    async for asking, _ in client(folder):
        assert (await asking.get("/playground", headers={"Host": "evil.example.com"})).status_code == 421


async def test_a_mapping_that_does_not_load_can_be_mended(folder: Path) -> None:
    """It opens, and says what is wrong."""
    (folder / "mapping.yaml").write_text("cdevents: [")
    async for asking, _ in client(folder):
        assert "the mapping does not load" in (await asking.get("/playground")).text


def test_a_mapping_that_there_is_not_is_told(tmp_path: Path) -> None:
    """With exit 2."""
    result = invoke("play", tmp_path / "none")
    assert (result.exit_code, "there is no such mapping" in result.stderr) == (2, True)


def test_what_comes_with_the_package_is_not_written() -> None:
    """It would be lost with the next release."""
    result = invoke("play", "--write", "jenkins/notification")
    assert (result.exit_code, "comes with the package" in result.stderr) == (2, True)
