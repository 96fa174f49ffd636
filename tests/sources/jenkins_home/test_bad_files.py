"""Files that are not as they should be: each is skipped with its reason, and the watch goes on."""

from __future__ import annotations

import errno
import os
import random
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapters.sources.jenkins_home import files
from tests.sources.jenkins_home.homes import Heard, Home, build, flow, freestyle, node, note, pipeline, save, source

GOOD = ["started job/shop/2/", "finished job/shop/2/"]

BAD = {
    "truncated": (freestyle()[:150].encode(), "build.xml is not XML"),
    "empty": (b"", "build.xml is not XML"),
    "random bytes": (random.Random(7).randbytes(5000), "build.xml is not XML"),
    "zeros after a crash": (bytes(4096), "build.xml is not XML"),
    "entities": (b"<!DOCTYPE b [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><build>&x;</build>", "entities in its DTD"),
    "not a number": (freestyle().replace("<duration>1000", "<duration>soon").encode(), "has 'soon' for duration"),
    "too large": (freestyle(actions="<a>" + "x" * 70_000 + "</a>").encode(), "is larger than 65536 bytes"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_build_xml_is_skipped_with_its_reason(home: Home, heard: Heard, name: str) -> None:
    """It is logged once, the next build is told, and it is told itself when it was written well after all."""
    content, reason = BAD[name]
    shop = home.job("shop")
    bad = build(shop, 1, content)
    build(shop, 2, freestyle())
    watched = source(home.path, max_file="64KiB")
    with structlog.testing.capture_logs() as logs:
        await watched.look(heard)
        await watched.look(heard)
    assert heard.events == GOOD
    skipped = [log for log in logs if log["event"] == "build skipped until it changes"]
    assert [str(bad) == log["build"] and reason in log["reason"] for log in skipped] == [True]
    save(bad / "build.xml", freestyle())
    await watched.look(heard)
    assert heard.events[2:] == ["started job/shop/1/", "finished job/shop/1/"]


async def test_a_bad_build_xml_is_not_forgotten_over_a_restart(home: Home, heard: Heard) -> None:
    """The checkpoint has it among the builds that are still to be told."""
    shop = home.job("shop")
    bad = build(shop, 1, freestyle()[:100])
    await source(home.path).look(heard)
    save(bad / "build.xml", freestyle())
    await source(home.path, heard.checkpoints).look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


async def test_a_pipe_in_place_of_a_file_holds_nothing_up(home: Home, heard: Heard) -> None:
    """Opening it does not wait for somebody to write into it."""
    shop = home.job("shop")
    os.mkfifo(build(shop, 1) / "build.xml")
    build(shop, 2, freestyle())
    await source(home.path).look(heard)
    assert heard.events == GOOD


async def test_control_characters_are_read_over(home: Home, heard: Heard) -> None:
    """XML 1.1 lets Jenkins write references to them."""
    parameter = (
        "<hudson.model.StringParameterValue><name>A</name><value>x&#x1b;y</value></hudson.model.StringParameterValue>"
    )
    actions = f"<hudson.model.ParametersAction><parameters>{parameter}</parameters></hudson.model.ParametersAction>"
    build(home.job("shop"), 1, freestyle(actions=actions))
    await source(home.path).look(heard)
    assert heard.documents[0]["parameters"] == {"A": "xy"}


async def test_a_bad_node_costs_only_its_stage(home: Home, heard: Heard) -> None:
    """The build and its other stages are told."""
    web = home.job("web")
    directory = build(web, 1, pipeline())
    flow(directory, node(6, "StepStartNode", stage="Build"), node(9, "StepEndNode", parent=6, start=6))
    save(directory / "workflow" / "12.xml", node(12, "StepStartNode", stage="Test")[:200])
    await source(home.path).look(heard)
    assert [stage["name"] for stage in heard.documents[1]["stages_finished"]] == ["Build"]


async def test_bad_test_results_cost_only_the_names(home: Home, heard: Heard) -> None:
    """The numbers are the build's own."""
    action = "<hudson.tasks.junit.TestResultAction><failCount>1</failCount><skipCount>0</skipCount>"
    action += "<totalCount>3</totalCount></hudson.tasks.junit.TestResultAction>"
    build(home.job("shop"), 1, freestyle(actions=action), junitResult__xml=b"<result><suites>")
    await source(home.path).look(heard)
    assert heard.documents[1]["tests"] == {"total": 3, "failed": 1, "passed": 2, "skipped": 0}


async def test_a_log_of_random_bytes_has_no_stages(home: Home, heard: Heard) -> None:
    """Where a Pipeline's nodes are gone its log is read; nothing is made of what is none."""
    build(
        home.job("web"), 1, pipeline(), log=random.Random(3).randbytes(300_000) + b"\x1b[8mha:AAAA\x1b[0m[Pipeline] {"
    )
    await source(home.path).look(heard)
    assert heard.events == ["started job/web/1/", "finished job/web/1/"]
    assert "stages_started" not in heard.documents[1]


async def test_a_line_of_a_gigabyte_takes_no_memory(home: Home, heard: Heard) -> None:
    """What comes before it in the log is found, and the process does not grow by more than a few megabytes."""
    web = home.job("web")
    directory = build(web, 1, pipeline())
    with (directory / "log").open("wb") as log:
        log.write(note("6") + b"[Pipeline] { (Build)\n" + note("9", start="6") + b"[Pipeline] }\n")
        log.truncate(1 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await source(home.path).look(heard)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 << 10
    assert [stage["name"] for stage in heard.documents[1]["stages_finished"]] == ["Build"]


@pytest.mark.parametrize("chunks", [[b"a\n", b"b\n", b"c"], [b"x" * 70_000, b"\n", b"y" * 200_000, b"\nz\n"], []])
def test_lines_are_cut_not_lost(tmp_path: Path, chunks: list[bytes]) -> None:
    """Each line is there, in order, with no more than the bytes that are asked for."""
    path = tmp_path / "log"
    path.write_bytes(b"".join(chunks))
    expected = [line[:100] for line in b"".join(chunks).split(b"\n")]
    expected = expected[:-1] if expected[-1] == b"" else expected
    assert list(files.lines(str(path), longest=100, most=1 << 20)) == expected
    assert b"".join(files.lines(str(path), longest=100, most=1)) == b"".join(chunks)[:1].strip()


@pytest.mark.parametrize("number", [errno.EACCES, errno.ESTALE, errno.EIO])
async def test_a_build_that_cannot_be_read_for_a_moment_is_told_later(
    home: Home, heard: Heard, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Although nothing of it changes when the share, or the right to read it, is back; it is logged once."""
    build(home.job("shop"), 1, freestyle())
    watched = source(home.path)
    with structlog.testing.capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr(os, "open", failing(os.open, "build.xml", number))
        await watched.look(heard)
        await watched.look(heard)
    assert heard.events == []
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == [
        "build cannot be read, it is tried again"
    ]
    await watched.look(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


def failing(opens: Callable[..., int], name: str, number: int) -> Callable[..., int]:
    """Opens files, but for those of a name."""

    def opened(path: str, *arguments: Any, **more: Any) -> int:
        if path.endswith(name):
            raise OSError(number, os.strerror(number), path)
        return opens(path, *arguments, **more)

    return opened
