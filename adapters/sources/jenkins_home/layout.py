"""What the directories of a JENKINS_HOME are. Pure.

    jobs/<job>                                         jobs/<folder>/jobs/<job>
    jobs/<multibranch>/branches/<mangled>              of which `name-utf8.txt` has the name
    jobs/<matrix>/configurations/axis-A/1/axis-B/2     the cell `A=1,B=2` of a matrix
    jobs/<maven>/modules/<group>$<artifact>            a module of a Maven job
    jobs/<job>/promotions/<process>                    a promotion of a job's builds

Each may have `builds`, unless `buildsDir` in `config.xml` says that they are elsewhere. Facts: Jenkins'
`Jenkins.expandVariablesForDirectory`, `MatrixProject.getRootDirFor`, `MavenModuleSet`, and promoted-builds'
`JobPropertyImpl`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from adapters.mapping.filters.jenkins import encoded
from adapters.sources.jenkins.names import job_url

BUILDS = "builds"
CELLS = "configurations"
FOLDERS = ("jobs", "branches")
"""The directories of an item that have jobs in them."""

HOLDERS = (*FOLDERS, "modules", "promotions", CELLS)
"""These, and those that have parts of a job in them."""

_AXIS = "axis-"
_PROMOTIONS = "promotion/process/"
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """A folder, a job or a part of one: its relative URL, its full name, and the URL of the job that it is part of."""

    url: str = ""
    name: str = ""
    part_of: str | None = None
    cell: tuple[str, ...] = ()

    @property
    def is_promotion(self) -> bool:
        """Whether it has promotions of builds for its builds."""
        return self.part_of is not None and self.url.startswith(f"{self.part_of}{_PROMOTIONS}")


def holds(name: str, item: Item) -> bool:
    """Whether a directory with this name in an item's has items in it."""
    return name in HOLDERS or (bool(item.cell) and name.startswith(_AXIS))


def inside(item: Item, holder: str, name: str) -> Item:
    """What a name stands for in one of the directories of an item that have items in them."""
    if holder in FOLDERS:
        return Item(job_url(item.url, name), _named(item, name))
    if holder == "modules":
        return Item(f"{item.url}{encoded(name)}/", _named(item, name), item.url)
    if holder == "promotions":
        return Item(f"{item.url}{_PROMOTIONS}{encoded(name)}/", _named(item, f"promotion/{name}"), item.url)
    return item if holder == CELLS else _cell(item, holder.removeprefix(_AXIS), unquote(name))


def _cell(item: Item, axis: str, value: str) -> Item:
    above = ",".join(item.cell)
    matrix_url = item.part_of if item.cell and item.part_of else item.url
    matrix = item.name.removesuffix(f"/{above}") if above else item.name
    cell = (*item.cell, f"{axis}={value}")
    name = ",".join(cell)
    return Item(f"{matrix_url}{encoded(name)}/", f"{matrix}/{name}", matrix_url, cell)


def _named(item: Item, name: str) -> str:
    return f"{item.name}/{name}" if item.name else name


def builds_elsewhere(pattern: str | None, home: str, directory: str, item: Item) -> str | None:
    """Where the builds of the item in a directory are, as far as a `buildsDir` says that they are not in there."""
    values = {
        "JENKINS_HOME": home,
        "ITEM_ROOTDIR": directory,
        "ITEM_FULLNAME": item.name,
        "ITEM_FULL_NAME": item.name.replace(":", "$"),
    }
    found = _VARIABLE.sub(lambda match: values.get(match[1] or match[2], match[0]), pattern or "")
    return found.rstrip("/") if found and found.rstrip("/") != f"{directory}/{BUILDS}" else None
