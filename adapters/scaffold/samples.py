"""What a tool said, as it is given: files of JSON, NDJSON, XML, forms, requests, text, legacy events of a sidecar."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from adapters.errors import ConfigError, Problem
from adapters.goldens.inputs import Sent, sent_as
from adapters.mapping.input_settings import Input
from adapters.mapping.inputs import decoder
from adapters.mapping.scope import Enveloped
from adapters.marks import unmarked
from adapters.scaffold import kept
from adapters.scaffold.fields import fields
from adapters.scaffold.groups import Heard
from adapters.scaffold.lines import patterns

MOST_BYTES = 16 << 20
"""Bytes of all samples together: they are kept beside the mapping, and looked at by people."""

_FORM = re.compile(rb"[\w.%+\[\]-]+=[^\s<>]*")
_ATTRIBUTE = re.compile(rb"<[A-Za-z][^<>]*\s[\w:.-]+\s*=\s*[\"']")
_LOGFMT = re.compile(r"[\w.-]+=(\"[^\"]*\"|\S*)(\s+[\w.-]+=(\"[^\"]*\"|\S*)){2,}\s*")


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of the folder `inputs`, the notifications in it, and what they are: json, xml, form or lines."""

    name: str
    content: bytes
    sent: Sequence[Sent]
    kind: str


@dataclass(frozen=True, slots=True)
class Samples:
    """What was given, and how a mapping is to read it: its `input`, nothing where that is JSON."""

    files: Sequence[Sample]
    input: Mapping[str, Any]

    def heard(self) -> list[Heard]:
        """The records in all of them; raises ConfigError for what cannot be decoded."""
        decode = decoder(Input.model_validate(self.input or {"json": True}))
        found = []
        for sample in self.files:
            for each in sample.sent:
                try:
                    found += [_heard(document, each) for document in decode(each.body)]
                except ValueError as error:
                    raise ConfigError([Problem(sample.name, f"the body {error}")]) from None
        return found


def read(paths: Iterable[Path]) -> Samples:
    """The samples in some files.

    Raises ConfigError where one cannot be used, or they are of kinds that do not mix, and JournalUnavailable where one
    begins as a journal does and is none.
    """
    taken: set[str] = set()
    files = [sample for path in paths for sample in _samples(path, taken)]
    if sum(len(each.content) for each in files) > MOST_BYTES:
        raise _too_much(files[0].name)
    kinds = {each.kind for each in files}
    if "lines" in kinds and len(kinds) > 1:
        text = next(each.name for each in files if each.kind == "lines")
        raise ConfigError([Problem(text, "is text, and others are not", "each kind has a mapping of its own")])
    return Samples(files, _lines(files) if kinds == {"lines"} else _whole(files, kinds))


def _samples(path: Path, taken: set[str]) -> Iterator[Sample]:
    if journal := kept.named(path):
        yield from (_sample(Path(path.name), body, Sent(body), taken) for body in kept.bodies(*journal))
        return
    if path.stat().st_size > MOST_BYTES:
        raise _too_much(path)
    content = path.read_bytes()
    if not unmarked(content).strip():
        raise ConfigError([Problem(str(path), "has nothing in it", "give what the tool really said")])
    suffix = _suffix(path, content)
    told = [_told(each) for each in sent_as(suffix, content)]
    if any(each is not None for each in told):
        bodies = [each or one for each, one in zip(told, sent_as(suffix, content), strict=True)]
        yield from (_sample(path, each.body, each, taken) for each in bodies)
        return
    yield Sample(_name(path, suffix, taken), content, sent_as(suffix, content), _kind(path, suffix, content))


def _too_much(where: object) -> ConfigError:
    return ConfigError([Problem(str(where), f"this is more than {MOST_BYTES >> 20} MiB together", "a few will do")])


def _sample(path: Path, body: bytes, sent: Sent, taken: set[str]) -> Sample:
    kind = _kind(path, "", body)
    suffix = {"json": ".json", "xml": ".xml", "lines": ".log"}.get(kind, ".txt")
    return Sample(_name(path, suffix, taken), body, [sent], kind)


def _suffix(path: Path, content: bytes) -> str:
    """What the file is called among the inputs of a mapping: `.ndjson` where each line is a notification."""
    suffix = path.suffix.lower()
    if suffix in (".http", ".csv"):
        return suffix
    if suffix in (".ndjson", ".jsonl") or (_json(content) is _NONE and _all_json(content)):
        return ".ndjson"
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ".txt"


def _kind(path: Path, suffix: str, content: bytes) -> str:
    """Raises ConfigError for what begins as JSON, and is none."""
    bodies = [each.body for each in sent_as(suffix, content)]
    starts = {unmarked(body).lstrip()[:1] for body in bodies}
    if suffix == ".ndjson" or starts <= {b"{", b"["} or path.suffix.lower() == ".json":
        if any(_json(body) is _NONE for body in bodies):
            raise ConfigError([Problem(str(path), "is not JSON", "name a file of text .log")])
        return "json"
    if starts == {b"<"}:
        return "xml"
    is_form = suffix != ".csv" and all(_FORM.fullmatch(unmarked(body).strip()) for body in bodies)
    return "form" if is_form else "lines"


_NONE = object()


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(unmarked(body))
    except orjson.JSONDecodeError:
        return _NONE


def _all_json(content: bytes) -> bool:
    lines = [line for line in content.splitlines() if line.strip()]
    return bool(lines) and all(line.lstrip()[:1] in (b"{", b"[") and _json(line) is not _NONE for line in lines)


def _told(sent: Sent) -> Sent | None:
    """What a tool said, of a legacy event that a sidecar published; None for anything else."""
    event = _json(sent.body) if sent.body.lstrip()[:1] == b"{" else None
    if (
        not isinstance(event, dict)
        or not str(event.get("type", "")).startswith("legacy.")
        or "specversion" not in event
    ):
        return None
    if "data_base64" in event:
        try:
            return Sent(b64decode(str(event["data_base64"])))
        except Error:
            return None
    data = event.get("data")
    return Sent(data.encode() if isinstance(data, str) else orjson.dumps(data))


def _name(path: Path, suffix: str, taken: set[str]) -> str:
    """A name that no other has: what is expected of each input is called after it."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.name.removesuffix(path.suffix)).strip("-") or "sample"
    numbers = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    found = next(each for each in (stem, *numbers) if each.lower() not in taken)
    taken.add(found.lower())
    return found + suffix


def _whole(files: Sequence[Sample], kinds: set[str]) -> Mapping[str, Any]:
    """Of bodies that are one document each."""
    found: dict[str, Any] = {"json": True} if "json" in kinds else {}
    if "xml" in kinds:
        attributes = any(_ATTRIBUTE.search(each.content) for each in files if each.kind == "xml")
        found["xml"] = {"attributes": True} if attributes else {}
    if "form" in kinds:
        fields_of = [_field(each.name, one.body) for each in files if each.kind == "form" for one in each.sent]
        found["form"] = fields_of[0] if fields_of[0] and len({*fields_of}) == 1 else True
    return {} if found == {"json": True} else found


def _field(name: str, body: bytes) -> str:
    """The field of a form that holds JSON. Raises ConfigError where it is no form."""
    try:
        (form,) = decoder(Input.model_validate({"form": True}))(body)
    except ValueError as error:
        raise ConfigError([Problem(name, f"the body {error}")]) from None
    held = [name for name, value in form.items() if isinstance(value, str) and value.lstrip()[:1] == "{"]
    return next((name for name in held if _json(form[name].encode()) is not _NONE), "")


def _lines(files: Sequence[Sample]) -> Mapping[str, Any]:
    lines = [line for each in files for line in each.content.decode("utf-8", "replace").splitlines() if line.strip()]
    if all(each.name.endswith(".csv") for each in files):
        return {"csv": {}}
    if all(_LOGFMT.fullmatch(line) for line in lines):
        return {"logfmt": True}
    return {"lines": patterns(lines) or {"line": "(?P<text>.*)"}}


def _heard(document: Any, sent: Sent) -> Heard:
    plain = document.document if type(document) is Enveloped else document
    return Heard(plain, fields(plain), sent.headers)
