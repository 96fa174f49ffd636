"""The pages of the documentation, and what is in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

from adapters import config
from adapters.config import Config
from adapters.resources import resource
from tests.checkout import ROOT

PAGES = sorted(
    file.relative_to(ROOT).as_posix()
    for file in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "config/README.md",
        *(ROOT / "docs").rglob("*.md"),
    )
)

_COMMAND = re.compile(r"(?:^ {4}|^|`|/)cdevents-adapters +((?:[^`\n\\]|\\\n)+)", re.MULTILINE)


def page(name: str) -> str:
    """A page's text, by its path in the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The contents of every fenced block of a language, also of those inside of a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [dedent(content) for _, content in found]


def loaded(folder: Path, parts: Mapping[str, Any]) -> Config:
    """The default configuration with these parts instead of its own, and something in each variable that it reads."""
    default = yaml.safe_load((resource("config") / "default.yaml").read_text(encoding="utf-8"))
    file = folder / "adapters.yaml"
    file.write_text(text := yaml.safe_dump({**default, **parts}), encoding="utf-8")
    return config.load(file, dict.fromkeys(re.findall(r"\$\{env:(\w+)", text), "c2VjcmV0"))


def links(name: str) -> Iterator[tuple[str, str]]:
    """Every link of a page to a file of the project, or to a heading of its own: the file's path, and the anchor."""
    for target, anchor in re.findall(r"\]\(([^)#: ]*)(?:#([^)]*))?\)", page(name)):
        yield ((ROOT / name).parent / target).resolve().relative_to(ROOT).as_posix() if target else name, anchor


def anchors(name: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    headings = re.findall(r"^#+ (.*)$", page(name), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(name: str) -> list[list[str]]:
    """The words after `cdevents-adapters` of each command of a page: alone on a line, in backquotes, or by its path."""
    found = [command.partition(" #")[0].replace("\\\n", " ") for command in _COMMAND.findall(page(name))]
    return [shlex.split(command.partition(" | ")[0].partition(" > ")[0]) for command in found]
