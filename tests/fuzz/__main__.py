"""`python -m tests.fuzz MINUTES`: every target in turn, by coverage; what is found is kept, and makes it end with 1."""

from __future__ import annotations

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


def main(minutes: float) -> int:
    """Fuzzes for so long; 1 where something was found."""
    failed = [name for name in TARGETS if not _fuzzed(name, max(1, int(minutes * 60 * _share(name))))]
    for found in sorted((FOLDER / "found").iterdir()):
        name, path = found.name.partition("--")[0], found.relative_to(ROOT)
        sys.stderr.write(f"found, see it again by: python -m tests.fuzz.one {name} {path}\n")
    return 1 if failed else 0


def _share(name: str) -> float:
    return WEIGHTS[name] / sum(WEIGHTS.values())


def _fuzzed(name: str, seconds: int) -> bool:
    """Whether a target held, in a process of its own: what is found ends it."""
    corpus, begin = FOLDER / "corpus" / name, FOLDER / "seeds" / name
    for folder in (corpus, begin, FOLDER / "found"):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        if len(seed) <= LONGEST:
            (begin / str(number)).write_bytes(seed)
    options = (f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={TOO_LONG}", "-print_final_stats=1")
    prefix = f"-artifact_prefix={FOLDER / 'found'}/{name}--"
    command = [sys.executable, "-m", "tests.fuzz.one", name, *options, prefix, str(corpus), str(begin)]
    sys.stderr.write(f"{name}: {seconds} s\n")
    log = FOLDER / f"{name}.log"
    with log.open("wb") as file:
        done = subprocess.run(command, cwd=ROOT, stderr=file, stdout=file, check=False, timeout=seconds + 300)
    if done.returncode:
        sys.stderr.write(log.read_text(errors="replace")[-4000:])
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
