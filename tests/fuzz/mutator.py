"""Mutations of a mapping's input that stay JSON, which those of bytes hardly ever do."""

from __future__ import annotations

from random import Random

import orjson

from tests.mappings.damage import DAMAGE, damaged, places


def mutated(data: bytes, most: int, seed: int) -> bytes | None:
    """The input with another value at one place, the byte that chooses the mapping kept; None where it is no JSON."""
    random = Random(seed)
    try:
        body = orjson.loads(data[1:])
    except orjson.JSONDecodeError:
        return None
    if not (found := list(places(body))):
        return None
    changed = data[:1] + orjson.dumps(damaged(body, random.choice(found), random.choice(DAMAGE)))
    return changed if len(changed) <= most else None
