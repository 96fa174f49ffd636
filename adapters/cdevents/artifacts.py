"""What an event calls an artifact, told apart from where it is found."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


@lru_cache(maxsize=4096)
def artifact(text: str | None) -> str | None:
    """A package URL without its qualifiers, `%3A` written as `:`; None for what is none."""
    return unquote(text.partition("?")[0]) if text and text.startswith("pkg:") else None


@lru_cache(maxsize=4096)
def digest(artifact: str | None) -> str | None:
    """The digest that is an artifact's version, `sha256:…`; None where it has none."""
    version = artifact.rpartition("@")[2] if artifact else ""
    return version if _DIGEST.fullmatch(version) else None
