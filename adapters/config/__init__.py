"""The configuration of a sidecar: what it may hold, and reading it with every problem found.

The models are the reference: `load` and the JSON Schema that editors use both follow from them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from adapters import yamlfile
from adapters.config.checks import findings
from adapters.config.models import Config, Route, Shadow, candidate
from adapters.config.schema import schema
from adapters.errors import ConfigError
from adapters.secrets import resolve

__all__ = ["Config", "Route", "Shadow", "candidate", "load", "schema"]


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration in a file; raises ConfigError with every problem, each at its `file:line:column`."""
    file, problems = resolve(yamlfile.load(path), environ)
    try:
        config = file.validate(Config)
        problems += [file.problem(*finding) for finding in findings(config)]
    except ConfigError as error:
        known = {problem.where for problem in problems}
        problems += [problem for problem in error.problems if problem.where not in known]
    if problems:
        raise ConfigError(problems)
    return config
