"""A sidecar that is told of a registry asks it, before it keeps what it hears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import orjson

from adapters.cdevents.ids import chain_id
from adapters.goldens import sent
from adapters.mapping.library import find
from tests.service import configuration, running
from tests.waiting import until

GERRIT = "https://gerrit.example.com/"
DIGEST = "sha256:a17a90fff05fc87d096310a6cc73f3e1eca0641d4f03b103a2fc2aecd1cd7881"


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """The URL of one whose API is a folder of files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_image_is_in_the_chain_that_its_label_names(tmp_path: Path) -> None:
    """The event of a push has it from the registry, by way of the journal."""
    manifest = tmp_path / "v2" / "team" / "app" / "manifests" / DIGEST
    manifest.parent.mkdir(parents=True)
    labels = {"org.opencontainers.image.source": f"{GERRIT}c/team/app/+/4711"}
    manifest.write_bytes(orjson.dumps({"annotations": labels}))
    (pushed,) = sent(find("registry/distribution").with_name("inputs") / "push-image.json")
    with registry(tmp_path) as url:
        source = {
            "type": "webhook",
            "path": "/registry",
            "instance": "https://registry.example.com/",
            "mapping": "registry/distribution",
            "variables": {"gerrit": GERRIT},
            "registry": {"url": url},
        }
        config = configuration(
            sources={"registry": source},
            sinks={"file": {"type": "file", "path": "cdevents.jsonl"}},
            routes={"cdevents": {"format": "cdevents", "sink": "file"}},
        )
        with running(tmp_path, config) as sidecar:
            assert sidecar.ask("POST", "/registry", pushed.body)[0] == 202
            until(lambda: sidecar.published("cdevents"))
            (published,) = sidecar.published("cdevents")
    assert published["data"]["context"]["chainId"] == chain_id([GERRIT, "team%2Fapp~4711"])
