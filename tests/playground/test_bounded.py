"""Attempts in a process of their own, which a mapping cannot keep, fill or see through."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from adapters.playground.bounded import Bounded
from tests import example
from tests.playground.test_trial import attempt

ENDLESS = """
    custom_data:
      all:
        $each: items
        as: one
        value:
          $each: $body.items
          as: two
          value: {$each: $body.items, as: three, value: {$each: $body.items, as: four, value: "${four}"}}
"""
MANY = {**example.FINISHED, "items": list(range(3000))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's own folder."""
    return example.mapping(tmp_path)


@pytest.fixture
def bounded() -> Iterator[Bounded]:
    """With two seconds for each attempt."""
    made = Bounded(seconds=2)
    yield made
    made.close()


def test_a_process_is_kept_for_the_next_attempt(folder: Path, bounded: Bounded) -> None:
    """What comes of an attempt is the same as without one."""
    for _ in range(2):
        assert [event.name for event in bounded.tried(attempt(folder)).events] == ["pipelinerun.finished"]
    assert len(psutil.Process().children()) >= 1
    children = {child.pid for child in psutil.Process().children()}
    bounded.tried(attempt(folder))
    assert {child.pid for child in psutil.Process().children()} == children


def test_what_takes_too_long_is_ended_and_the_next_is_tried(folder: Path, bounded: Bounded) -> None:
    """It is told, and nobody waits for ever."""
    [error] = bounded.tried(attempt(folder, example.MAPPING.rstrip() + ENDLESS, MANY)).errors
    assert "more than the 2 s" in error.message
    assert bounded.tried(attempt(folder)).events


def test_what_never_comes_is_not_waited_for(folder: Path) -> None:
    """A pipe in the folder, into which nobody writes: no processor is used, and yet it ends."""
    os.mkfifo(folder / "context.yaml")
    bounded = Bounded(seconds=0.5)
    try:
        [error] = bounded.tried(attempt(folder)).errors
        assert "more than the 0.5 s" in error.message
    finally:
        bounded.close()


def test_what_takes_too_much_memory_is_told(folder: Path) -> None:
    """A text that is doubled often enough is more than there is."""
    doubled = "".join(f'  t{n + 1}: "${{$t{n}}}${{$t{n}}}"\n' for n in range(40))
    written = example.MAPPING.replace("rules:", f"let:\n  t0: ${{outcome}}\n{doubled}rules:").replace(
        'content: {outcome: "${outcome}"}', 'content: {outcome: "${$t40}"}'
    )
    bounded = Bounded(seconds=60)
    try:
        [error] = bounded.tried(attempt(folder, written)).errors
        assert "256 MiB" in error.message
        assert bounded.tried(attempt(folder)).events
    finally:
        bounded.close()


def test_the_process_has_no_secrets_and_ends_when_it_is_closed(
    folder: Path, bounded: Bounded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the environment it has what Python needs."""
    monkeypatch.setenv("EVENTS_TOKEN", "s3cr3t-word")
    before = {child.pid for child in psutil.Process().children()}
    bounded.tried(attempt(folder))
    [child] = [each for each in psutil.Process().children() if each.pid not in before]
    assert "EVENTS_TOKEN" not in child.environ()
    assert os.getsid(child.pid) == child.pid
    bounded.close()
    assert not child.is_running()
