"""`describe`, and the page of the documentation that it prints."""

from __future__ import annotations

from pathlib import Path

from tests import example
from tests.checkout import ROOT
from tests.cli.support import invoke


def test_the_table_of_events_is_what_the_command_prints() -> None:
    """To write it anew: make docs."""
    assert (ROOT / "docs" / "events.md").read_bytes() == invoke("describe").stdout_bytes


def test_a_mapping_of_ones_own_is_described_alone(tmp_path: Path) -> None:
    """A row for each event of CDEvents with its versions, for each rule, each `ignore` and each variable."""
    mapping = example.mapping(tmp_path)
    text = invoke("describe", mapping).stdout
    assert "| `pipelinerun.started` | 0.1.1 | 0.2.0 | 0.3.0 | 0.3.0 | [" in text
    assert "| run-finished | `state: finished` | `pipelinerun.finished` |  |\n" in text
    assert "|  | `state: waiting` | ignored |  |\n" in text
    assert "| `greeting` | `hello` |  |\n" in text
    assert "artifact.published" not in text


def test_a_cell_cannot_break_its_table(tmp_path: Path) -> None:
    """A bar in a condition or a comment is escaped, and what looks like HTML is none."""
    mapping = example.mapping(tmp_path) / "mapping.yaml"
    mapping.write_text(mapping.read_text().replace("{state: waiting}", "{state: {matches: a|b}}   # a | <b>"))
    assert "|  | `state: {matches: a\\|b}` | ignored | a \\| &lt;b> |\n" in invoke("describe", mapping).stdout


def test_a_mapping_that_there_is_not_is_a_usage_error() -> None:
    """With the nearest name."""
    result = invoke("describe", "jenkins/notifikation")
    assert result.exit_code == 2
    assert "did you mean 'jenkins/notification'?" in result.stderr


def test_an_export_is_described_by_the_events_of_its_messages() -> None:
    """Alone, or in the page after all that makes events."""
    text = invoke("describe", "gitlab/commit-status").stdout
    assert "| running | what is not ignored | `pipelinerun.started`, `taskrun.started` |" in text
    assert "| `host` | `gitlab.com` | of repositories' URLs |" in text
    page = invoke("describe").stdout
    assert page.index("## zuul/mqtt") < page.index("# What becomes of which CDEvent") < page.index("## devlake/webhook")
