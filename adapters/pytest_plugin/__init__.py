"""The pytest plugin: the examples of a project's own mappings are tests, and a test of one's own can translate.

A `mapping.yaml` with `inputs/` beside it is a file of tests wherever pytest looks for some, but for those that come
with this package. pytest loads this wherever the package is installed: it imports little before there is such a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.pytest_plugin.written import noted

if TYPE_CHECKING:
    from adapters.pytest_plugin.translate import Translate


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flags that `check` has, under names that say what of."""
    group = parser.getgroup("cdevents-adapters", "goldens of mappings (cdevents-adapters)")
    group.addoption("--update-goldens", action="store_true", help="Write the expected files anew, as mappings are now.")
    group.addoption("--strict-goldens", action="store_true", help="What no example fires, or is ignored by, fails.")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A mapping with examples, as a file of tests; None for any other file."""
    if file_path.name not in ("mapping.yaml", "export.yaml") or not file_path.with_name("inputs").is_dir():
        return None
    from adapters.pytest_plugin.items import collector

    return collector(file_path, parent)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was written, for it is to be read before it is committed."""
    for line in noted(terminalreporter.getreports("passed")):
        terminalreporter.write_line(line)


@pytest.fixture
def cdevents_translate(request: pytest.FixtureRequest) -> Translate:
    """Translates a notification by a mapping into the documents of its CDEvents."""
    from adapters.pytest_plugin.translate import Translate

    return Translate(request.config.rootpath)
