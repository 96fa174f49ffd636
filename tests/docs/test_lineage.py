"""What the page on lineage tells people to do is what the sidecars understand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from adapters.sources.registry.artifact import LABELS
from tests.docs.pages import blocks, loaded, page

PAGE = page("docs/lineage.md")


@pytest.mark.parametrize("example", blocks(PAGE, "yaml"))
def test_its_sources_load(tmp_path: Path, example: str) -> None:
    """Each stands in for those of the default configuration, and its labels are looked up."""
    (source,) = loaded(tmp_path, yaml.safe_load(example)).sources.values()
    assert source.registry is not None


def test_its_labels_are_those_that_are_read() -> None:
    """All labels that it names are looked up."""
    named = set(re.findall(r'--label "([\w.]+)=', PAGE))
    assert len(named) == 3
    assert named <= LABELS
