"""No shipped mapping tells the secrets of a URL, wherever a tool has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from adapters.cdevents.document import document
from adapters.cdevents.vocabulary import specs
from adapters.errors import MappingError
from adapters.goldens import sent
from adapters.urls import public
from tests.mappings.support import EVERYTHING, inputs, translation

MARK = "m4rk3d"
Marked = Callable[[str], str]

_URL = re.compile(r"\b((?:https?|ssh|git|wss?|ftp)(?::|%3A)(?:/|%2F|\\/){2})([^\s\"'<>\\,;)]+)")
_PATH = re.compile(r"(?<=[ \"])(/[\w%/.:@-]+)(?=[ \"])")


def user(text: str) -> str:
    """A password in each URL."""
    return _URL.sub(lambda each: f"{each[1]}ada:{MARK}@{each[2]}", text)


def token(text: str) -> str:
    """A token for a user in each URL."""
    return re.sub(r"\b(https?://)", rf"\1{MARK}@", text)


def parameter(name: str) -> Marked:
    """A parameter in each URL, and in each path of a request."""

    def more(url: str) -> str:
        before, hash_, after = url.partition("#")
        return f"{before}{'&' if '?' in before else '?'}{name}={MARK}{hash_}{after}"

    return lambda text: _PATH.sub(lambda each: more(each[1]), _URL.sub(lambda each: more(each[0]), text))


WAYS: dict[str, Marked] = {"user": user, "user-token": token} | {
    name: parameter(name)
    for name in ("token", "private_token", "access_token", "X-Amz-Signature", "sig", "api_key", "password")
}


def _bodies(path: Path, mark: Marked) -> Iterator[tuple[bytes, dict[str, str]]]:
    for each in sent(path):
        headers = {name: mark(value) for name, value in each.headers.items()}
        yield mark(each.body.decode("latin-1")).encode("latin-1"), headers


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mapping", EVERYTHING)
def test_no_event_has_the_secrets_of_a_url(mapping: str, way: str) -> None:
    """Neither in its content nor in what is custom, nor in any name; nor has the reason why there is none."""
    for path in inputs(mapping):
        for body, headers in _bodies(path, WAYS[way]):
            try:
                found = translation(mapping, body, headers, **EVERYTHING[mapping])
            except MappingError as error:
                assert MARK not in public(str(error)), path
                continue
            for event in found.events:
                for spec in specs(event.name):
                    assert MARK not in orjson.dumps(document(event, spec)).decode(), (path.name, event.name)
            assert MARK not in public("; ".join(found.errors)), path


@pytest.mark.parametrize("way", WAYS)
def test_the_examples_have_urls_to_mark(way: str) -> None:
    """Else nothing would be tried."""
    marked = {
        mapping
        for mapping in EVERYTHING
        for path in inputs(mapping)
        for body, _ in _bodies(path, WAYS[way])
        if MARK.encode() in body
    }
    assert len(marked) > len(EVERYTHING) / 2
