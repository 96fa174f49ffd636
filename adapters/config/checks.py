"""What is wrong between the parts of a configuration that are each well formed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from adapters.cdevents.members import members
from adapters.cdevents.selection import possible, said
from adapters.cdevents.vocabulary import EVENTS
from adapters.config.fields import astray
from adapters.config.models import Config, Route
from adapters.late import late
from adapters.mapping import when
from adapters.mapping.scope import GIVEN
from adapters.model import Encoding, Format, Spec
from adapters.sinks import SINKS, SinkSettings
from adapters.yamlfile import Finding, Location, suggestion

if TYPE_CHECKING:
    from adapters.sources.webhook import WebhookSettings

_shape = late("adapters.sinks.actions.shape", "shape")

_RESERVED = frozenset({"/healthz", "/readyz", "/metrics"})
"""The paths that the server answers itself."""


def findings(config: Config) -> Iterator[Finding]:
    """Every problem; none when the configuration can be used."""
    yield from _webhooks(config)
    yield from exposed(config)
    yield from _files(config)
    for name, route in config.routes.items():
        yield from _sink(config, ("routes", name), route)
        yield from _sources(config, ("routes", name), route)
        yield from _types(("routes", name, "types"), route)
        if route.correlation and route.format is not Format.CDEVENTS:
            yield ("routes", name, "correlation"), f"a {route.format} route has no chains", "leave it out"
        yield from _when(("routes", name, "when"), route)
        yield from _relayed(("routes", name), route)
        yield from _mapping(("routes", name), route)
    yield from astray(config)
    yield from _unheeded(config)
    yield from _shadows(config)
    yield from _standby(config)


def _standby(config: Config) -> Iterator[Finding]:
    if config.standby is not None and not config.shared():
        hint = "name them in 'sources', or leave this out: webhooks and consumers of brokers may be several"
        yield ("standby",), "there is no source of which only one may run", hint
    for index, name in enumerate(config.shared()):
        at = ("standby", "sources", index)
        if name not in config.sources:
            yield at, f"there is no source '{name}'", suggestion(name, config.sources)
        elif config.sources[name].type == "webhook":
            yield at, "a webhook is told: each of several takes what comes to it", "leave it out"


def _unheeded(config: Config) -> Iterator[Finding]:
    ending = [route for route in config.routes.values() if _ends(config, route)]
    for name, source in config.sources.items():
        if source.hears_cdevents and not any(route.sources is None or name in route.sources for route in ending):
            hint = "add a route that does, or leave the source out"
            yield (
                ("sources", name),
                "no route takes the CDEvents that it hears to an action, a store or other words",
                hint,
            )


def _shadows(config: Config) -> Iterator[Finding]:
    for name, shadow in config.shadows.items():
        at = ("shadows", name)
        if name in config.routes:
            yield at, "there is a route of this name", "give it another: a shadow has a place of its own in the journal"
        if shadow.source not in config.sources:
            yield (*at, "source"), f"there is no source '{shadow.source}'", suggestion(shadow.source, config.sources)
        elif config.sources[shadow.source].mapping is None:
            yield (*at, "source"), f"the source '{shadow.source}' has no mapping to compare with", "give it one"


def _webhooks(config: Config) -> Iterator[Finding]:
    paths = dict.fromkeys(_RESERVED, "the server itself")
    webhooks = {name: cast("WebhookSettings", each) for name, each in config.sources.items() if each.type == "webhook"}
    for name, source in webhooks.items():
        if (owner := paths.setdefault(source.path, name)) != name:
            yield ("sources", name, "path"), f"this is the path of {owner}", "give each webhook a path of its own"
        if source.auth is None and not config.server.loopback:
            hint = "add an auth, or write 'auth: none' where the network is trusted"
            yield ("sources", name), f"anybody can post to it: the server listens on {config.server.listen}", hint


def exposed(config: Config) -> Iterator[Finding]:
    """That the console would be open to the network."""
    if config.console.open:
        hint = "add an auth, or let it listen on 127.0.0.1"
        yield ("console",), f"anybody could use it: the console listens on {config.console.listen}", hint


def _files(config: Config) -> Iterator[Finding]:
    owners = {config.journal.path.absolute(): "the journal"}
    for at, path in written(config):
        if (owner := owners.setdefault(path.absolute(), at[1])) != at[1]:
            yield at, f"{owner} writes this file", "give each sink a file of its own; several routes may have one sink"


def written(config: Config) -> Iterator[tuple[tuple[str, str, str], Path]]:
    """What sinks write, and where that is said."""
    for name, sink in config.sinks.items():
        for setting in ("path", "done"):
            if isinstance(path := getattr(sink, setting, None), Path):
                yield ("sinks", name, setting), path


def _sink(config: Config, at: Location, route: Route) -> Iterator[Finding]:
    if (sink := config.sinks.get(route.sink)) is None:
        yield (*at, "sink"), f"there is no sink '{route.sink}'", suggestion(route.sink, config.sinks)
    elif SINKS[sink.type].ends and (wrong := _form(route.format, sink)):
        yield (*at, "format"), *wrong
    elif route.encoding not in (encodings := SINKS[sink.type].encodings):
        yield (
            (*at, "encoding"),
            f"a {sink.type} sink cannot do '{route.encoding}'",
            f"it can do {', '.join(sorted(encodings))}",
        )
    elif (route.in_flight or 1) > 1 and SINKS[sink.type].in_flight == 1:
        yield (*at, "in_flight"), f"a {sink.type} sink takes one batch after the other", "leave it out"


def _form(format_: Format, sink: SinkSettings) -> tuple[str, str] | None:
    """What is wrong with the format of a route to an action or a store, and what to write, if something is."""
    acts = SINKS[sink.type].acts
    if format_ is Format.LEGACY or (format_ is Format.MAPPED and not acts):
        return f"a {sink.type} {'acts on' if acts else 'keeps'} CDEvents", "write 'cdevents'"
    if format_ is Format.MAPPED and sink.templated:
        return f"the {sink.type} says itself what is sent for a CDEvent", "write 'cdevents', or leave that out there"
    if format_ is Format.CDEVENTS and not sink.templated and sink.shaped() and sink.type != "http-call":
        return f"the {sink.type} does not say what to do for a CDEvent", "write 'mapped', or say so there"
    return None


def _sources(config: Config, at: Location, route: Route) -> Iterator[Finding]:
    for index, name in enumerate(route.sources or ()):
        if name not in config.sources:
            yield (*at, "sources", index), f"there is no source '{name}'", suggestion(name, config.sources)
        elif config.sources[name].hears_cdevents and not _ends(config, route):
            problem = f"the source '{name}' hears CDEvents, and only actions, stores and mapped routes take those"
            yield (*at, "sources", index), problem, "leave it out, or end the route in one of them"
    if route.format is not Format.LEGACY:
        for name in config.sources if route.sources is None else route.sources:
            source = config.sources.get(name)
            if source and source.mapping is None and not source.hears_cdevents:
                yield at, f"the source '{name}' has no mapping", "give it one, or list this route's sources without it"


def _ends(config: Config, route: Route) -> bool:
    return route.sink not in config.sinks or config.ends(route)


def _mapping(at: Location, route: Route) -> Iterator[Finding]:
    if route.format is Format.MAPPED:
        if route.mapping is None:
            yield at, "a mapped route needs an export mapping", "write 'mapping: slack/message', say"
        if route.spec < Spec.V0_5_1:
            yield (*at, "spec"), "an export mapping reads CDEvents as 0.5.1 has them", "leave it out"
        if route.encoding is Encoding.BATCH:
            yield (*at, "encoding"), "each message of a mapped route has a place of its own", "leave it out"
    elif route.mapping is not None:
        yield (*at, "mapping"), f"a route of '{route.format}' has no mapping", "write 'format: mapped', or leave it out"
    elif route.variables:
        yield (*at, "variables"), f"a route of '{route.format}' has no mapping to set them for", "leave them out"


def _types(at: Location, route: Route) -> Iterator[Finding]:
    if route.types is not None and route.format is Format.LEGACY:
        yield at, "a legacy route has no types to choose from", "leave it out, or choose by sources"
        return
    for index, pattern in enumerate(route.types or ()):
        if not possible(pattern):
            hint = suggestion(pattern, EVENTS) or "write names such as pipelinerun.finished or change.*"
            yield (*at, index), f"there is no CDEvent '{pattern}'", hint
        elif not said(pattern, route.spec):
            yield (*at, index), f"CDEvents {route.spec} has no '{pattern}'", "leave it out, or choose another `spec`"


def _relayed(at: Location, route: Route) -> Iterator[Finding]:
    for name in ("relay", "key"):
        if getattr(route, name) and route.format is not Format.LEGACY:
            yield (*at, name), f"'{name}' is about a tool's own words", "it is for a route of format legacy"
    try:
        if route.key:
            _shape(route.key, {}, GIVEN)
    except ValueError as error:
        yield (*at, "key"), str(error), "write what the tool says of the run or change, such as ${build.full_url}"


def _when(at: Location, route: Route) -> Iterator[Finding]:
    known = members(route.spec, route.types) if route.format is not Format.LEGACY else None
    for inner, message, hint in when.findings(route.when, known):
        yield (*at, *inner), message, hint
