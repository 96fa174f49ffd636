"""`python -m tests.fuzz MINUTES [SEED]`: every target in turn, by coverage; what is found is kept.

It ends with 1 where something was found. The same seed tries the same inputs, as far as it comes in its time.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.checkout import ROOT
from tests.fuzz.targets import MAPPINGS, TARGETS, seeds

FOLDER = ROOT / "build" / "fuzz"
WEIGHTS = {name: 6 if name == MAPPINGS else 1 for name in TARGETS}
LONGEST = 16 << 10
"""Bytes of an input."""

TOO_LONG = 10
"""Seconds that no input of this length may take."""


def main(minutes: float, seed: str = "0") -> int:
    """Fuzzes for so long; 1 where something was found. Seed 0 is another each time."""
    failed = [name for name in TARGETS if not _fuzzed(name, max(1, int(minutes * 60 * _share(name))), seed)]
    for found in sorted((FOLDER / "found").iterdir()):
        name, path = found.name.partition("--")[0], found.relative_to(ROOT)
        sys.stderr.write(f"found, see it again by: python -m tests.fuzz.one {name} {path}\n")
    return 1 if failed else 0


def _share(name: str) -> float:
    return WEIGHTS[name] / sum(WEIGHTS.values())


def _fuzzed(name: str, seconds: int, seed: str) -> bool:
    """Whether a target held, in a process of its own: what is found ends it."""
    corpus, begin = FOLDER / "corpus" / name, FOLDER / "seeds" / name
    for folder in (corpus, begin, FOLDER / "found"):
        folder.mkdir(parents=True, exist_ok=True)
    for number, first in enumerate(seeds(name)):
        if len(first) <= LONGEST:
            (begin / str(number)).write_bytes(first)
    limits = (f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={TOO_LONG}")
    options = (*limits, f"-seed={seed}", "-print_final_stats=1")
    prefix = f"-artifact_prefix={FOLDER / 'found'}/{name}--"
    command = [sys.executable, "-m", "tests.fuzz.one", name, *options, prefix, str(corpus), str(begin)]
    sys.stderr.write(f"{name}: {seconds} s\n")
    log = FOLDER / f"{name}.log"
    with log.open("wb") as file:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed if seed != "0" else "random"},
            stderr=file,
            stdout=file,
            check=False,
            timeout=seconds + 300,
        )
    if done.returncode:
        sys.stderr.write(log.read_text(errors="replace")[-4000:])
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *sys.argv[2:]))
