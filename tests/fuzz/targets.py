"""What is fuzzed: whatever takes bytes that anybody may send, and what it may make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any

from adapters.answers import Refusal
from adapters.cdevents.heard import cdevents
from adapters.goldens import sent
from adapters.mapping.input_settings import Input
from adapters.mapping.inputs import Decoder, decoder
from adapters.sources.body import Body, decoded
from tests.mappings.damage import harmless
from tests.mappings.support import EVERYTHING, inputs

Target = Callable[[bytes], None]

INPUTS: Mapping[str, Mapping[str, Any]] = {
    "json": {"json": True},
    "unwrapped": {"json": True, "unwrap": "payload"},
    "form": {"form": True},
    "form-with-json": {"form": "payload"},
    "xml": {"xml": {"repeated": ["a.b"], "lists": ["a.c"], "maps": ["a.d"], "attributes": True, "snake_case": True}},
    "xml-each": {"xml": {"each": "a", "none_in": ["b"], "attributes": True}},
    "ndjson": {"ndjson": True},
    "logfmt": {"logfmt": True},
    "csv": {"csv": {}},
    "lines": {"lines": {"any": r"(?P<word>\S+) (?P<rest>.*)"}, "record_start": r"^\S"},
}
"""Every kind of `input` that a mapping may have; those of lines open any envelope."""

BINARY = b"""\
ce-specversion: 1.0
ce-id: 1
ce-source: /ci
ce-type: dev.cdevents.build.finished.0.3.0
ce-time: 2026-01-02T03:04:05Z
content-type: application/json

"""
"""The head of a CloudEvent in binary mode, for `cdevents-binary`."""

MAPPINGS = "mappings"
_NAMES = sorted(EVERYTHING)
_HEADS = {"cdevents-binary": BINARY}
_KEPT = 1 << 16


def _decodes(decode: Decoder, body: bytes) -> None:
    with suppress(ValueError):  # which is its reason to refuse a body
        assert isinstance(decode(body), list)


def _gzip(body: bytes) -> None:
    with suppress(Refusal):
        assert len(decoded(Body(body, len(body)), "gzip", keep=_KEPT).data) <= _KEPT


def _cdevents(body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> None:
    documents, problems = cdevents(body, headers)
    assert documents or problems or body.strip() == b"[]"


def _binary(message: bytes) -> None:
    """The attributes of a CloudEvent as lines of `name: value`, an empty line, and its data."""
    head, _, body = message.partition(b"\n\n")
    lines = (line.partition(":") for line in head.decode("latin-1").splitlines())
    _cdevents(body, {name.strip().lower(): value.strip() for name, _, value in lines})


def _translated(body: bytes) -> None:
    """The first byte chooses the mapping, so that one corpus is of all of them."""
    harmless(_NAMES[body[0] % len(_NAMES)] if body else _NAMES[0], body[1:])


TARGETS: Mapping[str, Target] = {
    **{name: partial(_decodes, decoder(Input.model_validate(each))) for name, each in INPUTS.items()},
    "gzip": _gzip,
    "cdevents": _cdevents,
    "cdevents-binary": _binary,
    MAPPINGS: _translated,
}


def seeds(target: str) -> Iterator[bytes]:
    """What a target's corpus begins with: the inputs of the mappings' examples."""
    for index, name in enumerate(_NAMES):
        for path in inputs(name):
            for each in sent(path):
                head = bytes([index]) if target == MAPPINGS else _HEADS.get(target, b"")
                yield head + each.body
