"""Asks Jenkins: never too often, again after a while where it may help, and never for more than is needed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests
import structlog
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_never,
    wait_exponential_jitter,
)

from adapters.errors import ConfigError, Problem
from adapters.http import Basic, Bounded, bounded, no_answer
from adapters.logs import Outage, Seldom
from adapters.sources.jenkins.keeping import Sleep
from adapters.sources.jenkins.names import build_url
from adapters.sources.jenkins.passed_over import PassedOver
from adapters.sources.jenkins_api import answers, build
from adapters.sources.jenkins_api.answers import Job, Json
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.pace import Pace
from adapters.tls import secure

LARGEST = 16 << 20
"""Bytes of an answer at most: 100,000 jobs have as many."""

_ATTEMPTS = 5
_FAILED = 500
_NOT_THERE = (401, 403, 404)
_WITH_RANGES = (1, 568)

_log = structlog.get_logger(__name__)


class Server(Protocol):
    """What is used of `jenkins.Jenkins`."""

    server: str

    def jenkins_request(self, req: requests.Request, add_crumb: bool = ...) -> requests.Response:
        """The response to a request; raises JenkinsException and requests' exceptions."""


class TryAgain(Exception):
    """Jenkins does not answer as it should; it may later. `failed`: it said that it fails at this very question."""

    def __init__(self, message: str, *, failed: bool = False) -> None:
        super().__init__(message)
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Page:
    """Some builds of a job, newest first, and the number of its newest when they were read."""

    last: int
    builds: Sequence[Json]


def connected(settings: JenkinsApiSettings) -> Server:
    """A client of the Jenkins in the settings, which has not been asked anything yet; raises ConfigError."""
    try:
        import jenkins  # noqa: PLC0415  an extra, only needed by this source
    except ImportError:
        problem = Problem("type: jenkins-api", "needs python-jenkins", "pip install 'cdevents-adapters[jenkins]'")
        raise ConfigError([problem]) from None
    client = jenkins.Jenkins(settings.url or settings.instance, timeout=settings.timeout)
    if settings.user and settings.token:
        client._auths = [("basic", Basic(settings.user, settings.token.get_secret_value))]  # noqa: SLF001 - or it would keep the token
    secure(client._session, settings.tls)  # noqa: SLF001 - it has no other way to be told
    bounded(client._session, Bounded(LARGEST, stays=True))  # noqa: SLF001
    server: Server = client
    return server


class Client:
    """The questions. None is the answer for what is not there, or not for this user to see.

    Those about everything are asked until there is an answer; those about one job raise TryAgain after some attempts.
    `asks` is called before each request.
    """

    def __init__(self, server: Server, pace: Pace, sleep: Sleep, asks: Callable[[], None] = lambda: None) -> None:
        self._server, self._pace, self._sleep, self._asks = server, pace, sleep, asks
        self._seldom, self._outage = Seldom(), Outage()
        self._old: bool | None = None

    async def jobs(self, folders: int, passed_over: PassedOver) -> list[Job]:
        """All jobs that have builds, so many levels of folders down: one request."""
        return list(answers.jobs(await self._required("api/json", answers.jobs_tree(folders)), passed_over))

    async def queue(self) -> dict[int, int]:
        """Since when (ms) each item of the queue has waited, by its number."""
        return answers.queue(await self._required("queue/api/json", "items[id,inQueueSince]"))

    async def page(self, job: str, newest: int, oldest: int) -> Page | None:
        """The builds of a job from one index up to another, counted from its newest; one that is old tells all."""
        name, within = ("builds", "") if await self._is_old(job) else ("allBuilds", f"{{{newest},{oldest}}}")
        answer = await self._asked(f"{job}api/json", f"lastBuild[number],{name}[{build.TREE}]{within}")
        last = (answer or {}).get("lastBuild")
        if not isinstance(last, dict) or (number := answers.whole(last.get("number"))) is None:
            return None
        found = list(answers.objects(answer, name))
        return Page(number, found if within else found[newest:oldest])

    async def _is_old(self, job: str) -> bool:
        """Whether it knows no ranges of builds, as it says by its version, or else by how it takes one of a job."""
        if self._old is None:
            try:
                answer = await self._once(f"{job}api/json", "allBuilds[number]{0,1}")
            except TryAgain:  # Hudson fails, or hangs up
                answer = await self._asked(f"{job}api/json", "name")
            if answer is None:
                return False
            if self._old is None and "allBuilds" not in answer:
                self._old = True
                _log.warning("Jenkins is old: all builds of a job are asked for at once", url=self._server.server)
            self._old = bool(self._old)
        return self._old

    async def build(self, job: str, number: int) -> Json | None:
        """One build."""
        return await self._asked(f"{build_url(job, number)}api/json", build.TREE)

    async def upstream(self, build_url: str) -> str | None:
        """The build that started another, None where nothing or nobody known did."""
        return answers.upstream(await self._asked(f"{build_url}api/json", answers.CAUSES))

    async def describe(self, job: str, number: int) -> Json | None:
        """A Pipeline's build with its stages; None without the plugin pipeline-rest-api, or where that fails."""
        try:
            return await self._asked(f"{build_url(job, number)}wfapi/describe")
        except TryAgain as error:
            if not error.failed:
                raise
            _log.warning("stages skipped", build=build_url(job, number), reason=str(error))
            return None

    async def _required(self, path: str, tree: str) -> Json:
        retrying = AsyncRetrying(stop=stop_never, **self._patience())
        return await retrying(self._found, path, tree)

    async def _found(self, path: str, tree: str) -> Json:
        if (answer := await self._once(path, tree)) is None:
            raise TryAgain("it does not let this user see its jobs; check url, user and token")
        return answer

    async def _asked(self, path: str, tree: str = "") -> Json | None:
        retrying = AsyncRetrying(stop=stop_after_attempt(_ATTEMPTS), reraise=True, **self._patience())
        return await retrying(self._once, path, tree)

    def _patience(self) -> dict[str, Any]:
        return {
            "retry": retry_if_exception_type(TryAgain),
            "wait": wait_exponential_jitter(initial=1, max=120),
            "sleep": self._sleep,
            "before_sleep": self._waits,
        }

    def _waits(self, attempt: RetryCallState) -> None:
        self._outage.begun()
        if self._seldom.allows("trouble"):
            error = attempt.outcome.exception() if attempt.outcome else None
            _log.warning("Jenkins does not answer, trying again", url=self._server.server, reason=str(error))

    async def _once(self, path: str, tree: str) -> Json | None:
        await self._pace()
        self._asks()
        return await asyncio.to_thread(self._request, path, tree)

    def _request(self, path: str, tree: str) -> Json | None:
        request = requests.Request("GET", self._server.server + path, params={"tree": tree} if tree else None)
        try:
            response = self._server.jenkins_request(request, add_crumb=False)
            if _has_ranges(response.headers):
                self._old = False
            answer = response.json()
        except requests.JSONDecodeError:
            raise TryAgain("the answer is not JSON; is this the URL of a Jenkins?") from None
        except Exception as error:  # noqa: BLE001  python-jenkins' own exceptions have no base but Exception
            if _status(error) in _NOT_THERE:
                return None
            raise _trouble(error) from None
        if not isinstance(answer, dict):
            raise TryAgain("the answer is not a JSON object; is this the URL of a Jenkins?")
        return answer


def _has_ranges(headers: Mapping[str, str]) -> bool:
    """Whether an answer is of a Jenkins that has `allBuilds`, which came with 1.568, after ranges."""
    match = re.match(r"(\d{1,5})\.(\d{1,5})", headers.get("X-Jenkins", ""))
    return match is not None and (int(match[1]), int(match[2])) >= _WITH_RANGES


def _trouble(error: Exception) -> TryAgain:
    status = _status(error)
    why = no_answer(error) if isinstance(error, OSError) else type(error).__name__
    what = f"it answers HTTP {status}" if status else f"it cannot be reached ({why})"
    return TryAgain(what, failed=status == _FAILED)


def _status(error: BaseException) -> int | None:
    """The HTTP status behind an exception of python-jenkins, which raises its own while it handles that of requests."""
    for each in (error, error.__context__):
        if isinstance(each, requests.HTTPError) and each.response is not None:
            return each.response.status_code
    return None
