"""A model of what can happen to log files: whatever does, each line comes, and comes once.

What no tailer can have is not asked for: what was written between the copy and the truncation of `copytruncate` unless
a poll came between, and what was in a file that was deleted before any poll, or whose reader was restarted after that.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.errors import JournalUnavailable
from tests.sources.tail.support import SETTLE, Bench

HEADER = "# every file begins with this line, which says nothing"


@dataclass(eq=False)
class File:
    """The bytes that one file was given, wherever they are now.

    `known`: a poll has seen it; `held`: it was read, and is open since; `lost`: no poll ever will; `excused`: what
    need not come.
    """

    path: Path
    text: str = ""
    known: bool = False
    held: bool = False
    lost: bool = False
    copied: bool = False
    deleted: bool = False
    excused: set[str] = field(default_factory=set)

    @property
    def lines(self) -> set[str]:
        """The whole lines."""
        return {*self.text.split("\n")[:-1]}

    @property
    def rest(self) -> str:
        """What has no newline yet."""
        return self.text.rpartition("\n")[2]


class LogFiles(RuleBasedStateMachine):
    """Writers and rotation on one side, polls and restarts on the other."""

    @initialize(header=st.booleans())
    def begin(self, header: bool) -> None:
        """An empty directory, a tail of `app.log*` and of a symbolic link."""
        self.runner = asyncio.Runner()
        self.directory = Path(tempfile.mkdtemp(prefix="tail-"))
        self.bench = Bench(self.directory)
        self.bench.restart(paths=[f"{self.directory}/app.log*", f"{self.directory}/current"])
        self.header = HEADER + "\n" if header else ""
        self.live: dict[str, File] = {}
        self.aside: list[File] = []
        self.number = 0

    def teardown(self) -> None:
        """In the end everything has come that could."""
        try:
            self.bench.kept.full = False
            self.runner.run(self.bench.settled())
            missing = {line for each in self.files for line in each.lines - each.excused} - {*self.bench.kept.lines}
            assert missing <= {HEADER}
        finally:
            self.bench.stop()
            self.runner.close()
            shutil.rmtree(self.directory)

    @property
    def files(self) -> list[File]:
        """All there ever were."""
        return [*self.live.values(), *self.aside]

    def next(self) -> int:
        """A number that was not used yet."""
        self.number += 1
        return self.number

    def write(self, file: File, text: str) -> None:
        """Some bytes at the end of a file."""
        with file.path.open("a") as opened:
            opened.write(text)
        file.text += text

    @rule(name=st.sampled_from(["app.log", "current"]), lines=st.integers(1, 4), rest=st.booleans())
    def append(self, name: str, lines: int, rest: bool) -> None:
        """A writer writes, perhaps not to the end of its last line."""
        if name not in self.live:
            self.live[name] = self.created(name)
        text = "".join(f"line {self.next()} of {name}\n" for _ in range(lines))
        self.write(self.live[name], text + (f"rest {self.next()} " if rest else ""))

    def created(self, name: str) -> File:
        """A new file under a name, or behind a link of the name."""
        file = File(self.directory / (name if name == "app.log" else f"target-{self.next()}"))
        self.write(file, self.header)
        if name == "current":
            (self.directory / "next").symlink_to(file.path.name)
            (self.directory / "next").rename(self.directory / "current")
        return file

    @precondition(lambda self: "current" in self.live)
    @rule()
    def swap(self) -> None:
        """The link is pointed at a new file; what the old one still lacks is found only while it is known."""
        old = self.live.pop("current")
        if not old.known:
            old.lost = True
            old.excused |= old.lines
        self.aside.append(old)
        self.live["current"] = self.created("current")

    @precondition(lambda self: "app.log" in self.live)
    @rule()
    def rename(self) -> None:
        """The file is put aside, under a name that the glob has."""
        file = self.live.pop("app.log")
        file.path = file.path.rename(self.directory / f"app.log.{self.next()}")
        self.aside.append(file)

    @precondition(lambda self: any(each.path.suffix != ".gz" and not each.deleted for each in self.aside))
    @rule(data=st.data())
    def late(self, data: st.DataObject) -> None:
        """Somebody still writes to a file that was put aside."""
        file = data.draw(
            st.sampled_from([each for each in self.aside if each.path.suffix != ".gz" and not each.deleted])
        )
        if not (file.lost or file.copied or file.rest):
            self.write(file, f"late {self.next()}\n")

    @precondition(lambda self: any(each.path.name.startswith("app.log.") and not each.deleted for each in self.aside))
    @rule(data=st.data())
    def compress(self, data: st.DataObject) -> None:
        """What was put aside is compressed."""
        names = [each for each in self.aside if each.path.name.startswith("app.log.") and each.path.suffix != ".gz"]
        if names := [each for each in names if not each.deleted]:
            file = data.draw(st.sampled_from(names))
            with gzip.open(f"{file.path}.gz", "wb") as compressed:
                compressed.write(file.path.read_bytes())
            file.path.unlink()
            file.path, file.held = Path(f"{file.path}.gz"), False

    @precondition(lambda self: "app.log" in self.live)
    @rule(poll=st.booleans(), between=st.booleans(), grow=st.booleans())
    def copytruncate(self, poll: bool, between: bool, grow: bool) -> None:
        """The file is copied and truncated, perhaps with a poll between, and grows past the old offset at once."""
        file = self.live.pop("app.log")
        path, file.path = file.path, self.directory / f"app.log.{self.next()}"
        shutil.copy2(path, file.path)
        if between and not file.rest:
            line = f"between {self.next()}"
            with path.open("a") as opened:
                opened.write(f"{line}\n")
            file.text += f"{line}\n"
            if poll:
                self.polled()
            file.excused |= {line} - {*self.bench.kept.lines}
        elif poll:
            self.polled()
        os.truncate(path, 0)
        file.held, file.copied = False, True
        self.aside.append(file)
        self.live["app.log"] = File(path)
        self.write(self.live["app.log"], self.header)
        if grow:
            self.write(self.live["app.log"], "".join(f"grown {self.next()}\n" for _ in range(40)))

    @precondition(lambda self: "app.log" in self.live)
    @rule()
    def delete(self) -> None:
        """The file is deleted: only an open one can still be read."""
        file = self.live.pop("app.log")
        file.path.unlink()
        file.deleted = True
        if not file.held:
            file.excused |= file.lines
        self.aside.append(file)

    @rule()
    def restart(self) -> None:
        """The tail is stopped, or killed: what the journal has is all there is to go on with."""
        self.bench.restart()
        for file in self.files:
            file.held = False
            if file.deleted:
                file.excused |= file.lines

    @rule()
    def fill(self) -> None:
        """The journal takes nothing at one poll."""
        self.bench.kept.full = True
        self.polled()
        self.bench.kept.full = False

    @rule()
    def poll(self) -> None:
        """A look at the files."""
        self.polled()

    @rule(settle=st.booleans())
    def wait(self, settle: bool) -> None:
        """Time goes by."""
        self.bench.now += SETTLE + 1 if settle else 1.0

    def polled(self) -> bool:
        """Whether the poll handed over all there was."""
        try:
            self.runner.run(self.bench.poll())
        except JournalUnavailable:
            return False
        delivered = {*self.bench.kept.lines}
        for file in self.files:
            file.known = not file.lost
            readable = file.path.suffix != ".gz" and (file.held or not file.deleted)
            file.held = file.known and readable and file.lines <= delivered
        return True

    @invariant()
    def comes_once(self) -> None:
        """Nothing comes twice, nothing that nobody wrote, and every position is another."""
        if not hasattr(self, "bench"):
            return
        counted = Counter(self.bench.kept.lines)
        del counted[HEADER]
        assert [line for line, count in counted.items() if count > 1] == []
        assert {line.rstrip(" ") for line in counted} <= {
            line.rstrip(" ") for file in self.files for line in file.text.split("\n")
        }
        assert len({*self.bench.kept.positions}) == len(self.bench.kept.positions)


def test_a_copy_is_of_the_file_that_came_after() -> None:
    """A file was deleted that had no more than all begin with: what was copied of the next one is not its rest."""
    state = LogFiles()
    state.begin(header=True)
    state.append(lines=1, name="app.log", rest=False)
    state.copytruncate(between=False, grow=False, poll=False)
    state.fill()
    state.delete()
    state.append(lines=1, name="app.log", rest=False)
    state.copytruncate(between=False, grow=False, poll=True)
    state.comes_once()
    state.teardown()


LogFiles.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLogFiles = LogFiles.TestCase
