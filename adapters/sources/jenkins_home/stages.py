"""The stages of a Pipeline's build: from the nodes of its flow, or else from its log."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import structlog

from adapters.mapping import xml
from adapters.sources.jenkins_home import console, files, flow, plain, xstream
from adapters.sources.jenkins_home.files import Unreadable, Version
from adapters.sources.jenkins_home.flow import FlowNode, Stage

DIRECTORIES = ("workflow", "workflow-completed")
"""Where the nodes are: one file for each while it runs, all in one file after it in later versions."""

_MOST_LOG = 64 << 20
_TOGETHER = 100
_Nodes = tuple[Version, list[FlowNode]]

_log = structlog.get_logger(__name__)


class Stages:
    """Reads stages, and of a build that goes on only what has come since the last time."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: dict[str, dict[str, _Nodes]] = {}

    def read(self, directory: str, build: Mapping[str, Any]) -> list[Stage]:
        """The stages of the build in a directory, with as much as is known of it otherwise."""
        if not build["running"]:
            return self._ended(directory, build)
        saved = {path: files.version(path) for path in _files(directory)}
        known = {path: nodes for path, nodes in self._known.get(directory, {}).items() if nodes[0] == saved.get(path)}
        contents = {path: self._content(path) for path in saved.keys() - known.keys()}
        if not known and not any(flow.MARK in content for content in contents.values()):
            return []
        nodes = known | {path: (saved[path], self._nodes(path, content)) for path, content in contents.items()}
        self._known[directory] = nodes
        return flow.stages(node for _, some in nodes.values() for node in some)

    def _ended(self, directory: str, build: Mapping[str, Any]) -> list[Stage]:
        """Those of a build that is over: nothing of it is read again, nor what says nothing of stages."""
        if not (paths := _files(directory)):
            return list(_logged(directory, build))
        contents = {path: self._content(path) for path in paths}
        if not any(flow.MARK in content for content in contents.values()):
            return []
        told = flow.telling(contents)
        found = {path: plain.node(content) for path, content in told.items()}
        others = [(path, told[path]) for path, node in found.items() if node is None]
        parts = (others[first : first + _TOGETHER] for first in range(0, len(others), _TOGETHER))
        parsed = (node for part in parts for node in self._all(dict(part)))
        return flow.stages([*filter(None, found.values()), *parsed])

    def forget(self, directory: str) -> None:
        """What was known of a build."""
        self._known.pop(directory, None)

    def _content(self, path: str) -> bytes:
        try:
            return files.read(path, self._limit) or b""
        except Unreadable as error:
            _skipped(path, error)
            return b""

    def _all(self, contents: Mapping[str, bytes]) -> list[FlowNode]:
        if (roots := xstream.roots(contents.values())) is None:
            return [node for path, content in contents.items() for node in self._nodes(path, content)]
        return [node for root in roots for node in flow.nodes(root)]

    def _nodes(self, path: str, content: bytes) -> list[FlowNode]:
        if (node := plain.node(content)) is not None:
            return [node]
        try:
            return list(flow.nodes(xml.root(content))) if content else []
        except ValueError as error:
            _skipped(path, error)
            return []


def _skipped(path: str, error: Exception) -> None:
    _log.warning("nodes of a flow skipped until they change", file=path, reason=str(error))


def _files(directory: str) -> list[str]:
    """The files of nodes."""
    found: list[str] = []
    for name in DIRECTORIES:
        with suppress(OSError), os.scandir(f"{directory}/{name}") as entries:
            found += (entry.path for entry in entries if entry.name.endswith(".xml"))
    return found


def _logged(directory: str, build: Mapping[str, Any]) -> Iterator[Stage]:
    lines = files.lines(f"{directory}/log", longest=console.LONGEST, most=_MOST_LOG)
    return (_from_log(stage, build) for stage in console.stages(lines))


def _from_log(stage: Stage, build: Mapping[str, Any]) -> Stage:
    """A stage with the build's own times where the log has none, and an outcome only where all went well."""
    told = {name: value for name, value in stage.items() if name != "ended"}
    told.setdefault("started", build["started"])
    if stage["ended"]:
        told.setdefault("finished", build["finished"])
    return told | ({"status": "SUCCESS"} if stage["ended"] and build.get("result") == "SUCCESS" else {})
