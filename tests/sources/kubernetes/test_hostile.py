"""An API server that answers as none should: it is not waited for, costs little, and is told of."""

from __future__ import annotations

import asyncio
import ssl
import time
import tracemalloc
from typing import Any, cast

import pytest

from adapters.sources.kubernetes.access import Access
from adapters.sources.kubernetes.api import LARGEST, PAGE, Api, ApiSilent
from adapters.sources.kubernetes.following import BREATH, Following
from tests import hostile
from tests.sources.kubernetes.server import TOKEN, ApiServer

PODS = "/api/v1/pods"

ANSWERS = [
    hostile.gigabyte,
    hostile.chunks,
    hostile.bomb,
    hostile.bomb_in_a_bomb,
    hostile.values,
    hostile.deep,
    hostile.trickle,
    hostile.trickling_head,
    hostile.continues,
    hostile.headers,
    hostile.one_header,
]


def asking(url: str) -> Api:
    """A client with little patience."""
    return Api(Access(url, lambda: TOKEN, ssl.create_default_context), timeout=1.0)


@pytest.mark.parametrize("say", ANSWERS)
def test_an_answer_costs_little_memory_and_time(say: hostile.Say) -> None:
    """Whatever is in it, and however slowly it comes."""
    with hostile.answering(say) as url:
        tracemalloc.start()
        began = time.monotonic()
        try:
            with pytest.raises(ApiSilent):
                asking(url).get(PODS)
            assert tracemalloc.get_traced_memory()[1] < 5 * LARGEST
        finally:
            tracemalloc.stop()
    assert time.monotonic() - began < 30


def test_an_event_without_an_end_ends() -> None:
    """Before it is large, and without reading again and again what has come."""
    with hostile.answering(hostile.chunks) as url:
        watch = asking(url).watch(PODS, "1")
        with pytest.raises(ApiSilent, match="an event has more than"):
            list(iter(watch.read, None))
        watch.close()


def test_of_large_objects_fewer_are_asked_for(api: ApiServer) -> None:
    """A page that is too large is one of honest objects, too."""
    for number in range(40):
        about = {"uid": f"u{number}", "name": f"n{number}", "namespace": "shop"}
        api.put("/api/v1/namespaces/shop/secrets", {"metadata": about, "data": {"release": "x" * (1 << 20)}})
    found = [each["metadata"]["uid"] for page in asking(api.url).pages("/api/v1/secrets") for each in page.objects]
    assert sorted(found) == sorted(f"u{number}" for number in range(40))
    assert {int(query["limit"]) for _, query in api.asked} > {PAGE}


class Nothing:
    """A follower that forgets what it is told, but for its position."""

    position: str | None = None

    def begin(self) -> None:
        """Nothing."""

    async def listed(self, _objects: Any) -> None:
        """Nothing."""

    async def complete(self, version: str) -> None:
        """The position."""
        self.position = version

    async def changed(self, _changes: Any, version: str) -> None:
        """The position."""
        self.position = version

    async def forget(self) -> None:
        """No position."""
        self.position = ""


async def test_a_position_that_is_always_expired_is_asked_for_with_pauses(api: ApiServer) -> None:
    """Nobody lists a cluster again and again without taking breath."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    api.oldest = 10**9
    following = Following("k", asking(api.url), PODS, {}, sleep)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(following.run(cast("Any", Nothing())), 30)
    assert pauses == [BREATH] * 3
    assert len(api.asked) == 6
