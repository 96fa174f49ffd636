"""The playground in a console: what it opens, tries and packs, without a browser."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest

from adapters.config import Config
from adapters.config.console import Console as Served
from adapters.console import play
from adapters.console.frame import Frame
from adapters.journal import Database, deadletters
from adapters.mapping import library
from adapters.playground.folder import Folder
from adapters.urls import public
from tests.console.support import HOST, browsing, journal, said, settings
from tests.service import build

MAPPING = library.find("jenkins/notification")
WRITTEN = MAPPING.read_text(encoding="utf-8")
EXAMPLE = (MAPPING.parent / "inputs" / "cell-finished.json").read_text(encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Three tools and two files; a secret is in it."""
    return settings(tmp_path)


def form(**fields: str) -> dict[str, str]:
    """What the page sends of the first mapping; `fields` in place of its own."""
    return {"mapping": "jenkins/notification", "written": WRITTEN, "name": "new.json", "content": EXAMPLE, **fields}


async def opened(config: Config, query: str = "", *heard: bytes) -> httpx.Response:
    """The page, where something was heard of Jenkins."""
    async with journal(config, [said("jenkins", body, x="1") for body in heard]), browsing(config) as client:
        return await client.get(f"/playground{query}")


async def posted(config: Config, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
    """The answer to a form of the page."""
    async with journal(config), browsing(config) as client:
        content = urlencode(fields).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await client.post(f"/playground/{path}", content=content, headers={**kind, **headers})


def area(page: httpx.Response, name: str) -> str:
    """What is in a text of the page, as a browser reads it."""
    found = re.search(rf'<textarea[^>]* name="{name}"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found is not None
    return (
        found[1]
        .replace("&#34;", '"')
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
    )


async def test_it_opens_with_a_mapping_of_the_configuration_and_its_first_example(config: Config) -> None:
    """As it is in its file, with what comes of it; all shipped ones may be chosen."""
    page = await opened(config)
    assert area(page, "written") == WRITTEN
    assert "<option selected>jenkins/notification</option>" in page.text
    assert "<option>junit/report</option>" in page.text
    assert "What each rule says" in page.text


async def test_an_example_and_another_mapping_are_opened(config: Config) -> None:
    """By their names."""
    page = await opened(config, "?mapping=jenkins/notification&input=example:cell-finished.json")
    assert area(page, "content") == EXAMPLE
    assert "taskrun.finished" in page.text
    assert area(await opened(config, "?mapping=junit/report"), "written").startswith("# JUnit")


async def test_a_record_of_the_journal_is_opened(config: Config) -> None:
    """As the request that it was, with the mapping and in the circumstances of its source; others may be chosen."""
    page = await opened(config, "?record=2", b'{"of": "no kind"}', build(7))
    assert area(page, "content").startswith("POST / HTTP/1.1\nx: 1\n\n{")
    assert "pipelinerun.finished" in page.text
    assert '<optgroup label="Heard lately"><option value="record:2">' in page.text.replace("\n", "")


async def test_dead_letters_are_offered(config: Config) -> None:
    """Of the sources that have the mapping, the latest first, each once however many routes have parked it."""
    heard = [said("jenkins", build(1)), said("gerrit", b"{"), said("jenkins", b"{")]
    async with journal(config, heard), browsing(config) as client:
        with Database(config.journal.path) as database:
            for route, seq in (("legacy", 1), ("cdevents", 1), ("cdevents", 2), ("cdevents", 3)):
                deadletters.park(database, route, seq, "why", datetime.now(UTC))
        text = (await client.get("/playground")).text
    offers = text.partition('<optgroup label="Dead letters">')[2].partition("</optgroup>")[0]
    assert re.findall(r"record:(\d+)", offers) == ["3", "1"]


async def test_what_a_payload_has_in_it_is_text(config: Config) -> None:
    """No script of a tool becomes one of the page."""
    page = await opened(config, "?record=1", build(7).replace(b'"load"', b'"</textarea><script>alert(1)</script>"'))
    assert "<script>alert" not in page.text
    assert "</textarea><script>" in area(page, "content")


@pytest.mark.parametrize(
    "query",
    [
        "?mapping=no/such",
        "?mapping=../../etc",
        "?mapping=/etc",
        "?record=9",
        "?record=x",
        "?input=record:",
        "?input=example:../mapping.yaml",
        "?input=example:/etc/passwd",
    ],
)
async def test_nothing_else_is_opened(config: Config, query: str) -> None:
    """Only mappings of the configuration and shipped ones, their examples, and records that there are."""
    page = await opened(config, query)
    assert page.status_code in (404, 503)
    assert "Traceback" not in page.text


async def test_what_is_written_is_tried(config: Config) -> None:
    """Its events, and what each rule says."""
    answer = await posted(config, "try", form())
    assert "taskrun.finished" in answer.text
    assert "<html" not in answer.text
    broken = await posted(
        config, "try", form(written=WRITTEN.replace("emit: taskrun.finished", "emit: taskrun.finish"))
    )
    assert "the mapping does not load" in broken.text
    assert re.search(r'data-line="\d+" data-column="\d+"', broken.text)


async def test_line_breaks_are_those_that_were_written(config: Config) -> None:
    """Though forms send CR LF: places are the same, and so is what is packed."""
    answer = await posted(config, "pack", form(written="a: 1\r\nb: 2\r\n"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.read("notification/mapping.yaml") == b"a: 1\nb: 2\n"


async def test_what_comes_of_it_is_escaped(config: Config) -> None:
    """Wherever a payload's text is shown."""
    attack = "<img src=x onerror=alert(1)>"
    answer = await posted(config, "try", form(content=EXAMPLE.replace('"name"', f'"{attack}": 1, "name"', 1)))
    assert "<img" not in answer.text
    answer = await posted(config, "try", form(content=attack))
    assert "<img" not in answer.text


async def test_the_folder_is_downloaded_with_what_is_written_and_a_golden(config: Config) -> None:
    """If it is asked for."""
    answer = await posted(config, "pack", form(**{"with": "golden"}))
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''notification.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"notification/inputs/new.json", "notification/expected/new.json"} <= {*archive.namelist()}
    plain = await posted(config, "pack", form())
    with zipfile.ZipFile(io.BytesIO(plain.content)) as archive:
        assert "notification/inputs/new.json" not in archive.namelist()
        assert "notification/context.yaml" in archive.namelist()


async def test_what_is_not_wholly_translated_is_no_golden(config: Config) -> None:
    """It is told."""
    answer = await posted(config, "pack", form(content='{"of": "no kind"}', **{"with": "golden"}))
    assert (answer.status_code, "this is no golden" in answer.text) == (503, True)


@pytest.mark.parametrize("path", ["save", "golden"])
async def test_a_console_writes_no_mapping(config: Config, path: str) -> None:
    """It says what would."""
    answer = await posted(config, path, form())
    assert (answer.status_code, "play --write" in answer.text) == (503, True)
    assert MAPPING.read_text(encoding="utf-8") == WRITTEN
    assert not (MAPPING.parent / "inputs" / "new.json").exists()


@pytest.mark.parametrize("path", ["try", "words", "pack", "save", "golden"])
async def test_nothing_is_tried_or_written_for_other_sites(config: Config, path: str) -> None:
    """Without the token of a page."""
    assert (await posted(config, path, form(), **{"X-Console-Token": "guess"})).status_code == 403


async def test_what_is_too_large_is_not_tried(config: Config) -> None:
    """A mapping or an input of more than a mebibyte."""
    answer = await posted(config, "try", form(content=" " * ((1 << 20) + 1)))
    assert (answer.status_code, "more than 1 MiB" in answer.text) == (503, True)


async def test_words_are_those_of_the_place(config: Config) -> None:
    """As JSON, with what each means."""
    answer = await posted(config, "words", {**form(written="inc"), "row": "0", "column": "3"})
    assert {"text", "kind", "about"} == {*answer.json()[0]}
    assert "include" in [word["text"] for word in answer.json()]
    assert (await posted(config, "words", {**form(), "row": "x"})).status_code == 200


@pytest.mark.parametrize("heard", ["some day", "2026-05-04", "2026-05-04T10:00:00", "9" * 5000])
async def test_a_time_that_is_none_is_said_so(config: Config, heard: str) -> None:
    """An input of a source has the time at which it was heard, with its zone."""
    answer = await posted(config, "try", form(source="jenkins", heard=heard))
    assert (answer.status_code, "no time with a zone" in answer.text) == (400, True)


@pytest.mark.parametrize("row", ["", "x", "²", "9" * 5000])
async def test_words_are_told_wherever_somebody_is(config: Config, row: str) -> None:
    """What is no line is the first one."""
    assert (await posted(config, "words", form(row=row, column="0"))).status_code == 200


@asynccontextmanager
async def playing(folder: Folder) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the playground of a folder alone."""
    frame = Frame(Served(listen="127.0.0.1:0"), public)
    transport = httpx.ASGITransport(play.application(frame, folder), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url=HOST, headers={"X-Console-Token": frame.token}
    ) as client:
        yield client


@pytest.mark.parametrize("name", ["\N{CJK UNIFIED IDEOGRAPH-65E5}", 'a"; b', "a\r\nX-Other: b"])
async def test_a_folder_of_any_name_is_downloaded(name: str) -> None:
    """The name is that of the file, and nothing else of the answer."""
    async with playing(Folder(name, MAPPING)) as client:
        answer = await client.post("/playground/pack", data={"mapping": name, "written": WRITTEN})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(name, safe='')}.zip"
    assert "x-other" not in answer.headers


async def test_it_opens_with_the_first_example_that_can_be_read(tmp_path: Path) -> None:
    """One that is no text is no reason to show nothing."""
    shutil.copytree(MAPPING.parent, tmp_path / "ci")
    (tmp_path / "ci" / "inputs" / "0.json").write_bytes(b"\xff\xfe")
    async with playing(Folder("ci", tmp_path / "ci" / "mapping.yaml")) as client:
        page = await client.get("/playground")
    assert page.status_code == 200
    assert area(page, "content").startswith("{")
