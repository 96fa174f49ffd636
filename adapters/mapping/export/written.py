"""A message of an export mapping as people see it: in goldens, and on a terminal."""

from __future__ import annotations

from typing import Any

from adapters.model import Mapped


def message(mapped: Mapped) -> dict[str, Any]:
    """What it is, where it goes as far as it says so itself, and what is in it."""
    place = {name: value for name, value in mapped.place._asdict().items() if value}
    key = {"key": mapped.key} if mapped.key else {}
    return {"message": mapped.name, "id": mapped.id, "type": mapped.type, **key, **place, "body": mapped.body}
