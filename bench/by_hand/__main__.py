"""Replays an archive of one notification a line, as a script for this one tool would."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.by_hand import Settings, published


def main(archive: str, output: str, instance: str) -> None:
    """Writes the events of an archive to a file, one a line."""
    settings, now = Settings(instance), datetime.now(UTC)
    with Path(archive).open("rb") as lines, Path(output).open("wb") as events:
        for line in lines:
            events.writelines(event + b"\n" for event in published(line.rstrip(), settings, now))


if __name__ == "__main__":
    main(*sys.argv[1:])
