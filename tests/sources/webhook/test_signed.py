"""What is signed with a time is kept once, and who cannot be told may try again."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from adapters.errors import JournalUnavailable
from adapters.sources.auth import Once, Replays, Unproven
from tests.sources.webhook.conftest import NOW, Kept, Serve

BODY = b'{"url": "job/shop/7/"}'
AUTH = {"hmac": {"scheme": "stripe", "secret": "k"}}


def signed(at: int = 0, body: bytes = BODY) -> dict[str, str]:
    """The headers of a request that was signed so many seconds after NOW."""
    time = str(int((NOW + timedelta(seconds=at)).timestamp()))
    return {"Stripe-Signature": f"t={time},v1={hmac.new(b'k', time.encode() + b'.' + body, 'sha256').hexdigest()}"}


async def test_a_signature_is_good_once(serve: Serve, kept: Kept) -> None:
    """A second request with it is refused and not kept, also with another header; what is signed anew is taken."""
    client = serve(auth=AUTH)
    first = await client.post("/hook", content=BODY, headers=signed())
    again = await client.post("/hook", content=BODY, headers=signed())
    another = await client.post("/hook", content=BODY, headers={**signed(), "x-event": "done"})
    resent = await client.post("/hook", content=BODY, headers=signed(1))
    assert [each.status_code for each in (first, again, another, resent)] == [202, 401, 401, 202]
    assert again.json()["error"] == "this was signed for a request that is here already"
    assert len(kept()) == 2


async def test_what_is_not_kept_may_be_sent_again_as_it_is(serve: Serve) -> None:
    """A journal that is full, or a body that is no JSON, does not use up the signature."""
    full = True

    async def receive(*_notifications: Sequence[Any]) -> None:
        if full:
            raise JournalUnavailable("full")

    client = serve(auth=AUTH, receive=receive)
    assert (await client.post("/hook", content=BODY, headers=signed())).status_code == 503
    full = False
    assert (await client.post("/hook", content=BODY, headers=signed())).status_code == 202
    assert (await client.post("/hook", content=b"{", headers=signed(body=b"{"))).status_code == 400
    assert (await client.post("/hook", content=b"{", headers=signed(body=b"{"))).status_code == 400


async def test_the_answer_says_that_the_clocks_differ(serve: Serve, kept: Kept) -> None:
    """And the signature is never kept."""
    client = serve(auth=AUTH)
    late = await client.post("/hook", content=BODY, headers=signed(-900))
    assert (late.status_code, late.json()["error"]) == (401, "it was signed 900 s ago: are both clocks right?")
    await client.post("/hook", content=BODY, headers=signed())
    assert not any("signature" in name for each in kept() for name in each.headers)


async def test_who_cannot_be_told_now_may_try_again(serve: Serve, kept: Kept) -> None:
    """The key is at an address where nobody answers."""
    client = serve(auth={"rsa": {"key_url": "http://127.0.0.1:9/config"}})
    answer = await client.post("/hook", content=b"payload=1", headers={"Signature": "AAAA"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert not kept()


def test_what_is_too_old_anyway_is_forgotten() -> None:
    """The memory of signatures is bounded by the window."""
    replays = Replays()
    for at in range(1000):
        with replays.first(Once(str(at).encode(), at + 10.0), float(at)):
            pass
    assert len(replays) < 20
    try:
        with replays.first(Once(b"995", 1005.0), 999.0):
            raise AssertionError
    except Unproven:
        pass
