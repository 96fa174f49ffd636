"""An event says a piece of the way to where an action goes, and never leads it elsewhere."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.errors import PermanentError
from adapters.sinks.actions import place
from tests.receiver import receiving
from tests.sinks.actions.support import call, job, message, review

UP = [
    "..",
    ".",
    "%2e%2e",
    "%2E.",
    "%252e%252e",
    "..;x=1",
    "../..",
    "..\\..",
    "..%2f..",
    "a/../../b",
    "a%5c..%5cb",
    " .. ",
]
HOST = "https://deploy.example.com"
ODD = st.text(alphabet=st.sampled_from("ab./\\%25eEfFc;?#&=@: \t\n\r\0\x7f~é")) | st.text()


def made(make: place.Place, value: object) -> str:
    """What an event with this value makes of a template of `x`."""
    return make({"x": value})


@pytest.mark.parametrize(
    "url",
    [
        "${x}",
        "${x}/hook",
        "https://${x}/hook",
        "https://deploy${x}/hook",
        "https://deploy.example.com${x}",
        "https://deploy.example.com:${x}/hook",
        "https://me:pw@deploy.example.com/hook",
        "https:///${x}",
        "ftp://deploy.example.com/${x}",
        "//deploy.example.com/${x}",
        "https://deploy.example.com\\${x}/hook",
        "https://deploy.example.com/a/../${x}",
        "https://deploy.example.com/%2e%2e/${x}",
        "https://deploy.example.com/${x}/./end",
    ],
)
def test_a_url_that_lets_an_event_choose_the_host_does_not_load(tmp_path: Path, url: str) -> None:
    """Scheme, host and port are written out, and nothing in the path goes up by itself."""
    with pytest.raises(ValidationError, match=r"expected a URL|a path cannot have") as raised:
        call(tmp_path, url=url)
    assert "pw@" not in str(raised.value)


@pytest.mark.parametrize("value", [*UP, "", "a/b", "a?b", "a#b", "a\nb", "a\0b"])
def test_one_name_of_a_path_is_one(value: str) -> None:
    """What would be several, none, or end the path, is refused."""
    with pytest.raises(PermanentError, match="lead to another place"):
        made(place.url(f"{HOST}/hook/${{x}}/end", {}), value)


@pytest.mark.parametrize("value", UP)
def test_what_goes_up_is_refused_though_it_is_encoded(value: str) -> None:
    """Each server on the way may decode it once."""
    with pytest.raises(PermanentError, match="lead to another place"):
        made(place.url(f"{HOST}/hook/${{x | url_encode}}/end", {}), value)


@pytest.mark.parametrize("value", ["job/shop/1/", "a..b", "...", "v1.2", "100%", "a b", "é", 7, True, "x?y#z&"])
def test_what_is_encoded_may_be_anything_else(value: object) -> None:
    """It is one name, whatever is in it."""
    url = made(place.url(f"{HOST}/hook/${{x | string | url_encode}}/end", {}), value)
    assert len(urlsplit(url).path.split("/")) == 4


def test_a_query_has_the_parameters_that_it_has() -> None:
    """A value may be empty, have dots and be long; it adds no other."""
    make = place.url(f"{HOST}/hook?to=${{x}}&secret=1", {})
    assert made(make, "../a b") == f"{HOST}/hook?to=../a b&secret=1"
    assert made(make, "") == f"{HOST}/hook?to=&secret=1"
    for value in ("a&admin=1", "a#", "a\nb"):
        with pytest.raises(PermanentError):
            made(make, value)


@given(ODD, ODD)
@example("..", "x")
@example("@evil", ".evil.example")
def test_no_event_leads_elsewhere(first: str, second: str) -> None:
    """However a server reads the URL, it is of this host, and what is written around the values is there."""
    for filters in ("", " | url_encode"):
        make = place.url(f"{HOST}/hook/${{x{filters}}}/mid-${{y{filters}}}/end?q=${{x{filters}}}", {})
        with suppress(PermanentError):
            url = str(requests.Request("POST", make({"x": first, "y": second})).prepare().url)
            assert urlsplit(url)[:2] == urlsplit(HOST)[:2]
            path = urlsplit(url).path
            for _ in range(6):
                assert posixpath.normpath(path.replace("\\", "/")).startswith("/hook/")
                assert posixpath.normpath(path.replace("\\", "/")).endswith("/end")
                path = unquote(path)


@pytest.mark.parametrize("value", [*UP, "", "a\nb"])
async def test_no_event_leads_a_job_or_a_review_elsewhere(tmp_path: Path, value: str) -> None:
    """Nobody is asked for anything."""
    with receiving() as server:
        url = server.url.partition("/events")[0]
        for sink in (
            job(tmp_path, url=url, job="team/${subject.content.x}"),
            job(tmp_path, url=url, job="${subject.content.x}"),
            review(tmp_path, url=url, change="${subject.content.x}"),
            review(tmp_path, url=url, revision="${subject.content.x}"),
        ):
            with pytest.raises(PermanentError, match="lead to another place"):
                await sink.publish([message(x=value)])
        assert server.requests == []


def test_a_job_is_below_its_folder() -> None:
    """What an event says is one name, unless it is all that there is."""
    assert made(place.names("team/${x}", {}), "feature%2Fx") == "team/feature%2Fx"
    assert made(place.names("${x}", {}), "team/deploy") == "team/deploy"
    with pytest.raises(PermanentError):
        made(place.names("team/${x}", {}), "a/b")
