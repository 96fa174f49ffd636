"""Appends for ever from several tasks, and prints each number once it is acknowledged; run by test_crash."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from adapters.journal import Journal
from adapters.model import Checkpoint, Notification


async def main(path: Path, first: int) -> None:
    """Each notification has the next number for its body, and for its task's checkpoint."""
    journal, numbers = Journal(path, max_bytes=1 << 30), count(first)

    async def write(task: str) -> None:
        for number in numbers:
            said = Notification(task, b"%d" % number, datetime.now(UTC))
            await journal.append([said], [Checkpoint(task, "n", str(number))])
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()

    async with asyncio.TaskGroup() as tasks:
        for task in range(8):
            tasks.create_task(write(f"task{task}"))


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
