"""A store that is too busy, and one whose connections end: what object_store tries again, and what we do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from adapters.objects import Address, Stores, Unusable

BODY = bytes(range(256)) * 4096
LIST = f"""<?xml version="1.0"?><ListBucketResult><Name>archive</Name><IsTruncated>false</IsTruncated>
<Contents><Key>a.jsonl</Key><LastModified>2026-03-01T12:00:00.000Z</LastModified><ETag>"e1"</ETag><Size>{len(BODY)}</Size>
</Contents></ListBucketResult>""".encode()
AZURE = f"""<?xml version="1.0"?><EnumerationResults><Blobs><Blob><Name>a.jsonl</Name><Properties>
<Last-Modified>Sun, 01 Mar 2026 12:00:00 GMT</Last-Modified><Etag>e1</Etag><Content-Length>{len(BODY)}</Content-Length>
<Content-Type>text/plain</Content-Type></Properties></Blob></Blobs><NextMarker/></EnumerationResults>""".encode()
BUSY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


@dataclass
class Fake:
    """An S3 that answers 503 for a while, and ends connections after so many bytes."""

    url: str = ""
    busy: int = 0
    ends_after: int = len(BODY)
    listing: bytes = LIST
    refusal: tuple[int, str] | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def fake() -> Iterator[Fake]:
    """One that answers."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            place = self.headers.get("range", "")
            fake.asked.append((place, self.headers.get("if-match", "")))
            if fake.busy:
                fake.busy -= 1
                self._answer(503, BUSY, len(BUSY))
            elif "list-type" in self.path:
                self._answer(200, fake.listing, len(fake.listing))
            elif "comp=list" in self.path:
                self._answer(200, AZURE, len(AZURE))
            elif fake.refusal:
                status, code = fake.refusal
                said = f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
                self._answer(status, said, len(said))
            else:
                begin = int(place.removeprefix("bytes=").partition("-")[0] or 0)
                self._answer(206 if place else 200, BODY[begin : begin + fake.ends_after], len(BODY) - begin)

        def _answer(self, status: int, content: bytes, length: int) -> None:
            self.send_response(status)
            self.send_header("content-length", str(length))
            self.send_header("etag", '"e1"')
            self.send_header("last-modified", "Sun, 01 Mar 2026 12:00:00 GMT")
            if status == 206:
                begin = len(BODY) - length
                self.send_header("content-range", f"bytes {begin}-{len(BODY) - 1}/{len(BODY)}")
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = len(content) < length

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


def stores(fake: Fake) -> Stores:
    """Those of a user of it."""
    known = {"access_key_id": "ci", "secret_access_key": "s3cret", "region": "us-east-1"}
    return Stores({**known, "endpoint_url": fake.url, "allow_http": "true"})


def test_a_store_that_is_too_busy_is_asked_again(fake: Fake) -> None:
    """503 SlowDown is what S3 says to who asks too often: nothing is lost by it."""
    fake.busy = 2
    with stores(fake) as opened:
        assert [each.key for each in opened.listed(Address.of("s3://archive/"))] == ["a.jsonl"]
    assert len(fake.asked) == 3


def test_where_a_connection_ends_it_is_read_on(fake: Fake) -> None:
    """Only what is missing is asked for again, and only of the same object."""
    with stores(fake) as opened:
        [found] = opened.listed(Address.of("s3://archive/"))
        fake.ends_after = 300_000
        with found.opened() as file:
            assert file.read() == BODY
    places = [place for place, _ in fake.asked[2:]]
    assert places
    assert all(place.startswith("bytes=") for place in places)
    assert {version for _, version in fake.asked[1:]} == {'"e1"'}


def test_what_azure_lists_is_what_is_asked_for(fake: Fake) -> None:
    """Its lists have ETags without the quotation marks that a condition has (List Blobs, Get Blob in its REST API)."""
    options = {"account_name": "ci", "account_key": "c2VjcmV0", "endpoint": fake.url, "allow_http": "true"}
    with Stores(options) as opened:
        [found] = opened.listed(Address.of("az://archive/"))
        with found.opened() as file:
            assert file.read(3) == BODY[:3]
    assert fake.asked[-1][1] == '"e1"'


@pytest.mark.parametrize("refusal", [(403, "InvalidObjectState"), (409, "BlobArchived")])
def test_an_object_that_has_to_be_restored_is_no_trouble_of_the_store(fake: Fake, refusal: tuple[int, str]) -> None:
    """What S3 says of one in Glacier, and Azure of one in its archive tier, is said of no other: those are read."""
    fake.refusal = refusal
    with stores(fake) as opened:
        [found] = opened.listed(Address.of("s3://archive/"))
        with found.opened() as file, pytest.raises(OSError, match="it has to be restored"):
            file.read()


@pytest.mark.parametrize("key", ["a//b.jsonl", "../a.jsonl", "a&#10;b.jsonl"])
def test_a_key_that_the_library_cannot_read_is_told_on_one_line(fake: Fake, key: str) -> None:
    """With what to do about it."""
    fake.listing = LIST.replace(b"a.jsonl", key.encode())
    with stores(fake) as opened, pytest.raises(Unusable, match="rename it, or name what is beside it") as told:
        list(opened.listed(Address.of("s3://archive/")))
    assert "\n" not in str(told.value)
