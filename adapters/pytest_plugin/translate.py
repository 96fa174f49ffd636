"""What a test of one's own does with a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from adapters import goldens
from adapters.cdevents.document import document
from adapters.cdevents.vocabulary import has_type
from adapters.errors import MappingError
from adapters.goldens import Context
from adapters.model import Spec


class Translate:
    """Translates notifications as a sidecar would; a mapping's path may be relative to the project."""

    def __init__(self, project: Path) -> None:
        self._project = project

    def __call__(  # noqa: PLR0913 - each is a circumstance of its own, and named where it is called
        self,
        mapping: str | Path,
        payload: Any,
        *,
        instance: str | None = None,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        received_at: datetime | None = None,
        spec: str = Spec.V0_5_1,
    ) -> list[dict[str, Any]]:
        """The documents of the CDEvents, in their order; none where the notification is ignored, or `spec` has no type.

        `mapping` is a path or a shipped name. `payload` is the body: bytes, text, or a value that is written as JSON.
        What is not given is as for the mapping's examples (`context.yaml`). `received_at` is aware. Raises MappingError
        where a part of it cannot be translated, or is covered by no rule and no `ignore`; ConfigError where the mapping
        does not load.
        """
        here = self._project / mapping
        reference = here if here.exists() else mapping
        around = goldens.context(reference)
        changes = {"variables": variables, "headers": headers, "received_at": received_at, "instance": instance}
        around = Context.model_validate({**around.model_dump(), **{k: v for k, v in changes.items() if v is not None}})
        translator = goldens.bound(reference, around.instance, around.variables)
        events, errors = goldens.translated(translator, around.notification(translator, _body(payload), {}))
        if errors:
            raise MappingError("\n".join(errors))
        said = (event for event in events if has_type(Spec(spec), event.name))
        return [orjson.loads(orjson.dumps(document(event, Spec(spec)))) for event in said]


def _body(payload: Any) -> bytes:
    match payload:
        case bytes():
            return payload
        case str():
            return payload.encode()
        case _:
            return orjson.dumps(payload)
