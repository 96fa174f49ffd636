"""An API server for tests: a real HTTP server on this machine, with lists, watches and a history of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

Json = dict[str, Any]

TOKEN = "let-me-in"
CORE = {"services": "Service", "namespaces": "Namespace", "secrets": "Secret", "configmaps": "ConfigMap", "pods": "Pod"}
GROUPS = {
    "/api/v1": [(name, kind, name != "namespaces") for name, kind in CORE.items()],
    "/apis/example.com/v1": [("widgets", "Widget", True), ("widgets/status", "Widget", True)],
    "/apis/argoproj.io/v1alpha1": [("rollouts", "Rollout", True)],
    "/apis/apps/v1": [
        ("deployments", "Deployment", True),
        ("statefulsets", "StatefulSet", True),
        ("daemonsets", "DaemonSet", True),
        ("replicasets", "ReplicaSet", True),
        ("controllerrevisions", "ControllerRevision", True),
    ],
}
"""What it serves, by the path of a version of a group: plural, kind and whether it is in namespaces."""


@dataclass
class ApiServer:
    """Objects by list and uid. `oldest` is the version from which its history goes on; `refusals` are answered first.

    `asked` are the paths and queries of all requests. A watch ends when `cut` is called, as if its connection broke.
    """

    url: str = ""
    version: int = 100
    oldest: int = 0
    objects: dict[str, dict[str, Json]] = field(default_factory=dict)
    history: list[tuple[int, str, Json]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    expired_pages: int = 0
    forbidden: set[str] = field(default_factory=set)
    largest_page: int = 1000
    cuts: int = 0
    stopped: bool = False
    news: Condition = field(default_factory=Condition)

    def put(self, path: str, found: Json) -> Json:
        """Adds an object to a list, or changes it; its metadata wants a uid."""
        kind = "MODIFIED" if found["metadata"]["uid"] in self.objects.get(path, {}) else "ADDED"
        return self._happened(path, kind, found)

    def delete(self, path: str, uid: str) -> None:
        """An object goes."""
        self._happened(path, "DELETED", self.objects[path][uid])

    def bookmark(self, path: str) -> None:
        """Something happened that is not in this list, and its watches are told how far it is."""
        self._happened(path, "BOOKMARK", {"metadata": {"uid": ""}})

    def forget(self) -> None:
        """All history is compacted."""
        self.oldest = self.version

    def cut(self) -> None:
        """Each watch loses its connection."""
        with self.news:
            self.cuts += 1
            self.news.notify_all()

    def stop(self) -> None:
        """Ends all watches for good."""
        self.stopped = True
        self.cut()

    def _happened(self, path: str, kind: str, found: Json) -> Json:
        with self.news:
            self.version += 1
            metadata = {**found["metadata"], "resourceVersion": str(self.version)}
            now = {**found, "metadata": metadata}
            of_list = self.objects.setdefault(path, {})
            if kind == "DELETED":
                del of_list[metadata["uid"]]
            elif kind != "BOOKMARK":
                of_list[metadata["uid"]] = now
            self.history.append((self.version, path, {"type": kind, "object": now}))
            self.news.notify_all()
        return now

    def listed(self, path: str, query: dict[str, str]) -> Json:
        """A page of a list, in the order of uids."""
        found = sorted(self._within(path).items())
        begin, size = int(query.get("continue", 0)), min(int(query.get("limit", 1000)), self.largest_page)
        more = {"continue": str(begin + size)} if begin + size < len(found) else {}
        items = [each for _, each in found[begin : begin + size] if _selected(each, query.get("labelSelector", ""))]
        return {"kind": "List", "metadata": {"resourceVersion": str(self.version), **more}, "items": items}

    def _within(self, path: str) -> dict[str, Json]:
        """The objects at a path, which are those of all namespaces if it names none."""
        if path in self.objects:
            return self.objects[path]
        inside = [each for each in self.objects if covers(path, each)]
        return {uid: each for name in inside for uid, each in self.objects[name].items()}

    def serves(self, path: str) -> bool:
        """Whether a list is of a kind that there is."""
        return any(
            path.startswith(f"{root}/") and path.endswith(f"/{plural}")
            for root, kinds in GROUPS.items()
            for plural, _, _ in kinds
        )


def covers(path: str, at: str) -> bool:
    """Whether a list has what is at a path: its own, or that of a namespace, if it names none."""
    root, _, plural = path.rpartition("/")
    return at == path or (at.startswith(f"{root}/namespaces/") and at.endswith(f"/{plural}"))


def _selected(found: Json, selector: str) -> bool:
    labels = (found.get("metadata") or {}).get("labels", {})
    return all(
        labels.get(name) == value for name, _, value in (each.partition("=") for each in selector.split(",") if each)
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: ApiServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.api.asked.append((parts.path, query))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._say(401, {"message": "Unauthorized"})
        elif self.api.refusals:
            self._say(self.api.refusals.pop(0), {"message": "not now"})
        elif parts.path in GROUPS:
            kinds = [{"name": name, "kind": kind, "namespaced": inside} for name, kind, inside in GROUPS[parts.path]]
            self._say(200, {"resources": kinds})
        elif not self.api.serves(parts.path):
            self._say(404, {"message": "the server could not find the requested resource"})
        elif parts.path.rpartition("/")[2] in self.api.forbidden:
            self._say(403, {"message": "forbidden"})
        elif "continue" in query and self.api.expired_pages:
            self.api.expired_pages -= 1
            self._say(410, {"message": "The provided continue parameter is too old"})
        elif "watch" in query:
            self._watch(parts.path, query)
        else:
            self._say(200, self.api.listed(parts.path, query))

    def _say(self, status: int, document: Json) -> None:
        body = orjson.dumps(document)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _watch(self, path: str, query: dict[str, str]) -> None:
        since, cuts = int(query["resourceVersion"]), self.api.cuts
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        if since < self.api.oldest:
            self._chunk({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}})
            return
        while True:
            with self.api.news:
                while self.api.version <= since and self.api.cuts == cuts:
                    self.api.news.wait(timeout=30)
                events = [event for version, at, event in self.api.history if version > since and covers(path, at)]
                since = self.api.version
            for event in events:
                self._chunk(event)
            if self.api.cuts > cuts:
                return

    def _chunk(self, event: Json) -> None:
        line = orjson.dumps(event) + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[ApiServer]:
    """One that is up until the end of the block."""
    api = ApiServer()
    handler = type("Handler", (_Handler,), {"api": api})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            api.stop()
            server.shutdown()
            thread.join()
