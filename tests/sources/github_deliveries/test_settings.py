"""Whom a `github-deliveries` source asks, and as whom."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from adapters.errors import ConfigError
from adapters.sources.github_deliveries.identity import AppToken
from adapters.sources.github_deliveries.settings import App, GithubDeliveriesSettings
from tests.sources.github_deliveries.conftest import Settings, World
from tests.sources.github_deliveries.fake import NOW, FakeGithub
from tests.sources.github_deliveries.test_source import LONG_AGO, run, told

KEY = generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("instance", "url"),
    [
        ("https://github.com/", "https://api.github.com"),
        ("https://github.com/acme", "https://api.github.com"),
        ("https://acme.ghe.com/", "https://api.acme.ghe.com"),
        ("https://git.example.com/", "https://git.example.com/api/v3"),
    ],
)
def test_the_api_follows_from_the_instance(instance: str, url: str) -> None:
    """GitHub's own, that of GitHub with data residence, and that of an Enterprise Server."""
    given = {"type": "github-deliveries", "instance": instance, "hook": "orgs/acme/hooks/1", "token": "t"}
    assert GithubDeliveriesSettings.model_validate(given).api == url


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hook": "app/hook"}, "'app' goes with 'hook: app/hook'"),
        ({"app": {"id": 1, "key": "k"}}, "'app' goes with 'hook: app/hook'"),
        ({"token": None}, "'token' is missing"),
        ({"hook": "https://github.com/acme/till/settings/hooks/1"}, "repos/OWNER/NAME/hooks/ID"),
        ({"hook": "repos/../../hooks/1/x"}, "repos/OWNER/NAME/hooks/ID"),
    ],
)
def test_what_does_not_go_together_is_told(settings: Settings, given: dict[str, object], said: str) -> None:
    """A token for the webhook of a repository or organisation, and the App itself for its own."""
    with pytest.raises(ValidationError, match=said.replace("(", "[(]")):
        settings(**given)


async def test_an_app_asks_as_itself(world: World, github: FakeGithub, settings: Settings) -> None:
    """By a token that it signs for each request, and that holds for some minutes."""
    github.hook = "app/hook"
    github.deliver(run(1), NOW - 20)
    async with world.source(settings(hook="app/hook", token=None, app={"id": 4711, "key": PEM}, since=LONG_AGO)):
        await world.polled()
    assert await told(world) == [1]
    head, claims, signature = github.authorizations[-1].removeprefix("Bearer ").split(".")
    read = [base64.urlsafe_b64decode(part + "==") for part in (head, claims, signature)]
    assert json.loads(read[0]) == {"alg": "RS256", "typ": "JWT"}
    assert json.loads(read[1]) == {"iat": NOW - 60, "exp": NOW + 300, "iss": "4711"}
    KEY.public_key().verify(read[2], f"{head}.{claims}".encode(), PKCS1v15(), SHA256())


@pytest.mark.parametrize("key", ["nothing", PEM.replace("RSA PRIVATE", "PUBLIC")])
def test_a_key_that_is_none_is_told_before_anything_is_asked(key: str) -> None:
    """Without showing it."""
    with pytest.raises(ConfigError, match="is not a private key") as caught:
        AppToken(App.model_validate({"id": "1", "key": key}), lambda: NOW)
    assert key not in str(caught.value)
