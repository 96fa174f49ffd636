"""`context.yaml`: what a mapping's examples do not say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters import yamlfile
from adapters.errors import ConfigError
from adapters.mapping import library
from adapters.mapping.translator import Made, Mapper
from adapters.model import Notification
from adapters.settings import AwareDatetime, Settings
from adapters.yamlfile import shown, suggestion


class Circumstances(Settings):
    """The variables that a source would set, when the notification was heard, and the headers that came with it."""

    variables: dict[str, Any] = {}
    received_at: AwareDatetime = datetime(2026, 1, 1, tzinfo=UTC)
    headers: dict[str, str] = {}

    def notification(self, translator: Mapper[Made], body: bytes, headers: Mapping[str, str]) -> Notification:
        """A notification in these circumstances, with headers of its own by lower-case names, as it would be kept."""
        common = {name.lower(): value for name, value in self.headers.items()}
        return translator.drop(Notification("golden", body, self.received_at, {**common, **headers}))


class Context(Circumstances):
    """The tool's instance, the circumstances of all inputs, and those of single ones by their names without extension.

    The instance is the same wherever the mapping's folder is, and whatever it is called: it is part of every id.
    """

    instance: str = "https://tool.example.com/"
    inputs: dict[str, Circumstances] = {}

    def of(self, file: Path) -> Circumstances:
        """The circumstances of an input: its own variables and headers beside those of all."""
        own = self.inputs.get(file.stem, Circumstances())
        return Circumstances(
            variables={**self.variables, **own.variables},
            received_at=own.received_at if "received_at" in own.model_fields_set else self.received_at,
            headers={**self.headers, **own.headers},
        )


def context(reference: str | Path, inputs: Iterable[Path] = ()) -> Context:
    """The context of the mapping at a reference. Raises ConfigError where it, or an input that it names, is wrong."""
    path = library.either(reference).with_name("context.yaml")
    if not path.exists():
        return Context()
    file = yamlfile.load(path, shown(path))
    found = file.validate(Context)
    stems = [each.stem for each in inputs]
    if unknown := [name for name in found.inputs if stems and name not in stems]:
        raise ConfigError(
            [file.problem(("inputs", name), f"there is no input '{name}'", suggestion(name, stems)) for name in unknown]
        )
    return found
