"""The webhook: what is taken, what is refused, and that an acknowledged notification is on disk."""

from __future__ import annotations

import gzip
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import structlog.testing

from adapters.errors import JournalUnavailable
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification
from tests.sources.webhook.conftest import LIMIT, NOW, Kept, Serve, chunks

JSON = {"content-type": "application/json"}


async def test_what_is_acknowledged_is_on_disk(serve: Serve, kept: Kept) -> None:
    """202, and another process reads the very bytes, with the time and the source's name."""
    body = b' {"a":  1.0, "a": "\\u003c"}\r\n'
    answer = await serve().post("/hook", content=body, headers=JSON)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1})
    assert kept() == [Notification("tool", body, NOW, JSON)]


async def test_only_useful_headers_are_kept(serve: Serve, kept: Kept) -> None:
    """The content type, CloudEvents attributes, a trace, and what the mapping reads; never a credential."""
    client = serve(auth={"header": {"name": "Ce-Secret", "value": "s3cret"}})
    useful = {**JSON, "x-event": "done", "ce-type": "a.b", "traceparent": "00-x", "tracestate": "a=1"}
    other = {"ce-secret": "s3cret", "authorization": "Bearer x", "cookie": "c=1", "x-other": "o"}
    assert (await client.post("/hook", content=b"{}", headers={**useful, **other})).status_code == 202
    assert kept()[0].headers == useful


async def test_cloudevents_with_one_body_are_told_apart_by_their_ids(serve: Serve, kept: Kept) -> None:
    """In binary mode the id is a header: two events are two positions, one sent again is one."""
    client = serve()
    for id_ in ("1", "2", "2"):
        await client.post("/hook", content=b"{}", headers={**JSON, "ce-id": id_})
    assert [each.position for each in kept()] == ["1", "2", "2"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_another_method_is_told_which_is_right(serve: Serve, kept: Kept, method: str) -> None:
    """405, with Allow."""
    answer = await serve().request(method, "/hook", content=b"{}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert kept() == []


async def test_options_are_right_too_where_who_sends_may_ask(serve: Serve) -> None:
    """Allow names it where it is answered, and nowhere else."""
    answer = await serve(origins=["*"]).get("/hook")
    assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
async def test_a_byte_order_mark_is_nothing_of_the_json_behind_it(serve: Serve, kept: Kept, coding: str) -> None:
    """As tools on Windows write it; what is kept are the very bytes."""
    body = '{"state": "é"}'.encode(coding)
    assert (await serve().post("/hook", content=body, headers=JSON)).status_code == 202
    assert [each.body for each in kept()] == [body]


@pytest.mark.parametrize(
    "sent", [{"data": {"payload": "{}"}}, {"files": {"payload": b"{}"}}], ids=["form", "multipart"]
)
async def test_who_sends_a_form_where_json_is_read_is_told_what_to_set(
    serve: Serve, kept: Kept, sent: dict[str, Any]
) -> None:
    """In the tool, and not here; JSON that only says that it is a form is JSON."""
    answer = await serve().post("/hook", **sent)
    assert (answer.status_code, kept()) == (400, [])
    assert answer.json()["hint"] == "let the tool send application/json, or set on_invalid: park"
    curl = await serve().post("/hook", content=b"{}", headers={"content-type": "application/x-www-form-urlencoded"})
    assert curl.status_code == 202


@pytest.mark.parametrize("path", ["/", "/hook/x", "/Hook", "/hooks"])
async def test_another_path_tells_nothing(serve: Serve, path: str) -> None:
    """404 does not say which paths there are: a path may be a secret."""
    answer = await serve().post(path, content=b"{}")
    assert (answer.status_code, answer.json()["error"]) == (404, "no webhook here")
    assert "/hook" not in answer.text


AUTHS = [
    ({"bearer": "s3cret"}, {"authorization": "Bearer s3cret"}, "Bearer"),
    ({"basic": {"username": "u", "password": "s3cret"}}, {"authorization": "Basic dTpzM2NyZXQ="}, "Basic"),
    ({"header": {"name": "X-Token", "value": "s3cret"}}, {"x-token": "s3cret"}, None),
]


@pytest.mark.parametrize(("auth", "right", "scheme"), AUTHS)
async def test_a_shared_secret_is_asked_for(
    serve: Serve, kept: Kept, auth: dict[str, Any], right: dict[str, str], scheme: str | None
) -> None:
    """With it 202, without it or with another 401 and, where HTTP has one, a challenge."""
    client = serve(auth=auth)
    assert (await client.post("/hook", content=b"{}", headers=right)).status_code == 202
    for wrong in ({}, {name: value + "x" for name, value in right.items()}):
        answer = await client.post("/hook", content=b"{}", headers=wrong)
        assert answer.status_code == 401
        assert answer.headers.get("www-authenticate", "").partition(" ")[0] == (scheme or "")
        assert "s3cret" not in answer.text
    assert [each.headers for each in kept()] == [{}]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("prefix", ["", "sha256="])
@pytest.mark.parametrize("packed", [False, True])
async def test_a_signature_is_over_the_bytes_as_sent(
    serve: Serve, kept: Kept, algorithm: str, prefix: str, packed: bool
) -> None:
    """Also where these are compressed; one changed byte is 401."""
    client = serve(auth={"hmac": {"header": "X-Sig", "secret": "k", "algorithm": algorithm, "prefix": prefix}})
    body = gzip.compress(b'{"a": 1}') if packed else b'{"a": 1}'
    headers = {"content-encoding": "gzip"} if packed else {}
    headers["x-sig"] = prefix + hmac.new(b"k", body, getattr(hashlib, algorithm)).hexdigest()
    assert (await client.post("/hook", content=body, headers=headers)).status_code == 202
    assert (await client.post("/hook", content=body + b" ", headers=headers)).status_code == 401
    assert [each.body for each in kept()] == [b'{"a": 1}']


async def test_a_body_may_be_as_large_as_the_limit(serve: Serve, kept: Kept) -> None:
    """Exactly the limit is taken, whole."""
    client = serve(mapped=False)
    assert (await client.post("/hook", content=b"x" * LIMIT)).status_code == 202
    assert (await client.post("/hook", content=chunks(LIMIT - 1, 1))).status_code == 202
    assert [len(each.body) for each in kept()] == [LIMIT, LIMIT]


@pytest.mark.parametrize("parts", [[LIMIT + 1], [LIMIT, 1], [1] * (LIMIT + 1)])
async def test_a_larger_one_is_refused(serve: Serve, kept: Kept, parts: list[int]) -> None:
    """413, whether its length is announced or found out."""
    client = serve(mapped=False)
    assert (await client.post("/hook", content=chunks(*parts))).status_code == 413
    assert (await client.post("/hook", content=b" " * sum(parts))).status_code == 413
    assert kept() == []


async def test_a_length_that_is_too_large_is_refused_unread(serve: Serve) -> None:
    """The announcement is enough."""

    async def trap() -> AsyncIterator[bytes]:
        raise AssertionError
        yield b""

    answer = await serve().post("/hook", content=trap(), headers={"content-length": str(LIMIT + 1)})
    assert answer.status_code == 413


async def test_gzip_is_kept_unfolded(serve: Serve, kept: Kept) -> None:
    """A route publishes what the tool said, not how it was packed."""
    body = b'{"a": "' + b"x" * 900 + b'"}'
    headers = {**JSON, "content-encoding": "gzip"}
    assert (await serve().post("/hook", content=gzip.compress(body), headers=headers)).status_code == 202
    assert kept() == [Notification("tool", body, NOW, JSON)]


@pytest.mark.parametrize(
    ("body", "coding", "status"),
    [
        (gzip.compress(b" " * (LIMIT + 1), mtime=0), "gzip", 413),
        (b"{}", "gzip", 400),
        (gzip.compress(b"{}", mtime=0)[:-3], "gzip", 400),
        (b"{}", "br", 415),
        (b"", "", 400),
        (b'{"a": ', "", 400),
        (b"\xff", "", 400),
    ],
)
async def test_what_cannot_be_used_is_refused(serve: Serve, kept: Kept, body: bytes, coding: str, status: int) -> None:
    """A bomb, a torn or unknown coding, an empty or malformed body: the answer says what is wrong and what to do."""
    answer = await serve().post("/hook", content=body, headers={"content-encoding": coding})
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "hint"}
    assert kept() == []


async def test_without_a_mapping_any_bytes_are_a_notification(serve: Serve, kept: Kept) -> None:
    """Nobody says what they should be."""
    assert (await serve(mapped=False).post("/hook", content=b"\xff\x00")).status_code == 202
    assert [each.body for each in kept()] == [b"\xff\x00"]


async def test_a_journal_that_cannot_keep_it_is_503(serve: Serve, kept: Kept) -> None:
    """The tool is asked to come back; the reason, which names a path, is for the log alone, and once a minute."""

    async def full(_: Sequence[Notification], __: Sequence[Checkpoint] = ()) -> None:
        raise JournalUnavailable("journal /srv/journal.db: the disk is full")

    client = serve(receive=full)
    with structlog.testing.capture_logs() as logs:
        answers = [await client.post("/hook", content=b"{}") for _ in range(3)]
    assert [(each.status_code, each.headers["retry-after"]) for each in answers] == [(503, "5")] * 3
    assert "/srv" not in answers[0].text
    assert [each["reason"] for each in logs] == ["journal /srv/journal.db: the disk is full"]
    assert kept() == []


async def test_answers_are_counted(serve: Serve, metrics: Metrics) -> None:
    """By source and status."""
    client = serve()
    for content in (b"{}", b"{}", b"{"):
        await client.post("/hook", content=content)
    counted = {
        status: metrics.registry.get_sample_value(
            "cdevents_adapters_webhook_answers_total", {"source": "tool", "status": status}
        )
        for status in ("202", "400")
    }
    assert counted == {"202": 2.0, "400": 1.0}


FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_a_form_is_kept_as_it_was_signed(serve_form: Serve, kept: Kept) -> None:
    """The signature is of the body as it was sent, and so is what is kept; JSON of the same tool is as welcome."""
    client = serve_form(auth={"hmac": {"header": "X-Sig", "secret": "k"}})
    for body, kind in ((b"payload=%7B%22url%22%3A+%221%22%7D", FORM), (b'{"url": "2"}', JSON)):
        signed = kind | {"x-sig": hmac.new(b"k", body, hashlib.sha256).hexdigest()}
        assert (await client.post("/hook", content=body, headers=signed)).status_code == 202
        assert (kept()[-1].body, kept()[-1].headers) == (body, kind)
    of_what_it_says = {"x-sig": hmac.new(b"k", b'payload={"a": 1}', hashlib.sha256).hexdigest()}
    answer = await client.post("/hook", content=b"payload=%7B%22a%22%3A+1%7D", headers=of_what_it_says)
    assert answer.status_code == 401


async def test_a_form_that_cannot_be_read_is_refused_with_the_reason(serve_form: Serve, kept: Kept) -> None:
    """Whoever set the tool up reads what is expected."""
    answer = await serve_form().post("/hook", content=b"load=%7B%7D", headers=FORM)
    assert (answer.status_code, kept()) == (400, [])
    assert "a form without the field 'payload'" in answer.text
