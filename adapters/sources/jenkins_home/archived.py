"""What builds archived, of the few files that somebody asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import structlog

from adapters.settings import AfterValidator
from adapters.sources.jenkins_home import files
from adapters.sources.jenkins_home.files import Unreadable

LARGEST = 64 << 10
"""Bytes of an archived file that are told: it is to say what a build deployed, not to be what it built."""


def _below(name: str) -> str:
    if any(step in ("", ".", "..") for step in name.split("/")) or "\0" in name:
        raise ValueError("expected the path of a file below a build's archive, such as out/deployed.txt")
    return name


Name = Annotated[str, AfterValidator(_below)]
"""The path of a file below a build's `archive`, which it cannot leave."""

_log = structlog.get_logger(__name__)


def texts(build: str, names: Sequence[str]) -> dict[str, str]:
    """The texts of those files that a build in a directory has, by their names.

    What is large, no text in UTF-8, or behind a link is left out, and said in the log.
    """
    found = {}
    for name in names:
        try:
            if (text := _text(f"{build}/archive", name)) is not None:
                found[name] = text
        except (Unreadable, UnicodeDecodeError) as error:
            _log.warning("an archived file is left out", build=build, file=name, reason=str(error))
    return found


def _text(archive: str, name: str) -> str | None:
    path = f"{archive}/{name}"
    if os.path.realpath(path) != f"{os.path.realpath(archive)}/{name}":
        raise Unreadable("is behind a link")
    content = files.read(path, LARGEST)
    return None if content is None else content.decode()
