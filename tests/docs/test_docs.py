"""What the documentation shows is what the product does."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer.main
import yaml
from prometheus_client import generate_latest
from typer.core import TyperGroup

from adapters import config, mapping
from adapters.cdevents.cloudevents import structured
from adapters.cli import main
from adapters.metrics import Metrics
from adapters.metrics.exposition import PREFIX
from adapters.model import Format, Notification, Record
from adapters.resources import resource
from adapters.route import Origin, renderer
from adapters.settings import Settings
from adapters.sinks import SINKS
from adapters.sources import SOURCES
from tests.checkout import ROOT
from tests.docs.pages import PAGES, anchors, blocks, commands, links, loaded, page

README = page("README.md")
SOURCES_AND_SINKS = page("docs/sources-and-sinks.md")
OPERATIONS = page("docs/operations.md")
PLACEHOLDERS = {"NUMBER": "7"}
"""What stands in a page for something that has to be of a kind."""

INSTANCE = "https://jenkins.example.com/"


def test_the_configuration_of_the_readme_loads(tmp_path: Path) -> None:
    """It is a whole one, given its secret."""
    file = tmp_path / "adapters.yaml"
    file.write_text(blocks(README, "yaml")[0], encoding="utf-8")
    assert {route.format for route in config.load(file, {"EVENTS_TOKEN": "not-a-real-one"}).routes.values()} == {
        Format.LEGACY,
        Format.CDEVENTS,
    }


def test_the_readme_shows_what_comes_out() -> None:
    """The notification that it posts makes the CloudEvent that it shows, to the last member."""
    [[body]] = [re.findall(r"-d '(.*)'", block, re.DOTALL) for block in blocks(README, "sh")]
    [shown] = blocks(README, "json")
    translator = mapping.load("jenkins/notification", instance=INSTANCE, variables={})
    # curl's -d leaves line breaks out of what it reads from a file only, so they are part of the body
    notification = Notification("jenkins", body.encode(), datetime(2026, 1, 2, tzinfo=UTC))
    rendered = renderer(lambda _: Origin(INSTANCE, translator), format_=Format.CDEVENTS)(Record(1, notification))
    [made] = [json.loads(structured(message)) for message in rendered.messages]
    assert made == json.loads(shown)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    """Every link to a file of the project has its file, and every anchor its heading."""
    lost = [target for target, _ in links(name) if not (ROOT / target).exists()]
    assert lost == []
    assert [
        (target, anchor)
        for target, anchor in links(name)
        if anchor and target.endswith(".md") and anchor not in anchors(target)
    ] == []


@pytest.mark.parametrize(("name", "words"), [(name, words) for name in PAGES for words in commands(name)])
def test_commands_are_those_of_the_command_line(name: str, words: list[str]) -> None:
    """Each command of a page, with its options and arguments, is one that there is; its name may stand alone."""
    command = typer.main.get_command(main)
    context = command.make_context(name, [PLACEHOLDERS.get(word, word) for word in words])
    while isinstance(command, TyperGroup):
        _, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert found is not None
        command, context = found, found.make_context(found.name, rest, parent=context, resilient_parsing=not rest)


@pytest.mark.parametrize(
    ("chapter", "name", "settings"),
    [
        *(("Sources", name, each.settings) for name, each in SOURCES.items()),
        *(("Sinks", name, each.settings) for name, each in SINKS.items()),
    ],
)
def test_every_source_and_sink_is_documented_with_its_settings(
    chapter: str, name: str, settings: type[Settings]
) -> None:
    """Each type has a section, which names every key that only it has."""
    [whole] = re.findall(rf"^## {chapter}$(.*?)(?=^## |\Z)", SOURCES_AND_SINKS, re.MULTILINE | re.DOTALL)
    [section] = re.findall(rf"^### `{name}`$(.*?)(?=^### |\Z)", whole, re.MULTILINE | re.DOTALL)
    own = settings.model_declared.keys() - {"type"}
    assert {settings.model_fields[key].alias or key for key in own} <= set(re.findall(r"`(\w+)`", section))


@pytest.mark.parametrize("example", [*blocks(SOURCES_AND_SINKS, "yaml"), *blocks(OPERATIONS, "yaml")])
def test_the_examples_of_a_configuration_load(tmp_path: Path, example: str) -> None:
    """Sinks, routes and shadows are right in a configuration with the default one's sources."""
    parts = {"sinks": {"pager": {"type": "stdout"}}, "routes": {}, **yaml.safe_load(example)}
    found = loaded(tmp_path, parts)
    assert {*found.routes, *found.shadows} & {*parts["routes"], *parts.get("shadows", {})}


def test_the_shipped_mappings_are_the_documented_ones() -> None:
    """The page of sources names every mapping that comes with the package, and no other."""
    shipped = {
        file.parent.relative_to(resource("mappings")).as_posix() for file in resource("mappings").rglob("mapping.yaml")
    }
    assert set(re.findall(r"^\| `([a-z-]+/[a-z-]+)` \|", SOURCES_AND_SINKS, re.MULTILINE)) == shipped


def exposed() -> set[str]:
    """The metrics of a fresh service."""
    metrics = Metrics()
    metrics.watch(list, lambda: 0)
    metrics.stalls(dict)
    metrics.leaders(dict)
    return set(re.findall(rf"^# TYPE {PREFIX}_(\w+) ", generate_latest(metrics.registry).decode(), re.MULTILINE))


def test_every_metric_is_documented() -> None:
    """The table of metrics has all that a fresh service counts, and nothing else."""
    table = OPERATIONS.partition("| metric")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == exposed()


def test_alerts_are_about_metrics_that_there_are() -> None:
    """Each rule's expression names one of the service's, or Prometheus' own `up`."""
    text = (ROOT / "config/prometheus/alerts.yaml").read_text(encoding="utf-8")
    [group] = yaml.safe_load(text)["groups"]
    named = [re.findall(rf"{PREFIX}_(\w+)|^(up)\b", rule["expr"]) for rule in group["rules"]]
    assert {metric or up for [(metric, up)] in named} <= exposed() | {"up"}
