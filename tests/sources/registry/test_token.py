"""A registry that wants a token gets one, and nobody else gets the password."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from adapters.sources.registry.answers import ArtifactUnreadable, RegistrySilent
from adapters.sources.registry.api import Registry
from adapters.sources.registry.artifact import Artifact
from adapters.sources.registry.settings import RegistryApi
from adapters.sources.registry.token import challenge

REGISTRY = "https://registry.example.com"
REALM = "https://auth.example.com/token"
SCOPE = "repository:team/app:pull"
MANIFEST = f"{REGISTRY}/v2/team/app/manifests/1.4"
DIGEST = f"sha256:{'1' * 64}"
BASIC = "Basic " + b64encode(b"u:s3cret").decode()


class Clock:
    """Stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


def registry(clock: Clock | None = None, **settings: Any) -> Registry:
    """One that asks as a user, or as nobody."""
    return Registry(RegistryApi.model_validate({"url": REGISTRY} | settings), clock or Clock())


def wants(token: str, realm: str = REALM, url: str = MANIFEST) -> None:
    """The registry answers whoever brings this token, and asks everybody else for one."""
    wanted = f'Bearer realm="{realm}",service="registry.example.com",scope="{SCOPE}"'

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        if request.headers.get("Authorization") == f"Bearer {token}":
            return 200, {"Docker-Content-Digest": DIGEST}, ""
        return 401, {"WWW-Authenticate": wanted}, ""

    responses.add_callback("HEAD", url, answer)


def gives(answer: Any, realm: str = REALM, **given: Any) -> responses.BaseResponse:
    """The realm's answer to what the registry wants."""
    query = matchers.query_param_matcher({"service": "registry.example.com", "scope": SCOPE})
    found: responses.BaseResponse = responses.get(realm, json=answer, match=[query], **given)
    return found


def sent() -> list[str | None]:
    """The credentials of each request, in order."""
    return [call.request.headers.get("Authorization") for call in responses.calls]


@responses.activate
def test_a_user_gets_a_token_for_the_password() -> None:
    """The registry is offered the password first, as some take it; its realm is given it, and the token is used."""
    wants("t0ken")
    gives({"token": "t0ken"})
    assert registry(username="u", password="s3cret").digest(Artifact("team/app", "1.4")) == DIGEST
    assert sent() == [BASIC, BASIC, "Bearer t0ken"]


@responses.activate
def test_nobody_gets_a_token_too() -> None:
    """As on Docker Hub and GitHub, for what is public; no .netrc is asked. OAuth 2 has another name for a token."""
    wants("t0ken")
    gives({"access_token": "t0ken"})
    assert registry().digest(Artifact("team/app", "1.4")) == DIGEST
    assert sent() == [None, None, "Bearer t0ken"]


@responses.activate
@pytest.mark.parametrize(("answer", "lasts"), [({"expires_in": 300}, 300), ({}, 60), ({"expires_in": None}, 60)])
def test_a_token_is_used_until_it_expires(answer: dict[str, Any], lasts: int) -> None:
    """Then another is asked for."""
    clock = Clock()
    wants("t0ken")
    realm = gives({"token": "t0ken"} | answer)
    asked = registry(clock)
    for later in (0, lasts - 1, 1):
        clock.now += later
        assert asked.digest(Artifact("team/app", "1.4")) == DIGEST
    assert realm.call_count == 2
    assert sent()[2:4] == ["Bearer t0ken", "Bearer t0ken"]


@responses.activate
@pytest.mark.parametrize("realm", ["http://elsewhere.example.com/token", "http://registry.example.com/token"])
def test_no_password_is_sent_in_clear_text(realm: str) -> None:
    """It is said what is wrong; nobody at all may ask there for a token."""
    wants("t0ken", realm)
    gives({"token": "t0ken"}, realm)
    with pytest.raises(ArtifactUnreadable, match=f"{realm}, in clear text: let its realm have https"):
        registry(username="u", password="s3cret").digest(Artifact("team/app", "1.4"))
    assert registry().digest(Artifact("team/app", "1.4")) == DIGEST


@responses.activate
@pytest.mark.parametrize("realm", ["http://r.example.com:5000/token", "http://127.0.0.1:9/token", "http://localhost/t"])
def test_a_registry_without_tls_is_its_own_realm(realm: str) -> None:
    """It is sent the password anyway; and so is this machine."""
    url = "http://r.example.com:5000"
    wants("t0ken", realm, f"{url}/v2/team/app/manifests/1.4")
    gives({"token": "t0ken"}, realm)
    assert registry(url=url, username="u", password="s3cret").digest(Artifact("team/app", "1.4")) == DIGEST


@responses.activate
def test_who_an_answer_is_redirected_to_is_no_registry() -> None:
    """Blobs are often elsewhere: whatever that place wants, it gets neither password nor token."""
    blob = f"{REGISTRY}/v2/team/app/blobs/{DIGEST}"
    responses.get(f"{REGISTRY}/v2/team/app/manifests/{DIGEST}", json={"config": {"digest": DIGEST}})
    responses.get(blob, status=307, headers={"Location": "https://files.example.com/v2/x/blobs/y"})
    stranger = {"WWW-Authenticate": 'Bearer realm="https://evil.example.com/token"'}
    responses.get("https://files.example.com/v2/x/blobs/y", status=401, headers=stranger)
    with pytest.raises(ArtifactUnreadable, match="answered 401"):
        list(registry(username="u", password="s3cret").told(Artifact("team/app", DIGEST)))
    assert sent() == [BASIC, BASIC, None]


@responses.activate
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 401}, ArtifactUnreadable),
        ({"status": 404}, ArtifactUnreadable),
        ({"status": 302, "headers": {"Location": "https://evil.example.com/"}}, ArtifactUnreadable),
        ({"status": 503}, RegistrySilent),
        ({"body": "<html>"}, ArtifactUnreadable),
        ({"body": "[]"}, ArtifactUnreadable),
        ({"body": '{"token": "a\\r\\nb"}'}, ArtifactUnreadable),
        ({"body": requests.ConnectionError("refused")}, RegistrySilent),
    ],
    ids=["401", "404", "302", "503", "html", "list", "newline", "refused"],
)
def test_no_token_is_an_error_without_secrets(answer: dict[str, Any], error: type[Exception]) -> None:
    """It says who did not give one."""
    wants("t0ken")
    responses.get(REALM, **answer)
    with pytest.raises(error, match=f"GET {REALM}") as failed:
        registry(username="u", password="s3cret").digest(Artifact("team/app", "1.4"))
    assert "s3cret" not in str(failed.value)


@responses.activate
def test_a_token_that_is_refused_is_not_asked_for_again_at_once() -> None:
    """The user may not read this repository: that is said, and is no loop."""
    wants("another")
    gives({"token": "t0ken"})
    with pytest.raises(ArtifactUnreadable, match="answered 401"):
        registry(username="u", password="s3cret").digest(Artifact("team/app", "1.4"))
    assert len(responses.calls) == 3


@pytest.mark.parametrize(
    "realm", ["token", "file:///etc/passwd", "https://me:pw@auth.example.com/", "https://[", "//x"]
)
@responses.activate
def test_a_realm_has_to_be_a_url(realm: str) -> None:
    """Of the web, and without a user of its own."""
    wants("t0ken", realm)
    with pytest.raises(ArtifactUnreadable, match="no URL to ask at"):
        registry().digest(Artifact("team/app", "1.4"))


@pytest.mark.parametrize(
    ("header", "realm"),
    [
        ('Bearer realm="https://a/t",service="s"', "https://a/t"),
        ('bearer realm=https://a/t, service="s, t"', "https://a/t"),
        ('Basic realm="x", Bearer realm="https://a/t"', "https://a/t"),
        ('Basic realm="x"', None),
        ('Basic realm="Bearer realm=y"', None),
        ("Bearer", None),
        ("", None),
    ],
)
def test_a_challenge_is_read_as_clients_do(header: str, realm: str | None) -> None:
    """Beside others, and with quotes or without (RFC 9110, section 11.6.1)."""
    assert (challenge(header) or {}).get("realm") == realm
