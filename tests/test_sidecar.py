"""The parts of a sidecar together: a mapping is tried on live traffic, beside the one in use."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from adapters import config
from adapters.config import Config
from adapters.errors import ConfigError, JournalUnavailable
from adapters.sidecar import assembled
from adapters.translators import Translators
from tests.cli.support import invoke
from tests.living import MAPPING, Living, started

NEWER = MAPPING.replace("outcome: success", "outcome: error").replace("when: {}", "when: {url: {matches: 'run/[1-9]'}}")


@pytest.fixture
def living(tmp_path: Path) -> Living:
    """A sidecar that is not started yet."""
    return Living(tmp_path)


def trying(living: Living, text: str = NEWER) -> Config:
    """A configuration with a shadow."""
    (living.folder / "newer.yaml").write_text(text)
    return living.config(shadows={"newer": {"source": "tool", "mapping": str(living.folder / "newer.yaml")}})


async def metric(living: Living, name: str) -> dict[str, float]:
    """The values of a metric, by labels."""
    lines = (await living.ask("GET", "/metrics")).text.splitlines()
    found = [line.removeprefix(f"cdevents_adapters_{name}").rsplit(" ", 1) for line in lines if name in line[:60]]
    return {labels: float(value) for labels, value in found if labels.startswith("{")}


async def compared(living: Living) -> dict[str, float]:
    """The verdicts of a shadow, when it has passed everything."""
    async with asyncio.timeout(60):
        while (await metric(living, "shadow_lag_records"))['{shadow="newer"}']:  # noqa: ASYNC110 - it is asked from outside
            await asyncio.sleep(0.02)
    found = await metric(living, "shadow_notifications_total")
    return {labels.partition("verdict=")[2].strip('"}'): value for labels, value in found.items()}


async def test_a_shadow_compares_and_publishes_nothing(living: Living) -> None:
    """Verdicts are metrics, differences are in the log; what is published is the old mapping's alone."""
    with structlog.testing.capture_logs() as logs:
        async with started(living, trying(living)):
            assert [await living.post(number) for number in range(5)] == [202] * 5
            assert await compared(living) == {"different": 4, "only-old": 1}
    differing = [log for log in logs if log["event"] == "a shadow's mapping differs"]
    assert [(log["seq"], log["path"]) for log in differing[:2]] == [
        (1, "event only-old"),
        (2, "subject.content.outcome"),
    ]
    outcomes = {event["data"]["subject"]["content"]["outcome"] for event in living.published("cdevents")}
    assert (outcomes, len(living.published("cdevents"))) == ({"success"}, 5)
    assert {path.name for path in living.folder.glob("*.jsonl")} == {"legacy.jsonl", "cdevents.jsonl"}


async def test_a_shadow_goes_on_after_a_restart_with_a_changed_mapping(living: Living) -> None:
    """What it has compared it does not compare again; `status` has the sum."""
    async with started(living, trying(living)):
        await living.post(1)
        assert await compared(living) == {"different": 1}
    living.stop.clear()
    async with started(living, trying(living, MAPPING)):
        await living.post(2)
        assert await compared(living) == {"same": 1}
    file = living.folder / "config.json"
    file.write_text(trying(living).model_dump_json(exclude_unset=True))
    _, head, row, _, _, differs = invoke("status", "--config", file).stdout.splitlines()[-6:]
    assert head.split("\t") == ["SHADOW", "LAG", "SAME", "DIFFERENT", "ONLY-OLD", "ONLY-NEW", "FAILED"]
    assert row.split("\t") == ["newer", "0", "1", "1", "0", "0", "0"]
    assert differs.split("\t") == ["newer", "subject.content.outcome", "1"]


def test_a_mapping_that_is_tried_has_the_variables_of_its_source(living: Living) -> None:
    """Unless it has its own."""
    mapping = "variables: {team: null}\n" + MAPPING
    (living.folder / "newer.yaml").write_text(mapping)
    source: dict[str, Any] = living.config().model_dump(exclude_unset=True)["sources"]["tool"]
    shadow = {"source": "tool", "mapping": str(living.folder / "newer.yaml")}
    lacking = living.config(sources={"tool": source}, shadows={"newer": shadow})
    with pytest.raises(ConfigError, match="the variable 'team' must be set"):
        Translators(lacking.translated())
    given = living.config(sources={"tool": source}, shadows={"newer": shadow | {"variables": {"team": "a"}}})
    assert Translators(given.translated()).current(config.candidate("newer")) is not None


async def test_a_sink_that_cannot_be_made_is_named(living: Living) -> None:
    """There may be several of its type."""
    pytest.importorskip("confluent_kafka")
    broker = {"type": "kafka", "brokers": ["127.0.0.1:9"], "topic": "cicd", "properties": {"no.such.property": "1"}}
    with pytest.raises(ConfigError, match=r"^sinks\.second\.properties: .*no\.such\.property"):
        async with assembled(living.config(sinks={"second": broker}, routes={})):
            pass


@pytest.mark.parametrize(("spec", "said"), [("0.5.1", []), ("0.6.0-draft", ["cdevents"])])
async def test_a_draft_is_told_of_once(living: Living, spec: str, said: list[str]) -> None:
    """When it begins, of each route that publishes it."""
    routes = {"cdevents": {"format": "cdevents", "sink": "cdevents", "spec": spec}}
    with structlog.testing.capture_logs() as logs:
        async with assembled(living.config(routes=routes)):
            pass
    assert [log["route"] for log in logs if "draft" in log["event"]] == said


async def test_each_sink_is_made_once_and_closed(living: Living) -> None:
    """Two files are two threads that write, of which none is left at the end."""
    before = set(threading.enumerate())
    async with assembled(living.config()):
        assert [each.name for each in set(threading.enumerate()) - before].count("file-sink") == 2
    assert "file-sink" not in {each.name for each in set(threading.enumerate()) - before}


@pytest.mark.parametrize(
    ("there", "told", "helped"), [(1.0, None, False), (1.9, None, False), (2.0, None, True), (8.0, 1, False)]
)
async def test_another_process_helps_where_there_is_another_core(
    living: Living, monkeypatch: pytest.MonkeyPatch, there: float, told: int | None, helped: bool
) -> None:
    """Of those that there are and those that it may use the less counts."""
    monkeypatch.setattr("adapters.child.cores.cores", lambda: there)
    async with assembled(living.config(**({} if told is None else {"cores": told}))) as sidecar:
        assert (sidecar.aside is not None) == helped


async def test_publishing_yields_to_who_posts_and_not_to_who_reads(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the answer of what is in a file anyway."""
    file = {"type": "tail", "paths": [str(living.folder / "a.log")], "instance": "http://tool/"}
    hook = {"type": "webhook", "path": "/hook", "instance": "http://tool/"}
    async with assembled(living.config(sources={"hook": hook, "file": file})) as sidecar:
        counts = []

        async def append(*_: object) -> int:
            counts.append(sidecar.answering)
            raise JournalUnavailable("no room")

        monkeypatch.setattr(sidecar.journal, "append", append)
        for source in ("hook", "file"):
            with pytest.raises(JournalUnavailable):
                await sidecar.receiver(source)([])
            counts.append(sidecar.answering)
    assert counts == [1, 0, 0, 0]
