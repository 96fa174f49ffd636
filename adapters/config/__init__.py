"""The configuration of a sidecar: what it may hold, and reading it with every problem found.

The models are the reference: `load` and the JSON Schema that editors use both follow from them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from adapters import yamlfile
from adapters.config.checks import findings
from adapters.config.environment import overridden
from adapters.config.models import Config, Route, Shadow, candidate
from adapters.config.references import misspelt
from adapters.config.schema import schema
from adapters.errors import ConfigError, Problem, Together
from adapters.secrets import resolve
from adapters.yamlfile import Location, YamlFile

__all__ = ["Config", "Route", "Shadow", "candidate", "load", "schema"]


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in a file, with what the environment says instead.

    Raises ConfigError with every problem, each at its `file:line:column`, or at its variable.
    """
    raw, astray = overridden(yamlfile.load(path), environ)
    mistaken = list(misspelt(raw))
    resolved = resolve(raw, environ)
    file, together, config = resolved.file, Together(), None
    with together:
        config = file.validate(Config, context=resolved.secrets)
    if config is not None:
        config.written(file)
        together.problems += [config.problem(*finding) for finding in findings(config)]
    unknown = _around(file, [at for at, _ in resolved.problems] + [at for at, _ in mistaken])
    problems = astray + [problem for _, problem in (*mistaken, *resolved.problems)]
    why = {file.where(at): reason for at, reason in resolved.empty.items()}
    problems += [_because(each, why.get(each.where)) for each in together.problems if each.where not in unknown]
    if problems or config is None:
        raise ConfigError(list(dict.fromkeys(problems)))
    return config


def _because(problem: Problem, reason: str | None) -> Problem:
    """A problem with the reason for which there is nothing at its place, where it is known."""
    return replace(problem, hint="; ".join(filter(None, (reason, problem.hint)))) if reason else problem


def _around(file: YamlFile, places: Collection[Location]) -> Collection[str]:
    """Places and the parts that they are in, such as one sink: what is said of those would not last."""
    return {file.where(place[:end]) for place in places for end in range(2, len(place) + 1)}
