"""The examples of a project's mappings, as tests of that project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from adapters.resources import resource
from tests import example

EXPECTED = "acme/ci/expected/finished.json"


def spoil(project: Path) -> None:
    """Makes the mapping emit another outcome than is expected."""
    file = project / "mapping.yaml"
    file.write_text(file.read_text().replace('outcome: "${outcome}"', "outcome: failure"))


def test_each_input_is_a_test(pytester: pytest.Pytester, project: Path) -> None:
    """By its name, and one for all of them together; they pass where the mapping makes what is expected."""
    result = pytester.runpytest("-v")
    result.stdout.fnmatch_lines(
        [f"acme/ci/mapping.yaml::{name} PASSED*" for name in ("finished.json", "started.json", "together")]
    )
    result.assert_outcomes(passed=3)
    assert project.is_dir()


def test_a_difference_is_told_by_event_record_and_rule(pytester: pytest.Pytester, project: Path) -> None:
    """A diff of the event, which rule made it, of which record, at which line; no traceback, and no other fails."""
    spoil(project)
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            f"{EXPECTED}: is not what the mapping makes (--update-goldens accepts what the mapping makes)",
            f"--- {EXPECTED}",
            "+++ what the mapping makes",
            "@@ * @@ event 1, pipelinerun.finished of app/7",
            '-        "outcome": "success"',
            '+        "outcome": "failure"',
            "acme/ci/inputs/finished.json:1: record 1: rule run-finished makes * of app/7 (*/mapping.yaml:18:3)",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*items.py*")


def test_the_event_that_differs_is_the_one_that_is_named(pytester: pytest.Pytester, project: Path) -> None:
    """Of several in one file, by its number and its line of the input."""
    lines = [example.STARTED, example.WAITING, example.FINISHED]
    (project / "inputs" / "run.ndjson").write_bytes(b"\n".join(map(orjson.dumps, lines)))
    pytester.runpytest("--update-goldens", "-k", "run.ndjson").assert_outcomes(passed=1, deselected=3)
    spoil(project)
    result = pytester.runpytest("-k", "run.ndjson")
    result.stdout.fnmatch_lines(
        [
            "@@ * @@ event 2, pipelinerun.finished of app/7",
            "acme/ci/inputs/run.ndjson:2: record 1: is ignored (acme/ci/mapping.yaml:5:5)",
            "acme/ci/inputs/run.ndjson:3: record 1: rule run-finished makes *",
        ]
    )


def test_what_cannot_be_translated_fails_with_its_place(pytester: pytest.Pytester, project: Path) -> None:
    """As `check` tells it, for an input that no rule covers, too, and `--update-goldens` does not accept it."""
    for name, content in {"broken": b"{", "new": b'{"state": "new"}'}.items():
        (project / "inputs" / f"{name}.json").write_bytes(content)
    result = pytester.runpytest("--update-goldens")
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(["acme/ci/inputs/broken.json: the body is not JSON*"])
    result.stdout.fnmatch_lines(["acme/ci/inputs/new.json: 1 of its records are covered by no rule*"])


def test_the_flag_writes_what_the_mapping_makes(pytester: pytest.Pytester, project: Path) -> None:
    """What was written and removed is told, and the next run is content."""
    spoil(project)
    (project / "inputs" / "started.json").unlink()
    pytester.runpytest().assert_outcomes(passed=0, failed=2)
    result = pytester.runpytest("--update-goldens")
    result.stdout.fnmatch_lines([f"wrote {EXPECTED}", "removed acme/ci/expected/started.json"])
    pytester.runpytest().assert_outcomes(passed=2)


def test_truths_hold_although_each_golden_agrees(pytester: pytest.Pytester, project: Path) -> None:
    """A run that ends before it starts is wrong, however often it is accepted."""
    early = {**example.FINISHED, "at": "2026-01-01T09:00:00Z"}
    (project / "inputs" / "finished.json").write_bytes(orjson.dumps(early))
    result = pytester.runpytest("--update-goldens")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["acme/ci/inputs/finished.json: event 1, pipelinerun.finished of app/7: * is before *"])


def test_strictly_what_no_example_reaches_fails(pytester: pytest.Pytester, project: Path) -> None:
    """As with `check --strict`."""
    pytester.runpytest().assert_outcomes(passed=3)
    result = pytester.runpytest("--strict-goldens")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["acme/ci/mapping.yaml:5:5: no example is ignored by this"])
    assert project.is_dir()


def test_a_mapping_that_does_not_load_is_an_error_at_its_line(pytester: pytest.Pytester, project: Path) -> None:
    """With no traceback; the other tests are not run by pytest's own rule."""
    file = project / "mapping.yaml"
    file.write_text(file.read_text().replace("outcome: ", "outcom: "))
    result = pytester.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["acme/ci/mapping.yaml:24:*outcom*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_only_the_projects_own_mappings_are_tests(pytester: pytest.Pytester) -> None:
    """Neither those that come with the package, nor a file of the name that has no inputs beside it."""
    (pytester.path / "mapping.yaml").write_text("anything: [else]")
    shipped = resource("mappings") / "jenkins" / "notification"
    assert pytester.runpytest(shipped).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    shutil.copytree(shipped, pytester.path / "mine")
    assert pytester.runpytest("-q", "mine").ret == pytest.ExitCode.OK


def test_it_can_be_left_out(pytester: pytest.Pytester, project: Path) -> None:
    """By the name of the plugin."""
    result = pytester.runpytest("-p", "no:cdevents-adapters", project)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_project_without_mappings_does_not_pay_for_it() -> None:
    """It is loaded wherever it is installed, yet the language is not imported before there is a mapping."""
    program = "import sys, adapters.pytest_plugin; print(sorted(n for n in sys.modules if n.startswith('adapters')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['adapters', 'adapters.pytest_plugin', 'adapters.pytest_plugin.written']"


def test_a_test_of_ones_own_translates(pytester: pytest.Pytester, project: Path) -> None:
    """By a path from the project's root, or a shipped name; with its own circumstances, or those of the examples."""
    (project / "context.yaml").write_text("{instance: 'https://ci.example.org/', variables: {greeting: hi}}")
    pytester.makepyfile("""
        from pathlib import Path
        import pytest
        from adapters.errors import MappingError

        STARTED = {"state": "started", "run": "app/7", "name": "app", "at": "2026-01-01T10:00:00Z"}

        def test_examples(cdevents_translate):
            [event] = cdevents_translate("acme/ci", STARTED)
            assert event["context"]["source"] == "https://ci.example.org/"
            assert event["customData"] == {"greeting": "hi"}

        def test_own(cdevents_translate, monkeypatch, tmp_path):
            monkeypatch.chdir(tmp_path)
            [event] = cdevents_translate(
                "acme/ci/mapping.yaml", STARTED, instance="https://x.example/", variables={"greeting": 1}, spec="0.4.1"
            )
            assert event["context"]["source"] == "https://x.example/"
            assert event["context"]["version"] == "0.4.1"
            assert event["customData"] == {"greeting": 1}

        def test_bodies(cdevents_translate):
            assert cdevents_translate("acme/ci", '{"state": "waiting"}') == []
            assert cdevents_translate("acme/ci", b'{"state": "waiting"}') == []

        def test_none(cdevents_translate):
            with pytest.raises(MappingError, match="covered by no rule"):
                cdevents_translate("acme/ci", {"state": "new"})

        def test_shipped(cdevents_translate):
            with pytest.raises(MappingError, match="not JSON"):
                cdevents_translate("jenkins/notification", "{")
    """)
    result = pytester.runpytest("test_a_test_of_ones_own_translates.py")
    result.assert_outcomes(passed=5)
