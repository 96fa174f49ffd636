"""Logs: one line an event, from every library, and never the values of variables."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from adapters import logs


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    sys.excepthook = sys.__excepthook__
    structlog.reset_defaults()


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_json_is_one_object_a_line() -> None:
    """Ours and other libraries' logs alike, with level, logger and time."""
    logs.configure("info", "auto", stream := io.StringIO())
    structlog.get_logger("adapters.x").info("started", port=1)
    logging.getLogger("uvicorn.error").warning("%s went wrong", "it")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert {key: first[key] for key in ("event", "level", "logger", "port")} == {
        "event": "started",
        "level": "info",
        "logger": "adapters.x",
        "port": 1,
    }
    assert (second["event"], second["level"], second["logger"]) == ("it went wrong", "warning", "uvicorn.error")
    assert first["timestamp"].endswith("Z")


def test_a_terminal_gets_lines_for_people() -> None:
    """Unless JSON is asked for."""
    logs.configure("info", "auto", terminal := Terminal())
    structlog.get_logger("adapters.x").info("started")
    assert "started" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
    logs.configure("info", "json", terminal := Terminal())
    structlog.get_logger("adapters.x").info("started")
    assert json.loads(terminal.getvalue())["event"] == "started"


def test_a_watch_that_ends_is_no_error() -> None:
    """What watchdog says when it is told to watch no more does not wake anyone."""
    logs.configure("info", "json", stream := io.StringIO())
    logging.getLogger("watchdog.observers.inotify").error("queue_events() called when the thread is inactive")
    assert not stream.getvalue()


def test_the_level_holds_for_all() -> None:
    """What is below it is not written, whoever logs it."""
    logs.configure("warning", "json", stream := io.StringIO())
    structlog.get_logger("adapters.x").info("quiet")
    logging.getLogger("urllib3").info("quiet")
    structlog.get_logger("adapters.x").warning("loud")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("logger", [structlog.get_logger("adapters.x"), logging.getLogger("uvicorn.error")])
def test_a_traceback_shows_no_variable(form: logs.Format, logger: logging.Logger) -> None:
    """A bug's traceback is there, on one line in JSON; the values around it, which may be secret, are not."""
    logs.configure("info", form, stream := io.StringIO())
    password = "hun" + "ter2"
    try:
        _ = len(password) / 0
    except ZeroDivisionError:
        logger.exception("bug")
    assert "ZeroDivisionError" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()
    assert form == "console" or len(stream.getvalue().splitlines()) == 1


def test_seldom_lets_one_of_a_kind_through() -> None:
    """Each key once in its time, independent of the others."""
    now = [0.0]
    seldom = logs.Seldom(60.0, clock=lambda: now[0])
    assert [seldom.allows("a"), seldom.allows("a"), seldom.allows("b")] == [True, False, True]
    now[0] = 59.9
    assert not seldom.allows("a")
    now[0] = 60.0
    assert [seldom.allows("a"), seldom.allows("a")] == [3, 0], "how many there were since the last one"


def test_a_flood_of_kinds_is_a_flood() -> None:
    """As many kinds as somebody may think of fill neither the log nor the memory."""
    now = [0.0]
    seldom = logs.Seldom(60.0, clock=lambda: now[0])
    assert sum(map(bool, map(seldom.allows, range(5000)))) == 1000
    now[0] = 60.0
    assert sum(map(bool, map(seldom.allows, range(5000, 0, -1)))) == 1000
