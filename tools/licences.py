"""Writes docs/licences.md, what each dependency is licensed under; with --check, says what is not allowed or listed."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path("requirements/all.txt")
VENDORED = Path("adapters/console/static/vendor/vendored.json")
PAGE = Path("docs/licences.md")

ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0", "Zlib"),
    # Of these, what is changed must be published; here nothing of them is changed, and all of it is installed as it is.
    *("EPL-2.0", "LGPL-3.0-only", "MPL-2.0"),
}

NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    **dict.fromkeys(["Apache 2", "Apache 2.0", "Apache License 2.0", "Apache Software License"], "Apache-2.0"),
    "BSD License": "BSD",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "The MIT License": "MIT",
}
"""What packages call licences in free text or in classifiers, and SPDX's name of it; BSD where none says which."""

ELSEWHERE = {"colorama": "BSD-3-Clause", "tzdata": "Apache-2.0"}
"""Of what is not installed on every system."""

HEAD = """\
# Licences

This project is under Apache-2.0. What it is installed with, all extras included, is under these, by what each
package says of itself. `make docs` writes this page; `make lint` fails where a licence is not among those that are
allowed. Of packages from npm there are files in the wheel, each with its licence beside it. What is only in the groups
`dev` and `fuzz` is not distributed, and not listed.

| package | licence |
|---|---|
"""


def main() -> int:
    """What the process ends with: 1 where something is not allowed, or the page is not what it would be."""
    found = dict(_found())
    wrong = [f"{name}: {licence} is not allowed" for name, licence in found.items() if not allowed(licence)]
    page = HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in found.items())
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page:
        wrong.append(f"{PAGE} is not of {LOCK}: make docs")
    sys.stderr.writelines(f"{each}\n" for each in wrong)
    return 1 if wrong else 0


def allowed(licence: str) -> bool:
    """Whether one may be distributed under an SPDX expression: `AND` needs both, `OR` one of them."""
    if licence.startswith("(") and licence.endswith(")"):
        licence = licence[1:-1]
    if " OR " in licence and " AND " not in licence:
        return any(map(allowed, licence.split(" OR ")))
    return all(any(part in ALLOWED for part in each.strip("()").split(" OR ")) for each in licence.split(" AND "))


def said(package: Distribution) -> str:
    """What a package says that it is under: an SPDX expression if it can be, its own words otherwise."""
    if expression := _field(package, "License-Expression"):
        return expression
    short = _field(package, "License")
    if short and "\n" not in short and "::" not in short:
        return NAMES.get(short, short)
    classifiers = package.metadata.get_all("Classifier") or []
    names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    return " AND ".join(NAMES.get(each, each) for each in names) or "not said"


def _field(package: Distribution, name: str) -> str:
    values = package.metadata.get_all(name) or [""]
    return str(values[0]).strip()


def _found() -> Iterator[tuple[str, str]]:
    yield from _installed()
    yield from {f"{each['package']} (npm)": each["licence"] for each in json.loads(VENDORED.read_text("utf-8"))}.items()


def _installed() -> Iterator[tuple[str, str]]:
    for name in sorted(set(re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))):
        try:
            yield name, ELSEWHERE.get(name) or said(distribution(name))
        except PackageNotFoundError:
            yield name, "not installed: make docs VENV=<one with every extra>"


if __name__ == "__main__":
    sys.exit(main())
