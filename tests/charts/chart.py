"""The chart, as its files are."""

from __future__ import annotations

from typing import Any

import yaml

from tests.checkout import ROOT

CHART = ROOT / "charts" / "cdevents-adapters"
EXAMPLES = sorted(path.stem for path in (CHART / "examples").glob("*.yaml"))

Json = dict[str, Any]


def document(name: str) -> Json:
    """A file of the chart that is one YAML document, such as `values` or `examples/kafka`."""
    found = yaml.safe_load((CHART / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def merged(first: Json, second: Json) -> Json:
    """Values with others over them, as Helm has them."""
    both = {
        name: merged(first[name], value) if isinstance(first.get(name), dict) and isinstance(value, dict) else value
        for name, value in second.items()
    }
    return {**first, **both}
