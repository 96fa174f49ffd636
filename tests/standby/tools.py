"""Tools of each kind that only one may ask: what a source of theirs is told, and how something happens there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import responses

from tests.sources.gerrit.said import NOW, change_info, uploaded
from tests.sources.gerrit.server import listening as gerrit_listening
from tests.sources.github_deliveries.fake import HOOK
from tests.sources.github_deliveries.fake import listening as github_listening
from tests.sources.jenkins_api.fake import ROOT, FakeJenkins, run
from tests.sources.jenkins_home.homes import Home, build, freestyle
from tests.sources.kubernetes.server import TOKEN
from tests.sources.kubernetes.server import serving as kubernetes_serving
from tests.sources.poll.fake import listening as poll_listening

INSTANCE = "https://tool.example.com/"
SOON = 0.02


class Tool(NamedTuple):
    """`happens` makes the thing of a number happen, and `says` are the bytes by which it is known in what is heard."""

    source: Mapping[str, Any]
    happens: Callable[[int], object]
    says: Callable[[int], bytes]


@contextmanager
def jenkins_home(folder: Path) -> Iterator[Tool]:
    """Files."""
    job = Home(folder / "home").job("shop")
    source = {"type": "jenkins-home", "home": str(folder / "home"), "poll": SOON}
    yield Tool(source, lambda number: build(job, number, freestyle()), lambda number: b"job/shop/%d/" % number)


@contextmanager
def jenkins_api(_folder: Path) -> Iterator[Tool]:
    """A Jenkins behind `requests`."""
    fake = FakeJenkins(jobs={"job/shop/": []})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.GET, re.compile(re.escape(ROOT)), callback=fake.answer)
        source = {"type": "jenkins-api", "url": ROOT, "poll": SOON, "requests_per_second": 1e6}
        yield Tool(
            source,
            lambda number: fake.jobs["job/shop/"].append(run(number)),
            lambda number: b"job/shop/%d/" % number,
        )


@contextmanager
def kubernetes(_folder: Path) -> Iterator[Tool]:
    """An API server with widgets."""
    path = "/apis/example.com/v1/widgets"
    watch = [{"apiVersion": "example.com/v1", "kind": "Widget", "changes": ["spec.size"]}]
    with kubernetes_serving() as api:
        api.put(path, _widget(0))
        source = {"type": "kubernetes", "url": api.url, "token": TOKEN, "watch": watch}
        yield Tool(source, lambda number: api.put(path, _widget(number)), lambda number: b'"size":%d' % number)


@contextmanager
def poll(_folder: Path) -> Iterator[Tool]:
    """A list of builds."""
    with poll_listening() as api:
        builds: list[dict[str, Any]] = []
        api.lists("/builds", builds)
        source = {
            "type": "poll",
            "url": f"{api.url}/builds",
            "every": SOON,
            "requests_per_second": 1e6,
            "since": "beginning",
        }
        yield Tool(
            source,
            lambda number: builds.append({"id": f"build-{number}", "status": "done"}),
            lambda number: b"build-%d" % number,
        )


@contextmanager
def github(_folder: Path) -> Iterator[Tool]:
    """Deliveries that did not arrive."""
    with github_listening() as fake:
        source = {
            "type": "github-deliveries",
            "url": fake.url,
            "hook": HOOK,
            "token": "t",
            "poll": SOON,
            "requests_per_second": 1e6,
        }
        source |= {"since": "2020-01-01T00:00:00Z"}
        yield Tool(
            source,
            lambda number: fake.deliver({"said": f"delivery-{number}"}, int(time.time()) - 100 + number),
            lambda number: b"delivery-%d" % number,
        )


@contextmanager
def objects(folder: Path) -> Iterator[Tool]:
    """Files as a store of objects."""
    bucket = folder / "bucket"
    bucket.mkdir()
    yield Tool(
        {"type": "objects", "urls": [f"file://{bucket}/"], "poll": SOON},
        lambda number: (bucket / f"{number}.json").write_text(f'{{"said": "object-{number}"}}\n'),
        lambda number: b"object-%d" % number,
    )


@contextmanager
def gerrit_api(_folder: Path) -> Iterator[Tool]:
    """Changes of a Gerrit that are new, one after the other."""
    pytest.importorskip("pygerrit2", reason="needs the extra gerrit")
    with gerrit_listening() as http:
        source = {
            "type": "gerrit-api",
            "url": http.url,
            "poll": SOON,
            "requests_per_second": 1e6,
            "since": "2020-01-01T00:00:00Z",
        }
        yield Tool(
            source,
            lambda number: http.changes.append(change_info([uploaded(40 + number, NOW + number)])),
            lambda number: b'"number":%d,' % (40 + number),
        )


TOOLS: Mapping[str, Callable[[Path], AbstractContextManager[Tool]]] = {
    "jenkins-home": jenkins_home,
    "jenkins-api": jenkins_api,
    "kubernetes": kubernetes,
    "objects": objects,
    "poll": poll,
    "gerrit-api": gerrit_api,
    "github-deliveries": github,
}


def _widget(size: int) -> dict[str, Any]:
    return {"metadata": {"name": "shop", "namespace": "prod", "uid": "u-1"}, "spec": {"size": size}}
