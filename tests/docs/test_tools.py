"""The pages of the tools, held to the mappings and the configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.cdevents.vocabulary import EVENTS
from adapters.mapping import library
from adapters.mapping.overview import overview
from adapters.translators import Translators
from tests.checkout import ROOT
from tests.docs.pages import blocks, links, loaded, page

PAGES = sorted(
    file.relative_to(ROOT).as_posix() for file in (ROOT / "docs/tools").iterdir() if file.name != "README.md"
)
SNIPPETS = [(name, snippet) for name in (*PAGES, "docs/lineage.md") for snippet in blocks(page(name), "yaml")]


def sources(name: str) -> list[dict[str, Any]]:
    """The sources that a page configures."""
    snippets = [yaml.safe_load(snippet) for snippet in blocks(page(name), "yaml")]
    return [source for snippet in snippets for source in snippet["sources"].values()]


def mappings(name: str) -> set[str]:
    """Their mappings."""
    return {source["mapping"] for source in sources(name)}


def emitted(name: str) -> set[str]:
    """The events of CDEvents that a page's mappings make."""
    files = [library.document(library.find(mapping), {}) for mapping in mappings(name)]
    return {emit for file in files for outcome in overview(file).outcomes for emit in outcome.emits} & EVENTS.keys()


@pytest.mark.parametrize(("name", "snippet"), SNIPPETS)
def test_the_sources_of_a_page_stand_in_for_those_of_a_configuration(name: str, snippet: str, tmp_path: Path) -> None:
    """Each snippet loads with the default's sinks and routes, and its variables are those of its mappings."""
    parts = yaml.safe_load(snippet)
    found = loaded(tmp_path, parts).sources
    assert set(found) == set(parts["sources"]), name
    Translators(found)


def test_every_shipped_mapping_is_configured_on_a_page() -> None:
    """None is left to be found by chance."""
    assert set.union(*map(mappings, PAGES)) == set(library.shipped())


@pytest.mark.parametrize("name", PAGES)
def test_a_tool_is_told_to_post_to_where_a_source_listens(name: str) -> None:
    """Each URL of the sidecar, on this machine or behind a proxy, has the path of one of the page's webhooks."""
    paths = {source["path"] for source in sources(name) if source["type"] == "webhook"}
    told = re.findall(r"https?://(?:\S+@)?(?:localhost:8090|cdevents\.example\.com)(/[\w/-]*)", page(name))
    assert {path.replace("PATH", f"${{env:{Path(name).stem.upper()}_PATH}}") for path in told} <= paths


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_the_events_that_come_out(name: str) -> None:
    """All of CDEvents' own that its mappings make, and no other."""
    named = set(re.findall(r"`([a-z]+\.[a-z]+)`", page(name))) & EVENTS.keys()
    if name == "docs/tools/httpd.md":
        named.discard("artifact.published")  # what a mapping of one's own could make
    assert named == emitted(name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_leads_to_the_table_of_its_conditions(name: str) -> None:
    """To the part of it that is about its tool; GitLab's is distribution's."""
    anchors = {anchor for target, anchor in links(name) if target == "docs/events.md"}
    assert anchors <= {re.sub(r"[^a-z-]", "", mapping) for mapping in mappings(name)}
    assert anchors or name == "docs/tools/gitlab.md"


def test_the_index_has_every_page() -> None:
    """The table of tools leads to each of them."""
    assert set(PAGES) <= {target for target, _ in links("docs/tools/README.md")}
