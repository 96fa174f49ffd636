"""The threat model says which test shows what."""

from __future__ import annotations

import re

from tests.checkout import ROOT
from tests.docs.pages import page


def test_each_attack_has_a_test_that_is_there() -> None:
    """Every row of its table names at least one, and every file that it names exists."""
    rows = [line for line in page("docs/threat-model.md").splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        named = re.findall(r"`(tests/[\w/.]+)`", row)
        assert named, row
        assert [name for name in named if not (ROOT / name).is_file()] == []
