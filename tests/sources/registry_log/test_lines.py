"""Which tag a line of a registry's log is about, and that nobody can make it another one."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import mapping
from adapters.model import Notification
from adapters.sources.registry_log.lines import tag
from tests.enveloped import ENVELOPES, enveloped

AT = datetime(2026, 3, 1, 12, 0, 0, 513760, UTC)
SECOND = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)

JSON = (
    '{"go.version":"go1.19.8","http.request.contenttype":"text/x","http.request.host":"r:5000","http.request.id":"1",'
    '"http.request.method":"PUT","http.request.remoteaddr":"192.0.2.1:5","http.request.uri":"URI",'
    '"http.request.useragent":"AGENT","http.response.duration":"6ms","http.response.status":201,'
    '"http.response.written":0,"level":"info","msg":"response completed","time":"2026-03-01T12:00:00.513760656Z"}'
)
TEXT = (
    'time="2026-03-01T12:00:00.513760656Z" level=info msg="response completed" go.version=go1.19.8 '
    'http.request.contenttype=text/x http.request.host="r:5000" http.request.id=1 http.request.method=PUT '
    'http.request.remoteaddr="192.0.2.1:5" http.request.uri=URI http.request.useragent="AGENT" '
    "http.response.duration=6ms http.response.status=201 http.response.written=0"
)
ACCESS = '192.0.2.1 - - [01/Mar/2026:13:00:00 +0100] "PUT URI HTTP/1.1" 201 0 "" "AGENT"'
FORMS = {"json": JSON, "text": TEXT, "access": ACCESS}


def line(form: str, uri: str = "/v2/team/my-app/manifests/v1.0_x", agent: str = "docker/24 go") -> str:
    """A line of a log in one of its forms."""
    return FORMS[form].replace("URI", uri).replace("AGENT", agent)


@pytest.mark.parametrize(("form", "at"), [("json", AT), ("text", AT), ("access", SECOND)])
def test_each_form_names_its_tag_and_time(form: str, at: datetime) -> None:
    """An access log knows but the second in which a request began, of which the end counts."""
    assert tag(line(form).encode()) == ("team/my-app", "v1.0_x", at, form == "access")


@pytest.mark.parametrize("form", FORMS)
def test_a_query_is_no_part_of_the_tag(form: str) -> None:
    """Mirrors say for whom they ask."""
    found = tag(line(form, "/v2/team/app/manifests/1.0?ns=docker.io").encode())
    assert found
    assert found.name == "1.0"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("201", "401"),
        ("PUT", "HEAD"),
        ("PUT", "DELETE"),
        ("/manifests/", "/blobs/"),
        ("v1.0_x", f"sha256:{'a' * 64}"),
        ("2026", "20x6"),
        ("-03-01T12:00:00.513760656Z", "-03-01T12:00:00.513760656"),
        ("2026-03-01T12:00:00.513760656Z", "0001-01-01T00:00:00+02:00"),
        ("01/Mar/2026:13:00:00 +0100", "31/Dec/9999:23:59:59 +0000"),
        ("team/my-app", "team/../../../etc"),
        ("team/my-app", "../secrets"),
        ("team/my-app", "/etc"),
        ("v1.0_x", ".."),
        ("v1.0_x", "v1%2F..%2F"),
    ],
)
def test_nothing_else_is_looked_up(form: str, said: str, instead: str) -> None:
    """Neither what failed or needs no answer, nor a path that would lead out of its folder."""
    assert said not in line(form) or tag(line(form).replace(said, instead).encode()) is None


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "agent",
    [
        r"\" http.request.method=PUT http.request.uri=/v2/evil/manifests/x http.response.status=201 \"",
        r"\",\"http.request.method\":\"PUT\",\"http.request.uri\":\"/v2/evil/manifests/x\",\"",
        r"\" http.request.id=1 http.request.method=PUT http.request.remoteaddr=a http.request.uri=/v2/evil/manifests/x",
        "http.request.uri=/v2/evil/manifests/x http.response.status=201",
    ],
)
def test_what_a_client_calls_itself_is_no_request(form: str, agent: str) -> None:
    """Neither the lookup nor the mapping take for a push what somebody wrote into a header."""
    said = line(form, "/v2/team/app/manifests/1.0", agent)
    found = tag(said.encode())
    assert (found and found.repository) == "team/app"
    translator = mapping.load(
        "registry/log", instance="https://registry.example.com/", variables={"access_log": form == "access"}
    )
    [event] = translator.translate(Notification("r", said.encode(), AT)).events
    assert event.subject_id == "team/app:1.0"


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_made_to_take_long_does_not(form: str) -> None:
    """A client may send a megabyte of almost what is looked for."""
    said = line(form, agent="http.request.method=PUT http.request.uri=/v2/a/manifests/b " * 15_000)
    began = time.process_time()
    assert tag(said.replace("201", "401").encode()) is None
    assert time.process_time() - began < 5


@given(st.binary())
def test_any_bytes_are_a_line(noise: bytes) -> None:
    """What is no line of a registry is about no tag."""
    assert tag(b"/manifests/" + noise) is None


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("form", FORMS)
def test_an_envelope_hides_no_tag(form: str, envelope: str) -> None:
    """As a container's log or a host's journal has the line, in pieces too."""
    assert tag(enveloped(envelope, line(form).encode())) == tag(line(form).encode()) is not None
