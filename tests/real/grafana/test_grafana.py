"""The dashboards are what Grafana's own SDK takes for dashboards: no member of any panel is unknown to it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.real import golang

pytestmark = pytest.mark.real

DASHBOARDS = sorted((ROOT / "config" / "grafana" / "dashboards").glob("*.json"))


@pytest.fixture(scope="module")
def problems() -> Callable[[Path], str]:
    """What the SDK says is wrong in a file."""
    program = golang.ours(Path(__file__).parent)
    return lambda file: (
        subprocess.run([program, str(file)], check=True, capture_output=True, text=True, timeout=60).stdout
    )


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_is_one(problems: Callable[[Path], str], file: Path) -> None:
    """Nothing in it is unknown, misspelt, or of another type."""
    assert problems(file) == ""


def test_what_is_none_is_told(problems: Callable[[Path], str], tmp_path: Path) -> None:
    """A member that a panel does not have, in one of ours."""
    board = json.loads(DASHBOARDS[0].read_text(encoding="utf-8"))
    board["panels"][1]["tittle"] = "x"
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(board), encoding="utf-8")
    assert "tittle" in problems(file)
