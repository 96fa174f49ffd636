"""Jenkins, Gerrit, registries and clusters, asked something that changes nothing, as who is configured."""

from __future__ import annotations

import asyncio
import time
from itertools import islice
from typing import Any

import requests

from adapters.errors import AdapterError
from adapters.gerrit import client as gerrit_client
from adapters.http import Basic, Bounded, bounded, no_answer
from adapters.objects import Address, Stores
from adapters.redaction import redaction
from adapters.secrets import Secret
from adapters.sinks.actions.settings import GerritReviewSettings, JenkinsJobSettings
from adapters.sources.gerrit.rest import Rest, whole
from adapters.sources.gerrit_api.settings import GerritApiSettings
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.github_deliveries.api import Api
from adapters.sources.github_deliveries.settings import GithubDeliveriesSettings
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.kubernetes.settings import KubernetesSettings
from adapters.sources.objects.settings import ObjectsSettings
from adapters.sources.poll.client import Client
from adapters.sources.poll.items import listed
from adapters.sources.poll.request import first
from adapters.sources.poll.settings import PollSettings
from adapters.sources.registry.answers import asking, session
from adapters.sources.registry.settings import RegistryApi
from adapters.sources.registry.token import Authentication
from adapters.tls import Tls, secure
from adapters.urls import origin

PATIENCE = 5.0
"""Seconds for each answer."""

_LARGEST = 1 << 20
_NOT_FOUND = 404
_OK = 200


async def jenkins_api(settings: JenkinsApiSettings) -> str:
    """Jenkins shows its jobs to this user."""
    known = (settings.user, settings.token) if settings.user and settings.token else None
    return await asyncio.to_thread(_jenkins, settings.url or settings.instance, known, settings.tls, "")


async def jenkins_job(settings: JenkinsJobSettings) -> str:
    """Jenkins knows this user, and has the job where that is always the same one."""
    job = settings.job or ""
    path = "" if "${" in job else "".join(f"job/{name}/" for name in job.strip("/").split("/") if name)
    return await asyncio.to_thread(
        _jenkins, settings.url, (settings.auth.username, settings.auth.password), settings.tls, path
    )


def _jenkins(url: str, known: tuple[str, Secret] | None, tls: Tls, path: str) -> str:
    with requests.Session() as client:
        secure(client, tls)
        bounded(client, Bounded(_LARGEST, excerpt=True, stays=True))
        try:
            answer = client.get(
                f"{url.rstrip('/')}/{path}api/json",
                params={"tree": "_class"},
                auth=Basic(known[0], known[1].get_secret_value) if known else _nobody,
                timeout=PATIENCE,
                verify=client.verify,
            )
        except OSError as error:
            raise AdapterError(f"Jenkins at {origin(url)}: {no_answer(error)}") from None
    who = known[0] if known else "anybody"
    if path and answer.status_code == _NOT_FOUND:
        raise AdapterError(f"Jenkins has no {path.rstrip('/')}, or does not show it to {who}")
    if answer.status_code != _OK:
        raise AdapterError(f"Jenkins at {origin(url)} answered {answer.status_code} to {who}: compare user and token")
    if "X-Jenkins" not in answer.headers and "X-Hudson" not in answer.headers:
        raise AdapterError(f"what answers at {origin(url)} is not Jenkins: is a login page in between?")
    return f"Jenkins {answer.headers.get('X-Jenkins', '')} answers {who}".replace("  ", " ")


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


async def gerrit_api(settings: GerritApiSettings) -> str:
    """Gerrit knows this user, or answers anybody."""
    return await _gerrit(settings.url or settings.instance, settings.user, settings.tls, settings)


async def github_deliveries(settings: GithubDeliveriesSettings) -> str:
    """GitHub tells this user, or this App, what the webhook delivered."""
    api = Api(settings.model_copy(update={"timeout": PATIENCE}), time.time, lambda: None)
    page = await asyncio.to_thread(next, api.pages(), None)
    return f"GitHub tells of {len(page or ())} deliveries of {settings.hook}"


async def poll(settings: PollSettings) -> str:
    """The API answers the first question with a list."""
    hurried = settings.model_copy(update={"timeout": PATIENCE})
    _, listing = next(settings.listings())
    client = Client(hurried, time.time, lambda: None)
    answer = await asyncio.to_thread(client.get, first(listing, [], listing.url)({}), {})
    items, _ = listed(answer.document, listing) if answer and answer.document is not None else ([], 0)
    return f"the API at {origin(listing.url)} answers with a list of {len(items)}"


async def objects(settings: ObjectsSettings) -> str:
    """Each store lets in who asks, and shows what is there."""
    options = {name: value.get_secret_value() for name, value in settings.options.items()}

    def first() -> list[str]:
        with Stores(options) as stores:
            return [str(each) for url in settings.urls for each in islice(stores.listed(Address.of(url)), 1)]

    found = await asyncio.to_thread(first)
    return f"the store shows {found[0]}" if found else "the store answers, and has no such object yet"


async def gerrit_review(settings: GerritReviewSettings) -> str:
    """Gerrit knows this user."""
    return await _gerrit(settings.url, (settings.auth.username, settings.auth.password), settings.tls, settings)


async def _gerrit(url: str, user: tuple[str, Secret] | Secret | None, tls: Tls, settings: Any) -> str:
    rest = Rest(gerrit_client(url, user, tls, PATIENCE, whole()), redaction(settings))
    version = await asyncio.to_thread(rest.json, "config/server/version", [])
    if user:
        await asyncio.to_thread(rest.json, "accounts/self", [])
    return f"Gerrit {version} answers {'this user' if user else 'anybody'}"


async def gerrit_stream(settings: GerritStreamSettings) -> str:
    """Gerrit lets this key in over SSH, and its REST API answers where gaps are filled by that."""
    import asyncssh  # noqa: PLC0415 - only who uses this source needs it

    from adapters.sources.gerrit_stream.stream import connection, sentence  # noqa: PLC0415 - as above

    hurried = settings.model_copy(update={"timeout": min(settings.timeout, PATIENCE)})
    try:
        async with connection(hurried) as ssh:
            said = await ssh.run("gerrit version", check=False)
    except (OSError, asyncssh.Error, ValueError) as error:
        raise AdapterError(sentence(error, hurried)) from None
    if said.exit_status:
        raise AdapterError(f"{settings.host}: gerrit version ended with {said.exit_status}: {said.stderr!s:.200}")
    over_http = settings.http
    if settings.backfill != "none":
        user = (over_http.username, over_http.password) if over_http.username and over_http.password else None
        await _gerrit(over_http.url or settings.instance, user, Tls(ca=over_http.ca), settings)
    return f"Gerrit lets {settings.username} in ({str(said.stdout).strip()})"


async def registry(settings: RegistryApi) -> str:
    """The registry knows this user, or answers anybody (distribution-spec, end-1)."""
    return await asyncio.to_thread(_registry, settings)


def _registry(settings: RegistryApi) -> str:
    url, who = f"{settings.url.rstrip('/')}/v2/", settings.username or "anybody"
    with asking(f"GET {url}"), session() as client:
        client.verify = str(settings.ca) if settings.ca else True
        client.auth = Authentication(settings, time.monotonic)
        answer = client.get(url, timeout=settings.timeout, allow_redirects=False)
    if answer.status_code != _OK:
        raise AdapterError(f"the registry at {origin(url)} answered {answer.status_code} to {who}")
    return f"the registry at {origin(url)} answers {who}"


async def kubernetes(settings: KubernetesSettings) -> str:
    """The cluster's API server knows this account."""
    from adapters.sources.kubernetes.access import access  # noqa: PLC0415 - only who uses this source needs it
    from adapters.sources.kubernetes.api import Api  # noqa: PLC0415 - as above

    found = await asyncio.to_thread(Api(access(settings), PATIENCE).get, "/version")
    return f"Kubernetes {found.get('gitVersion', '')} answers"
