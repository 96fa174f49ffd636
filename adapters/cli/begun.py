"""The text of a first configuration, made of answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import typer


class Answers:
    """What options say; the rest is asked for."""

    def __init__(self, given: Mapping[str, str | None]) -> None:
        self.given = given

    def __call__(self, name: str, question: str, default: str | None = None) -> str:
        """The answer, which may only be empty where that is the default."""
        given = self.given[name]
        return str(typer.prompt(question, default=default)) if given is None else given


class Way(NamedTuple):
    """How a tool is heard: in words, and what its source is beside its instance and mapping."""

    words: str
    mapping: str
    source: Callable[[Answers], dict[str, object]]


def _webhook(path: str) -> Callable[[Answers], dict[str, object]]:
    return lambda _: {"type": "webhook", "path": path}


def _home(answers: Answers) -> dict[str, object]:
    return {"type": "jenkins-home", "home": answers("home", "JENKINS_HOME", "/var/jenkins_home")}


def _api(kind: str, name: str, secret: str) -> Callable[[Answers], dict[str, object]]:
    def source(answers: Answers) -> dict[str, object]:
        if not (user := answers("user", "User (empty: asked as nobody)", "")):
            return {"type": kind}
        file = answers("token_file", "File with the user's token")
        return {"type": kind, name: user, secret: f"${{file:{file}}}"}

    return source


def _stream(answers: Answers) -> dict[str, object]:
    host = urlsplit(answers("instance", "The tool's URL")).hostname or ""
    return {
        "type": "gerrit-stream",
        "host": host,
        "username": answers("user", "User, who may stream events"),
        "key": answers("token_file", "File with the user's SSH key", str(Path.home() / ".ssh" / "id_ed25519")),
        "known_hosts": answers("known_hosts", "known_hosts of OpenSSH", str(Path.home() / ".ssh" / "known_hosts")),
    }


WAYS: Mapping[str, Way] = {
    "jenkins/webhook": Way("its Notification plugin", "jenkins/notification", _webhook("/jenkins")),
    "jenkins/home": Way("its files, on this machine", "jenkins/build", _home),
    "jenkins/api": Way("its REST API", "jenkins/build", _api("jenkins-api", "user", "token")),
    "gerrit/webhook": Way("its webhooks plugin", "gerrit/events", _webhook("/gerrit")),
    "gerrit/stream": Way("stream-events over SSH", "gerrit/events", _stream),
    "gerrit/api": Way("its REST API", "gerrit/events", _api("gerrit-api", "username", "password")),
    "registry/webhook": Way("notifications of CNCF distribution", "registry/distribution", _webhook("/registry")),
    "harbor/webhook": Way("its webhooks", "harbor/webhook", _webhook("/harbor")),
}


def written(answers: Answers) -> str:
    """A configuration: one tool, heard one way, published in both formats."""
    choices = "\n".join(f"  {name:18}{way.words}" for name, way in WAYS.items())
    hear = answers("hear", f"{choices}\nWhat to hear, and how", "jenkins/webhook")
    if (way := WAYS.get(hear)) is None:
        raise typer.BadParameter(f"'{hear}' is not one of {', '.join(WAYS)}", param_hint="--hear")
    tool = hear.partition("/")[0]
    instance = answers("instance", f"URL of {tool.capitalize()}, such as https://{tool}.example.com/")
    source = {
        "instance": instance,
        "mapping": way.mapping,
        **way.source(Answers({**answers.given, "instance": instance})),
    }
    to = answers("to", "Where to publish: an http(s) URL, a folder, or - for stdout", "var/events")
    listen = answers("listen", "Where webhooks, health and metrics are", "127.0.0.1:8080")
    return "\n".join(
        [
            f"# {tool.capitalize()} by {way.words}. Settings: docs/sources-and-sinks.md",
            f"server: {{listen: {json.dumps(listen)}}}",
            "journal: {path: var/journal.db}",
            *_part("sources", {tool: source}),
            *_part("sinks", _sinks(to)),
            *_part("routes", {each: {"format": each, "sink": _name(each, to)} for each in ("legacy", "cdevents")}),
            "",
        ]
    )


def _sinks(to: str) -> dict[str, dict[str, object]]:
    if to == "-":
        return {"out": {"type": "stdout"}}
    if to.startswith(("http://", "https://")):
        return {"out": {"type": "http", "url": to}}
    files = {each: f"{to.rstrip('/')}/{each}.jsonl" for each in ("legacy", "cdevents")}
    return {each: {"type": "file", "path": path, "rotate_size": "64MiB", "keep": 10} for each, path in files.items()}


def _name(route: str, to: str) -> str:
    return "out" if len(_sinks(to)) == 1 else route


def _part(name: str, entries: Mapping[str, Mapping[str, object]]) -> list[str]:
    lines = [f"{name}:"]
    for entry, settings in entries.items():
        lines += [f"  {entry}:", *(f"    {key}: {_written(value)}" for key, value in settings.items())]
    return lines


def _written(value: object) -> str:
    """As YAML; JSON is YAML, too."""
    plain = isinstance(value, str) and value.replace("-", "").replace("/", "").isalnum()
    return str(value) if plain and not str(value).isdigit() else json.dumps(value, ensure_ascii=False)
