"""The house stays a house: imports go down, never sideways, never round."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests.checkout import ROOT

LAYERS = (
    {"plain", "regex", "wording"},
    {"bounds", "durable", "errors", "marks", "model", "private", "settings", "resources", "roots", "logs", "loops"},
    {
        "answers",
        "endings",
        "extras",
        "late",
        "listening",
        "memory",
        "places",
        "standard_webhooks",
        "streams",
        "tls",
        "urlencoded",
        "urls",
        "worker",
        "yamlfile",
    },
    {"cdevents", "child", "http", "secrets"},
    {"brokers", "endpoint", "gerrit", "journal", "mapping", "objects", "redaction", "store"},
    {"metrics", "reading"},
    {"sinks", "sources"},
    {"standby"},
    {"config", "goldens", "route", "server", "translators"},
    {"aside"},
    {"playground", "reach", "replay", "scaffold", "sending", "sidecar"},
    {"delivery", "lineage", "serving", "telemetry"},
    {"app", "console"},
    {"pytest_plugin", "service"},
    {"cli"},
    {"__main__"},
)
"""From the bottom up. What stands in one row does not know of each other."""

ROW = {part: row for row, parts in enumerate(LAYERS) for part in parts}
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted((ROOT / "adapters").rglob("*.py"))
}
LIBRARIES = {"asyncio", "requests", "sqlite3", "starlette", "uvicorn"}
PURE = ("adapters.cdevents", "adapters.mapping", "adapters.model", "adapters.errors")


def imported(module: str) -> Iterator[str]:
    """Every module that a module names in an import, wherever it stands."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def part(module: str) -> str:
    """The file or folder right under `adapters` that a module is in."""
    return module.split(".")[1] if "." in module else ""


def ours(module: str) -> set[str]:
    """The package's own modules that a module imports, but for the version in `adapters` itself."""
    return {name for name in imported(module) if name.startswith("adapters.")}


@pytest.mark.parametrize("module", [name for name in MODULES if part(name)])
def test_a_module_imports_only_from_rows_below_its_own(module: str) -> None:
    """A part knows the rows below it, and nothing beside or above it."""
    own = part(module)
    wrong = {name for name in ours(module) if part(name) != own and ROW[part(name)] >= ROW[own]}
    assert not wrong, f"{module} is in row {ROW[own]}"


def test_modules_do_not_import_in_a_circle() -> None:
    """Within a package, too, there is an order in which the modules can be read."""
    graph = {module: ours(module) - {module} for module in MODULES}
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(MODULES)


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(PURE)])
def test_what_translates_neither_waits_nor_talks(module: str) -> None:
    """Mappings and CDEvents are pure: no event loop, no network, no database."""
    assert not {name.partition(".")[0] for name in imported(module)} & LIBRARIES


def test_the_table_of_rows_is_the_package() -> None:
    """Every row names parts that exist, and every part has its row."""
    assert {part(module) for module in MODULES} - {""} == set(ROW)
