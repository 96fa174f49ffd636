"""Looks at a home with a journal, as a process that a test can kill: `looker.py HOME JOURNAL`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from adapters.journal import Journal
from tests.sources.jenkins_home.homes import source


async def main(home: Path, path: Path) -> None:
    """One look; says so once it is through."""
    journal = Journal(path, max_bytes=1 << 30)
    await source(home, journal.checkpoints("jenkins")).look(journal.append)
    await journal.aclose()
    print("through", flush=True)  # noqa: T201  the test waits for it


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
