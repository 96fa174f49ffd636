"""What the page on lineage tells people to do is what the sidecars understand."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from adapters import config
from adapters.resources import resource
from adapters.sources.registry.image import LABELS
from tests.pages import environment, page

PAGE = page("docs/lineage.md")


@pytest.mark.parametrize("example", re.findall(r"^ *```yaml\n(.*?)^ *```$", PAGE, re.MULTILINE | re.DOTALL))
def test_its_sources_load(tmp_path: Path, example: str) -> None:
    """Each stands in for those of the default configuration, and its labels are looked up."""
    default = yaml.safe_load((resource("config") / "default.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "adapters.yaml"
    file.write_text(yaml.safe_dump({**default, **yaml.safe_load(dedent(example))}), encoding="utf-8")
    (source,) = config.load(file, environment(example)).sources.values()
    assert source.registry is not None


def test_its_labels_are_those_that_are_read() -> None:
    """All labels that it names are looked up."""
    named = set(re.findall(r'--label "([\w.]+)=', PAGE))
    assert len(named) == 3
    assert named <= LABELS
