"""`python -m tests.fuzz.one TARGET [OPTIONS OF LIBFUZZER] [FOLDERS OR FILES]`: one target, until something is found."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["adapters"]):
    from tests.fuzz.mutator import mutated
    from tests.fuzz.targets import MAPPINGS, TARGETS


def _mutated(data: bytes, most: int, seed: int) -> bytes:
    changed = mutated(data, most, seed) if seed % 4 else None
    return changed if changed is not None else bytes(atheris.Mutate(data, most))


def main(name: str, *options: str) -> None:
    """Never returns: libFuzzer ends the process."""
    own = {"custom_mutator": _mutated} if name == MAPPINGS else {}
    atheris.Setup([sys.argv[0], *options], TARGETS[name], **own)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
