"""Where objects are, as one writes it: `s3://bucket/builds/2026-*/**/*.jsonl.gz`."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import cached_property
from glob import has_magic
from urllib.parse import urlsplit

CLOUDS = ("s3", "gs", "az", "file")
SCHEMES = (*CLOUDS, "sftp")

_SCHEME = re.compile(rf"({'|'.join(SCHEMES)})://", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Whether a text names objects, and no file of this machine."""
    return _SCHEME.match(text) is not None


@dataclass(frozen=True)
class Address:
    """The store, such as `s3://bucket`, and the keys in it: one, all below a folder, or those that a glob matches."""

    root: str
    pattern: str

    @classmethod
    def of(cls, text: str) -> Address:
        """The address that a text is; raises ValueError, without what may be secret in it."""
        parts = urlsplit(text)
        if parts.scheme not in SCHEMES:
            raise ValueError(f"expected one of {', '.join(f'{each}://' for each in SCHEMES)}")
        if not parts.netloc and parts.scheme != "file":
            raise ValueError("expected a bucket, a container or a host behind the ://")
        if parts.password is not None or (parts.username is not None and parts.scheme != "sftp"):
            raise ValueError("expected no password in it: credentials are in the environment, or in 'options'")
        if parts.netloc and parts.scheme == "file":
            raise ValueError("expected three slashes, as in file:///var/log: a file has no host")
        root = f"{parts.scheme}://{parts.netloc}"
        return cls(root, text[len(root) :].lstrip("/"))

    @cached_property
    def prefix(self) -> str:
        """The folder in which all of it is, without a / at its ends; empty for the whole store."""
        steps = self.pattern.split("/")
        known = next((index for index, step in enumerate(steps) if has_magic(step)), len(steps))
        return "/".join(steps[:known]).strip("/")

    def holds(self, key: str) -> bool:
        """Whether a key is meant, also as it is, where it has brackets; below a folder, none that is hidden."""
        if key == self.pattern or (has_magic(self.pattern) and self._expression.fullmatch(key)):
            return True
        hidden, folder = key.rpartition("/")[2].startswith("."), self.pattern.strip("/")
        return not hidden and (not folder or key.startswith(f"{folder}/"))

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        """`*` and `?` are within one step, `**` is any number of steps."""
        *steps, last = self.pattern.split("/")
        written = "".join("(?:[^/]+/)*" if step == "**" else _step(step) + "/" for step in steps)
        return re.compile(written + (".+" if last == "**" else _step(last)), re.DOTALL)


def _step(step: str) -> str:
    parts = re.findall(r"\[!?[^]]+\]|.", step, re.DOTALL)
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(part) or _literal(part) for part in parts)


def _literal(part: str) -> str:
    return fnmatch.translate(part)[len("(?s:") : -len(")\\Z")] if len(part) > 1 else re.escape(part)
