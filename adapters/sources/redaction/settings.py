"""What a source is told to leave out."""

from __future__ import annotations

from typing import Annotated

from adapters.mapping.dropping import steps
from adapters.mapping.patterns import compiled
from adapters.settings import AfterValidator, Settings


def _regular_expression(pattern: str) -> str:
    if compiled(pattern).search("") is not None:
        raise ValueError(f"'{pattern}' matches an empty text: say what is to be left out")
    return pattern


def _path(path: str) -> str:
    steps(path)
    return path


Pattern = Annotated[str, AfterValidator(_regular_expression)]


class Redaction(Settings):
    """What is left out of what a source hears before it is kept.

    `secrets` are values whose names look secret (password, token, api_key ...), and passwords in URLs. `keys` are
    regular expressions (RE2) of more such names, in any case: each is looked for in the whole path of a member of JSON
    (`build.parameters.LICENSE`), and in the name alone in any other text. `text` are those of what is left out wherever
    it stands: their first group, or all of a match where there is none. `drop` are the paths of members
    of JSON that are gone, beside those that the mapping drops.
    """

    secrets: bool = True
    drop: tuple[Annotated[str, AfterValidator(_path)], ...] = ()
    keys: tuple[Pattern, ...] = ()
    text: tuple[Pattern, ...] = ()
