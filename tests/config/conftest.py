"""A configuration that has everything, one that has little, and what is made of others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from adapters import config
from adapters.errors import ConfigError

WHOLE = """\
server: {listen: 127.0.0.1:9999, drain: 5s}
journal: {path: j.db, max_size: 64MiB, keep: 2d}
log: {level: debug, format: json}
sources:
  jenkins:
    type: webhook
    path: /jenkins
    instance: https://jenkins.example.com/
    mapping: jenkins/notification
    variables: {environment: ci}
    auth: {bearer: "${env:TOKEN}"}
    max_body: 1MiB
    on_invalid: park
sinks:
  out: {type: stdout}
routes:
  legacy: {format: legacy, sink: out, encoding: raw, sources: [jenkins]}
  cdevents: {format: cdevents, sink: out, spec: 0.4.1, batch: 10}
"""


SOURCE = """\
sources:
  jenkins: {type: webhook, path: /jenkins, instance: "https://jenkins.example.com/", mapping: jenkins/notification}
"""


Load = Callable[..., config.Config]


Problems = Callable[..., list[str]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a text, with an environment of its own."""

    def load(text: str, **environ: str) -> config.Config:
        (path := tmp_path / "c.yaml").write_text(dedent(text))
        return config.load(path, environ)

    return load


@pytest.fixture
def problems(load: Load, tmp_path: Path) -> Problems:
    """Tells what is wrong with a text, from the file's name on."""

    def problems(text: str, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(text, **environ)
        return [str(each).removeprefix(f"{tmp_path}/") for each in caught.value.problems]

    return problems
