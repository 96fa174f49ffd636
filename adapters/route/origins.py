"""Where notifications come from, by the names of their sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.route.rendering import Origin, Origins
from adapters.route.translation import Translates
from adapters.sources.contract import SourceSettings


def origins(sources: Mapping[str, SourceSettings], mapping: Callable[[str], Translates | None]) -> Origins:
    """Finds the origin of a notification; `mapping` answers with that of a source as it is now."""

    def origin(source: str) -> Origin | None:
        if (settings := sources.get(source)) is None:
            return None
        return Origin(settings.instance, mapping(source), settings.hears_cdevents)

    return origin
