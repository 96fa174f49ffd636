"""What the specification's prose forbids and its JSON Schemas let pass.

Every check takes a document that its schema accepts, and tells what is wrong with it. Sources, in
github.com/cdevents/spec: spec.md for the context, links.md for chains and links, and the page of each subject's stage
(core.md, source-code-version-control.md, ...) for artifact ids and outcomes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from packageurl import PackageURL

from adapters.cdevents.fields import Field
from adapters.cdevents.vocabulary import EventType
from adapters.cdevents.wording import shown
from adapters.model import Spec

Document = Mapping[str, Any]
Check = Callable[[Document], Iterable[str]]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TEXTS = {"additionalProperties": {"type": "string"}}


def checks(event_type: EventType | None, spec: Spec) -> tuple[Check, ...]:
    """The checks of an event type, or of any custom event for None."""
    ends = frozenset({"contextId", "domainId"} if spec >= Spec.V0_6_0 else {"contextId"})
    found: list[Check] = [partial(_version, spec), _chain_id, partial(_links, ends)]
    found += purls(event_type)
    found += [partial(_value, name, field.values) for name, field in _unenforced(event_type, spec).items()]
    return tuple(found)


def as_schema(event_type: EventType | None, spec: Spec) -> dict[str, Any]:
    """All checks but `purls` as a JSON Schema, so that what it and the published one accept is known at one look."""
    link: dict[str, Any] = {"tags": _TEXTS}
    if spec < Spec.V0_6_0:  # whose own schema has it
        link["target"] = {"required": ["contextId"]}
    context = {
        _version_key(spec): {"const": spec.value},
        "chainId": {"pattern": f"^{_UUID.pattern}$"},
        "links": {"items": {"properties": link}},
    }
    content = {name: {"enum": [*field.values]} for name, field in _unenforced(event_type, spec).items()}
    subject = {"content": {"properties": content}}
    return {"properties": {"context": {"properties": context}, "subject": {"properties": subject}}}


def purls(event_type: EventType | None) -> tuple[Check, ...]:
    """The checks of an event type that no schema can say."""
    found: list[Check] = []
    if event_type and event_type.subject == "artifact":
        found.append(_artifact_subject)
    if event_type and "artifactId" in event_type.content:
        found.append(_artifact_id)
    return tuple(found)


def _unenforced(event_type: EventType | None, spec: Spec) -> Mapping[str, Field]:
    """The fields whose values only the prose says."""
    fields = event_type.content.items() if event_type and spec >= Spec.V0_5_1 else ()
    return {name: field for name, field in fields if spec < field.enforced}


def _version_key(spec: Spec) -> str:
    return "version" if spec < Spec.V0_5_1 else "specversion"


def _version(spec: Spec, document: Document) -> Iterable[str]:
    key = _version_key(spec)
    if (version := document["context"][key]) == spec:
        return ()
    return (f"context.{key}: {shown(version)} is not {spec}",)


def _chain_id(document: Document) -> Iterable[str]:
    chain_id = document["context"].get("chainId")
    if chain_id is None or _UUID.fullmatch(chain_id):
        return ()
    return (f"context.chainId: {shown(chain_id)} is not a UUID",)


def _links(ends: frozenset[str], document: Document) -> Iterable[str]:
    found: list[str] = []
    for index, link in enumerate(document["context"].get("links", ())):
        if link["linkType"] == "RELATION" or link.get("tags"):
            found += _link(f"context.links[{index}]", link, ends)
    return found


def _link(path: str, link: Mapping[str, Any], ends: frozenset[str]) -> Iterable[str]:
    if link["linkType"] == "RELATION" and ends.isdisjoint(link["target"]):
        yield f"{path}.target.contextId: is missing"
    for name, tag in link.get("tags", {}).items():
        if not isinstance(tag, str):
            yield f"{path}.tags.{name}: {shown(tag)} is not a string"


def _artifact_subject(document: Document) -> Iterable[str]:
    return _purl("subject.id", document["subject"]["id"])


def _artifact_id(document: Document) -> Iterable[str]:
    artifact_id = document["subject"]["content"].get("artifactId")
    return () if artifact_id is None else _purl("subject.content.artifactId", artifact_id)


def _value(name: str, values: tuple[str, ...], document: Document) -> Iterable[str]:
    value = document["subject"]["content"].get(name)
    if value is None or value in values:
        return ()
    return (f"subject.content.{name}: {shown(value)} is not one of {', '.join(values)}",)


def _purl(path: str, value: str) -> Iterable[str]:
    return () if _is_purl(value) else (f"{path}: {shown(value)} is not a package URL such as pkg:oci/app@sha256:...",)


@lru_cache(maxsize=4096)
def _is_purl(value: str) -> bool:
    try:
        PackageURL.from_string(value)
    except ValueError:
        return False
    return True
