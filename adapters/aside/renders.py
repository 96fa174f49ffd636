"""How a route renders, by what its configuration says."""

from __future__ import annotations

from collections.abc import Callable

from adapters.config import Route
from adapters.mapping import Exporter
from adapters.model import Format
from adapters.route import by_words, choosing, exporting, renderer
from adapters.route.rendered import Render
from adapters.route.rendering import Origins
from adapters.route.translation import Translate, translated


def rendering(
    settings: Route,
    origins: Origins,
    exporter: Callable[[], Exporter],
    *,
    ends: bool,
    translate: Translate = translated,
) -> Render:
    """A route's own rendering; `exporter` answers with its export mapping as it is now, where it has one.

    `ends` and `translate` are as in `route.rendering.renderer`.
    """
    render = renderer(
        origins,
        format_=settings.format,
        encoding=settings.encoding,
        spec=settings.spec,
        sources=settings.sources,
        types=settings.types,
        translate=translate,
        ends=ends,
        correlate=settings.correlation,
        schemas=settings.schemas or "",
        relay=settings.relay,
        key=by_words(settings.key) if settings.key else None,
    )
    render = choosing(render, settings.when)
    return exporting(render, exporter, settings.encoding) if settings.format is Format.MAPPED else render
