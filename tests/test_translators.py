"""Mappings in use: all or none at the start, the old one while the new one is broken."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from adapters.errors import ConfigError
from adapters.model import Notification
from adapters.sources.registry.settings import RegistryApi
from adapters.sources.webhook import WebhookSettings
from adapters.translators import Translators
from tests.living import MAPPING


def source(mapping: Path | None) -> WebhookSettings:
    """A source with that mapping."""
    settings: dict[str, Any] = {"type": "webhook", "path": "/t", "instance": "http://tool/"}
    return WebhookSettings.model_validate(settings | ({"mapping": str(mapping)} if mapping else {}))


def write(path: Path, outcome: str) -> Path:
    """A mapping whose events have this outcome."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(MAPPING.replace("success", outcome))
    return path


def test_a_source_may_have_no_mapping(tmp_path: Path) -> None:
    """It has no translator, and neither has a source that does not exist."""
    translators = Translators({"with": source(write(tmp_path / "m.yaml", "success")), "without": source(None)})
    assert translators.current("with") is not None
    assert translators.current("without") is None
    assert translators.current("unknown") is None


def test_the_problems_of_all_mappings_are_reported_together(tmp_path: Path) -> None:
    """At the start, nothing runs before every mapping loads; one used twice is reported once."""
    bad, worse = write(tmp_path / "bad.yaml", "bad"), write(tmp_path / "worse.yaml", "worse")
    good = write(tmp_path / "good.yaml", "success")
    with pytest.raises(ConfigError) as caught:
        Translators({"a": source(bad), "b": source(bad), "c": source(worse), "d": source(good)})
    assert [Path(problem.where.split(":")[0]).name for problem in caught.value.problems] == ["bad.yaml", "worse.yaml"]


def test_a_registry_is_for_a_mapping_that_wants_labels(tmp_path: Path) -> None:
    """One that nobody would ever ask is told, and not passed over without a word."""
    plain = write(tmp_path / "plain.yaml", "success")
    (wants := tmp_path / "wants.yaml").write_text(plain.read_text() + "image: ${image}\n")
    registry = {"registry": RegistryApi(url="https://registry.example.com")}
    Translators({"labelled": source(wants).model_copy(update=registry)})
    with pytest.raises(ConfigError, match=r"sources\.tool\.registry: the mapping .* asks for no labels of images"):
        Translators({"tool": source(plain).model_copy(update=registry)})


def test_only_what_changed_is_reloaded(tmp_path: Path) -> None:
    """A rewritten file is seen; its neighbour is left alone."""
    one, two = write(tmp_path / "1.yaml", "success"), write(tmp_path / "2.yaml", "success")
    translators = Translators({"one": source(one), "two": source(two)})
    before = translators.current("one"), translators.current("two")
    assert translators.changed() == []
    write(one, "failure")
    assert translators.changed() == ["one"]
    translators.reload(translators.changed())
    assert translators.changed() == []
    assert translators.current("one") is not before[0]
    assert translators.current("two") is before[1]


def test_a_swapped_link_is_seen(tmp_path: Path) -> None:
    """As Kubernetes changes a ConfigMap: the file is a link through a link to a folder, and that one is swapped."""
    for version, outcome in (("v1", "success"), ("v2", "failure")):
        write(tmp_path / version / "m.yaml", outcome)
    (tmp_path / "data").symlink_to("v1")
    (tmp_path / "m.yaml").symlink_to("data/m.yaml")
    translators = Translators({"tool": source(tmp_path / "m.yaml")})
    (tmp_path / "new").symlink_to("v2")
    (tmp_path / "new").rename(tmp_path / "data")
    assert translators.changed() == ["tool"]


def test_what_a_link_includes_is_beside_the_link(tmp_path: Path) -> None:
    """Also in a ConfigMap, whose files are links into a folder that is swapped: paths are as people see them."""
    (tmp_path / "common.yaml").write_text("let: {a: b}")
    (folder := tmp_path / "mapping").mkdir()
    for version, word in (("v1", "success"), ("v2", "failure")):
        text = write(folder / version / "m.yaml", word).read_text()
        (folder / version / "m.yaml").write_text(f"include: [../common.yaml]\n{text}")
    (folder / "data").symlink_to("v1")
    (folder / "m.yaml").symlink_to("data/m.yaml")
    translators = Translators({"tool": source(folder / "m.yaml")})
    assert outcome(translators) == "success"
    (tmp_path / "common.yaml").write_text("let: {a: changed}")
    assert translators.changed() == ["tool"]
    (folder / "new").symlink_to("v2")
    (folder / "new").rename(folder / "data")
    translators.reload(translators.changed())
    assert outcome(translators) == "failure"


def test_a_broken_mapping_leaves_the_old_one(tmp_path: Path) -> None:
    """Every problem is logged, once; when it is mended, or was gone and is back, it is taken."""
    path = write(tmp_path / "m.yaml", "success")
    translators = Translators({"tool": source(path)})
    old = translators.current("tool")
    path.write_text(MAPPING.replace("success", "oops").replace("emit", "emits"))
    with structlog.testing.capture_logs() as logs:
        translators.reload(translators.changed())
        translators.reload(translators.changed())
    assert translators.current("tool") is old
    assert {each["source"] for each in logs} == {"tool"}
    assert any("unknown key 'emits'" in each["problem"] for each in logs)
    assert len(logs) == len({each["problem"] for each in logs})
    path.unlink()
    translators.reload(translators.changed())
    assert translators.current("tool") is old
    write(path, "failure")
    translators.reload(translators.changed())
    assert translators.current("tool") is not old


def test_every_file_that_a_mapping_is_made_of_is_watched(tmp_path: Path) -> None:
    """One that is included, through whichever other, and one that is not there yet, as far as the mapping leads."""
    path = write(tmp_path / "m.yaml", "success")
    path.write_text(f"include: [one.yaml]\n{path.read_text()}")
    (tmp_path / "one.yaml").write_text("include: [two.yaml]")
    (two := tmp_path / "two.yaml").write_text("let: {a: b}")
    translators = Translators({"tool": source(path)})
    old = translators.current("tool")
    two.write_text("let: {a: b, c: d | uper}")
    assert translators.changed() == ["tool"]
    with structlog.testing.capture_logs() as logs:
        translators.reload(translators.changed())
    assert [each["problem"].partition(":")[0] for each in logs] == [str(two)]
    assert (translators.current("tool"), translators.changed()) == (old, [])
    two.write_text("include: [three.yaml]")
    translators.reload(translators.changed())
    assert (translators.current("tool"), translators.changed()) == (old, [])
    (tmp_path / "three.yaml").write_text("let: {c: d}")
    assert translators.changed() == ["tool"]
    translators.reload(translators.changed())
    assert translators.current("tool") is not old
    assert translators.changed() == []


def outcome(translators: Translators) -> Any:
    """That of the one event that the mapping of the source `tool` makes."""
    translator = translators.current("tool")
    assert translator is not None
    (event,) = translator.translate(Notification("tool", b'{"url": "shop"}', datetime(2026, 1, 1, tzinfo=UTC))).events
    return event.content["outcome"]


def test_a_lookup_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """A new version counts as a whole; a broken one is told at its line, and the old one stays until it is mended."""
    path = write(tmp_path / "m.yaml", '"${url | table(outcomes)}"')
    path.write_text(f"lookups: {{outcomes: {{file: outcomes.csv}}}}\n{path.read_text()}")
    (file := tmp_path / "outcomes.csv").write_text("key,value\nshop,success\n")
    translators = Translators({"tool": source(path)})
    assert outcome(translators) == "success"
    file.write_text("key,value\nshop,failure\nshop,error\n")
    with structlog.testing.capture_logs() as logs:
        translators.reload(translators.changed())
    assert [each["problem"] for each in logs] == [f"{file}:3: 'shop' is in line 2, too"]
    assert (outcome(translators), translators.changed()) == ("success", [])
    file.unlink()
    translators.reload(translators.changed())
    assert (outcome(translators), translators.changed()) == ("success", [])
    file.write_text("key,value\nshop,error\n")
    translators.reload(translators.changed())
    assert outcome(translators) == "error"


@pytest.mark.parametrize(("every", "asked"), [(0.01, False), (3600.0, True)])
async def test_watching_reloads(tmp_path: Path, every: float, asked: bool) -> None:
    """In its time when the file changed; at once, and even if it did not, when asked."""
    path = write(tmp_path / "m.yaml", "success")
    translators = Translators({"tool": source(path)})
    old, request = translators.current("tool"), asyncio.Event()
    watching = asyncio.create_task(translators.watch(request, every=every))
    if asked:
        request.set()
    else:
        write(path, "failure")
    async with asyncio.timeout(10):
        while translators.current("tool") is old:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)
    watching.cancel()
    assert not request.is_set()
