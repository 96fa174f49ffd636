"""Objects in a real S3 server, the Versity S3 Gateway, as it is released: listed, replayed, refused."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification
from adapters.objects import Address, Stores, Unusable
from adapters.sources.contract import Context
from adapters.sources.objects.settings import ObjectsSettings
from adapters.sources.objects.source import Objects
from tests.brokers import Server, running
from tests.real.golang import program
from tests.replay.support import builds, plan, replayed, subjects
from tests.service import build, free_port

pytestmark = pytest.mark.real

USER, SECRET = "ci", "a-secret-of-forty-characters-or-about-so"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a bucket, `archive`."""
    gateway = program("github.com/versity/versitygw/cmd/versitygw", "v1.8.0")
    folder = tmp_path_factory.mktemp("s3")
    for name in ("buckets/archive", "attributes"):
        (folder / name).mkdir(parents=True)
    port = free_port()
    command = [
        gateway,
        "--port",
        f"127.0.0.1:{port}",
        "posix",
        "--sidecar",
        f"{folder}/attributes",
        f"{folder}/buckets",
    ]
    environment = {"ROOT_ACCESS_KEY": USER, "ROOT_SECRET_KEY": SECRET}
    with running(Server(port, command, folder, environment)) as started:
        yield started


@pytest.fixture
def options(server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What says where it is and who asks: in the environment, too."""
    said = {
        "access_key_id": USER,
        "secret_access_key": SECRET,
        "endpoint_url": f"http://{server.address}",
        "allow_http": "true",
        "region": "us-east-1",
    }
    for name, value in said.items():
        monkeypatch.setenv(f"AWS_{name.upper()}", value)
    return said


@pytest.fixture
def bucket(options: dict[str, str]) -> S3Store:
    """The bucket, empty."""
    store = S3Store("archive", config=options)  # type: ignore[arg-type]
    for page in obstore.list(store):
        obstore.delete(store, [each["path"] for each in page])
    return store


async def test_an_archive_is_replayed(bucket: S3Store, tmp_path: Path) -> None:
    """By a glob, each object once; a second replay reads what has come."""
    for month in (1, 2):
        body = b"\n".join(map(build, range(50 * month - 50, 50 * month)))
        obstore.put(bucket, f"builds/2026-0{month}/x y+z.jsonl.gz", gzip.compress(body))
    obstore.put(bucket, "other/1.json", build(7))
    what = replace(plan(tmp_path, [], once=True), inputs=["s3://archive/builds/2026-*/*.gz"])
    await replayed(what)
    assert subjects(tmp_path) == builds(100)
    obstore.put(bucket, "builds/2026-00/new.jsonl.gz", gzip.compress(build(100)))
    assert (await replayed(what)).records == 1
    assert (await replayed(what)).over
    assert subjects(tmp_path) == builds(101)


async def test_what_comes_is_heard(bucket: S3Store, options: dict[str, str]) -> None:
    """Each object once, and again when it is another one; credentials are in the settings."""
    said = {"type": "objects", "instance": "https://ci.example.com/", "urls": ["s3://archive/in/"], "options": options}
    context = Context("in", lambda: None, {}, Metrics(), lambda: datetime.now(UTC))
    source, heard = Objects(ObjectsSettings.model_validate(said), context), list[bytes]()

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:  # noqa: ARG001
        heard.extend(each.body for each in notifications)

    for content in (b"1\n2\n", b"3"):
        obstore.put(bucket, "in/a.log", content)
        for _ in range(2):
            await source.poll(receive)
    assert heard == [b"1", b"2", b"3"]


def test_more_than_a_page_is_listed(bucket: S3Store) -> None:
    """S3 gives a thousand at a time."""
    for number in range(1005):
        obstore.put(bucket, f"many/{number:04}.json", b"{}")
    with Stores() as stores:
        found = [each.key for each in stores.listed(Address.of("s3://archive/many/"))]
    assert sorted(found) == [f"many/{number:04}.json" for number in range(1005)]


def test_a_large_object_is_read_from_any_place(bucket: S3Store) -> None:
    """In pieces, as it was listed; one that was written anew is another."""
    obstore.put(bucket, "large", whole := os.urandom(20 << 20))
    with Stores() as stores:
        [found] = stores.listed(Address.of("s3://archive/large"))
        with found.opened() as file:
            assert file.read() == whole
            file.seek(15 << 20)
            assert file.read(10) == whole[15 << 20 :][:10]
        obstore.put(bucket, "large", b"other")
        with found.opened() as file, pytest.raises(OSError, match="it changed after it was listed"):
            file.read(1)
        obstore.delete(bucket, "large")
        with found.opened() as file, pytest.raises(FileNotFoundError, match="not there any more"):
            file.read(1)


@pytest.mark.parametrize(
    ("place", "changed", "message"),
    [
        ("s3://no-such-bucket/x", {}, "there is no such bucket"),
        ("s3://archive/x", {"secret_access_key": "s3cret"}, "the credentials are wrong"),
        ("s3://archive/x", {"access_key_id": "nobody"}, "the credentials are wrong"),
        ("s3://archive/x", {"allow_http": "false"}, "set AWS_ALLOW_HTTP=true"),
        ("s3://archive/x", {"acess_key": "x"}, "acess_key"),
    ],
)
def test_what_is_wrong_is_told_on_one_line(
    options: dict[str, str], place: str, changed: dict[str, str], message: str
) -> None:
    """What to do, and no secret."""
    with Stores(options | changed) as stores, pytest.raises(Unusable, match=message) as raised:
        list(stores.listed(Address.of(place)))
    assert "\n" not in str(raised.value)
    assert SECRET not in str(raised.value)
    assert "s3cret" not in str(raised.value)
