"""The page that adds a tool, done as it is written: from an empty directory to the event on disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli.support import environment
from tests.docs.pages import page
from tests.service import free_port

NAME = "docs/add-a-tool.md"
SERVICE = "cdevents-adapters run "
PATIENT = ("curl", "tail")
"""What may be too early, for the sidecar starts and publishes at its own pace."""

DEADLINE = 60.0

_BLOCK = re.compile(r"(?:^`([\w/.-]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: a file if its path stands above it, else commands (`sh`) or what they print (`text`)."""

    path: str
    language: str
    text: str


def steps(text: str) -> list[tuple[Block, str]]:
    """The files and commands of a page in their order, with what the commands are shown to print."""
    blocks = [Block(*found) for found in _BLOCK.findall(text)]
    outputs = [*blocks[1:], Block("", "", "")]
    return [
        (block, after.text if after.language == "text" and not after.path else "")
        for block, after in zip(blocks, outputs, strict=True)
        if block.path or block.language == "sh"
    ]


@dataclass(frozen=True)
class Reader:
    """Somebody who follows the page in a directory, with `cdevents-adapters` on the path."""

    folder: Path
    environ: dict[str, str]

    def run(self, commands: str) -> str:
        """What the commands print, on either stream."""
        shell = ["bash", "-c", commands]
        ended = subprocess.run(
            shell, cwd=self.folder, env=self.environ, stdout=-1, stderr=-2, text=True, timeout=DEADLINE, check=False
        )
        return ended.stdout

    def sees(self, commands: str, shown: str) -> None:
        """Runs the commands, which print what is shown; those that may be too early are run again."""
        deadline = time.monotonic() + DEADLINE
        while (found := self.run(commands).strip()) != shown.strip():
            assert commands.startswith(PATIENT), f"{commands}\nprints\n{found}\nand not\n{shown}"
            assert time.monotonic() < deadline, f"{commands}\nprints\n{found}\nand not\n{shown}"
            time.sleep(0.1)


@contextmanager
def running(reader: Reader, command: str) -> Iterator[None]:
    """The sidecar in the second terminal; it ends as it should."""
    process = subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=reader.folder, env=reader.environ, stderr=-3)
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()


def installed(folder: Path) -> dict[str, str]:
    """An environment in which `cdevents-adapters` is this checkout's."""
    folder.mkdir()
    command = folder / "cdevents-adapters"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m adapters "$@"\n')
    command.chmod(0o755)
    return {**environment(), "PATH": f"{folder}:{os.environ['PATH']}"}


def test_the_page_does_what_it_shows(tmp_path: Path) -> None:
    """Its files are written, its commands run, and each prints what stands below it."""
    folder = tmp_path / "reader"
    folder.mkdir()
    reader = Reader(folder, installed(tmp_path / "bin"))
    with ExitStack() as stack:
        for block, shown in steps(page(NAME).replace("8080", str(free_port()))):
            if block.path:
                (folder / block.path).write_text(block.text, encoding="utf-8")
            elif block.text.startswith(SERVICE):
                stack.enter_context(running(reader, block.text))
            else:
                reader.sees(block.text, shown)
    assert (folder / "var/events/legacy.jsonl").read_text(encoding="utf-8").count("\n") == 3
