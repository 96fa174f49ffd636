"""No known secret is told: not of any source or sink, and however it is written."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import quote, quote_plus

import orjson
import pytest
import structlog

from adapters import logs
from adapters.late import Late
from adapters.redaction import INSTEAD, redaction
from adapters.settings import SecretStr, Settings
from adapters.sinks import SINKS
from adapters.sinks.http_settings import HttpSettings
from adapters.sources import SOURCES
from tests.hostile import echoing
from tests.service import Service, build, configuration
from tests.waiting import until

ODD = ["plain-s3cret-0", 'quo"ted\\s3cret', "s3cret /+%=&", "s3crét€", "<s3cret>&'"]


def marked(model: type[Settings], marks: Iterator[str]) -> Settings:
    """A model of which every secret, in every way to be known, is a mark of its own; it need not be valid."""
    given = {name: _value(field.whole, marks) for name, field in model.model_fields.items()}
    defaults = {
        name: field.default for name, field in model.model_fields.items() if given[name] is None and not field.required
    }
    return model.model_construct(**{**given, **defaults})


def _value(annotation: Any, marks: Iterator[str]) -> Any:
    if isinstance(annotation, Late):
        return marked(annotation.find(), marks)
    if annotation is SecretStr:
        return SecretStr(next(marks))
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return marked(annotation, marks)
    inner = [_value(each, marks) for each in get_args(annotation) if each is not type(None)]
    if get_origin(annotation) is dict:
        return {"name": inner[-1]} if inner[-1] is not None else None
    if get_origin(annotation) in {Union, UnionType, Annotated, tuple, list}:
        return [each for each in inner if each is not None] or None
    return None


def written(secret: str) -> Iterator[str]:
    """How somebody may repeat a secret."""
    yield from (secret, quote(secret), quote_plus(secret), quote(secret, safe="").lower(), repr(secret))
    yield from (json.dumps(secret), json.dumps(json.dumps({"a": secret})), json.dumps(secret, ensure_ascii=False))
    yield from (b64encode(f"{user}:{secret}".encode()).decode() for user in ("", "a", "ab", "abc"))
    yield b64encode(f"{secret}:x".encode()).decode()


TYPES = {f"source {name}": each.settings for name, each in SOURCES.items()} | {
    f"sink {name}": each.settings for name, each in SINKS.items()
}


@pytest.mark.parametrize("name", TYPES)
def test_every_secret_of_every_source_and_sink_is_known(name: str) -> None:
    """Whatever a setting is called that has one, and however deep it is."""
    numbers = count()
    made: list[str] = []

    def marks() -> Iterator[str]:
        while True:
            made.append(f"m4rk-{next(numbers)}-{name.replace(' ', '-')}")
            yield made[-1]

    settings = marked(TYPES[name], marks())
    assert (
        made
        or name in {"source tail", "source jenkins-home", "sink file", "sink stdout"}
        or not _has_secret(TYPES[name])
    )
    redact = redaction({"x": [settings]})
    for mark in made:
        for text in written(mark):
            assert mark not in redact(f"it said: {text}!"), text


def _has_secret(model: type[Settings]) -> bool:
    return "writeOnly" in json.dumps(model.model_json_schema())


@pytest.mark.parametrize("secret", ODD)
def test_a_secret_is_known_however_it_is_written(secret: str) -> None:
    """In JSON, in Python, in a URL, in the base64 of a pair; what is around it stays."""
    redact = redaction([SecretStr(secret)])
    for text in written(secret):
        told = redact(f"before {text} after")
        assert INSTEAD in told, text
        assert told.startswith("before ")
        assert told.endswith(" after")
        assert secret not in told


def test_a_url_of_the_settings_has_secrets_too() -> None:
    """Those of its query are known wherever they are repeated."""
    settings = HttpSettings.model_validate({"type": "http", "url": "https://e.example/x?b=1&token=t0k3n-x"})
    assert redaction(settings)('{"args": {"token": "t0k3n-x", "b": 1}}') == '{"args": {"token": "[redacted]", "b": 1}}'


def test_what_is_too_short_to_be_found_is_left_alone() -> None:
    """Any text has it."""
    assert redaction([SecretStr("abc"), SecretStr("")])("abc abcdef") == "abc abcdef"


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_log_has_no_secret(form: logs.Format) -> None:
    """Neither in its words, nor in a traceback, nor from another library; of those, nothing that is for debugging."""
    root, known = logging.getLogger(), logging.getLogger("adapters").level
    handlers, level = root.handlers[:], root.level
    try:
        logs.configure("debug", form, stream := io.StringIO(), redact=redaction([SecretStr(each) for each in ODD]))
        for secret in ODD:
            structlog.get_logger("adapters.x").debug("asked", said=f"Bearer {secret}", nested={"a": [secret]})
            try:
                int(f"no {secret}")
            except ValueError:
                logging.getLogger("other").exception("of %s", secret)
                sys.excepthook(*sys.exc_info())
            logging.getLogger("urllib3.connectionpool").debug("GET /x?unknown-s3cret")
    finally:
        root.handlers[:], root.level = handlers, level
        logging.getLogger("adapters").setLevel(known)
        sys.excepthook = sys.__excepthook__
        structlog.reset_defaults()
    text = stream.getvalue()
    assert text.count(INSTEAD) >= 5 * len(ODD)
    assert "s3c" not in text


@pytest.mark.parametrize(
    "auth", [{"bearer": "s3cret-bearer-x"}, {"basic": {"username": "ada", "password": "s3cret-pw-x"}}]
)
def test_a_server_that_repeats_what_it_was_sent_learns_us_nothing(tmp_path: Path, auth: dict[str, Any]) -> None:
    """A whole sidecar, at its most talkative: log, dead letters and journal have no secret of sink or source."""
    with echoing() as url:
        given = {
            "sources": {
                "jenkins": {
                    "type": "webhook",
                    "path": "/jenkins",
                    "instance": "https://jenkins.example.com/",
                    "mapping": "jenkins/notification",
                    "auth": {"bearer": "s3cret-hook-x"},
                }
            },
            "sinks": {
                "far": {
                    "type": "http",
                    "url": f"{url}/x?token=s3cret-url-x",
                    "auth": auth,
                    "headers": {"X-Key": "s3cret-head-x"},
                }
            },
            "routes": {"cdevents": {"format": "cdevents", "sink": "far"}},
        }
        text = configuration(**given).replace("log: {{format: json}}", "log: {{format: json, level: debug}}")
        service = Service(tmp_path, text, environment={"NO_PROXY": "*"})
        service.start()
        try:
            status = service.ask("POST", "/jenkins", build(7), {"Authorization": "Bearer s3cret-hook-x"})[0]
            assert status == 202
            until(lambda: _parked(tmp_path))
        finally:
            service.stop()
    (reason,) = _parked(tmp_path)
    assert "answered 400" in reason
    assert INSTEAD in reason
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.name != "config.yaml")
    for secret in (b"s3cret", b64encode(b"ada:s3cret-pw-x"), orjson.dumps(b64encode(b"s3cret").decode())):
        assert secret not in everything


def _parked(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "journal.db")) as database:
        return [reason for (reason,) in database.execute("SELECT reason FROM dead_letter")]
