"""HTTP POSTs from a tool: answered 2xx only once what they carry is on disk.

The answer is 202: Gerrit's webhooks plugin takes 200, 201, 202 and 204 for success and sends anything else again
(its `HttpResponseHandler`); distribution is content with any 2xx (its `notifications/http.go`).
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Annotated, Literal

import structlog

from adapters import answers
from adapters.answers import WHOLE, Answer, Refusal, Route, Scope, Send, json_answer
from adapters.cdevents.heard import cdevents
from adapters.cdevents.tracing import HEADERS
from adapters.errors import JournalUnavailable
from adapters.logs import Seldom
from adapters.model import LARGE, STUB, TRUNCATED, Notification, Receive
from adapters.secrets import Following
from adapters.settings import Duration, Expected, Field, Size
from adapters.sources import body
from adapters.sources.auth import AuthOrNone, Guard, Headers, Once, Replays, Undecided, Unproven, guard
from adapters.sources.body import Body
from adapters.sources.contract import CDEventsOrToolSettings, Context
from adapters.sources.handshake import granted

_DRAIN = 10
"""A body of more than this many times the limit is not even read to its end."""

_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_ACCEPTED = json_answer(202, {"accepted": 1})

_log = structlog.get_logger(__name__)


Origin = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9.-]+(:[0-9]+)?|[*])$"), Expected("a host, such as eventgrid.azure.net, or *")
]
"""A sender of CloudEvents as it calls itself, the name of a host; `*` is anybody."""


class WebhookSettings(CDEventsOrToolSettings):
    """A path of the shared HTTP server.

    `max_body` holds for the body as sent and for what it unfolds to; `timeout` is for sending all of it.
    `on_invalid: park` also takes what is too large (a stub of it) or cannot be parsed, and leaves it to the routes
    to put it aside: for tools that send a refused notification for ever, before all others. What is LARGE is always
    left to them, for to parse it takes longer than others should wait.
    `origins` are the senders of CloudEvents that may send when they ask (`handshake`).
    """

    type: Literal["webhook"]
    path: Annotated[
        str,
        Field(pattern=r"^/[A-Za-z0-9._~!$&'()*+,;=:@/-]*$"),
        Expected("a path that begins with /, such as /jenkins"),
    ]
    auth: AuthOrNone | None = None
    max_body: Annotated[Size, Field(gt=0)] = 10 << 20
    timeout: Annotated[Duration, Field(gt=0)] = 30.0
    on_invalid: Literal["reject", "park"] = "reject"
    origins: list[Origin] = []


@dataclass(frozen=True, slots=True)
class Webhook:
    """One source's path on the server."""

    settings: WebhookSettings
    context: Context

    def routes(self, receive: Receive) -> list[Route]:
        """The path, for every method, so that a wrong one is told what is right."""
        return [Route(self.settings.path, _Endpoint(self.settings, self.context, receive))]


def _later(error: str) -> Refusal:
    return Refusal(503, error, "send it again later", {"Retry-After": "5"})


class _Endpoint:
    """The ASGI application behind the path."""

    def __init__(self, settings: WebhookSettings, context: Context, keep: Receive) -> None:
        self._settings, self._context, self._keep = settings, context, keep
        self._parks = settings.on_invalid == "park"
        self._guarded = Following(settings.auth, lambda: guard(settings.auth))
        self._replays = Replays()
        self._seldom = Seldom()

    @property
    def _guard(self) -> Guard:
        return self._guarded()

    async def __call__(self, scope: Scope, receive: answers.Receive, send: Send) -> None:
        try:
            response = await self._answer(scope, receive)
        except body.ClientGone:
            return
        self._context.metrics.answered(self._context.name, response.status)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: answers.Receive) -> Answer:
        headers = dict(scope["headers"])
        try:
            if scope["method"] == "OPTIONS" and self._settings.origins:
                return granted(headers, self._settings.origins)
            await self._take(scope, headers, receive)
        except Unproven as reason:
            return self._refused(self._unauthorized(reason), str(reason))
        except Undecided as reason:
            return self._refused(_later("who sends this cannot be told now"), str(reason))
        except Refusal as refusal:
            return self._refused(refusal, refusal.error)
        except JournalUnavailable as error:
            return self._refused(_later("this cannot be kept now"), str(error))
        return _ACCEPTED

    def _refused(self, refusal: Refusal, reason: str) -> Answer:
        if count := self._seldom.allows(refusal.status):
            source, status = self._context.name, refusal.status
            _log.warning("refused", source=source, status=status, reason=reason, since_last_said=count)
        return refusal.response

    async def _take(self, scope: Scope, headers: Headers, receive: answers.Receive) -> None:
        self._admit(scope["method"], headers)
        sent = await self._read(headers, receive, None if WHOLE in scope else self._settings.timeout)
        once = await self._verify(headers, sent)
        notification = self._heard(headers, self._decoded(headers, sent))
        if not self._parks and len(notification.body) <= LARGE:
            self._check(notification)
        with self._replays.first(once, self._context.clock().timestamp()) if once else nullcontext():
            await self._keep((notification,))

    def _admit(self, method: str, headers: Headers) -> None:
        if method != "POST":
            allowed = "OPTIONS, POST" if self._settings.origins else "POST"
            raise Refusal(405, f"{method} is not for a webhook", "use POST", {"Allow": allowed})
        if not self._guard.admits(headers):
            raise Unproven

    async def _read(self, headers: Headers, receive: answers.Receive, seconds: float | None) -> Body:
        limit = self._settings.max_body
        drain = limit * _DRAIN if self._parks else limit
        if int(headers.get(b"content-length", b"0")) > drain:
            raise body.too_large(drain)
        sent = await body.read(receive, keep=limit, drain=drain, seconds=seconds)
        if not sent.size:
            raise Refusal(400, "the body is empty", "send the notification as the body of the POST")
        return sent

    async def _verify(self, headers: Headers, sent: Body) -> Once | None:
        if self._guard.proof is None:
            return None
        if not sent.whole:
            raise body.too_large(self._settings.max_body)
        return await self._guard.proof(headers, sent.data, self._context.clock())

    def _unauthorized(self, reason: Unproven) -> Refusal:
        challenge = {"WWW-Authenticate": self._guard.challenge} if self._guard.challenge else {}
        return Refusal(401, str(reason), "compare the tool's with this source's", challenge)

    def _decoded(self, headers: Headers, sent: Body) -> Body:
        limit = self._settings.max_body
        try:
            content = body.decoded(sent, headers.get(b"content-encoding", b"").decode("latin-1"), keep=limit)
            if not (content.whole or self._parks):
                raise body.too_large(limit)
        except Refusal:
            if self._parks:
                return sent
            raise
        return content

    def _heard(self, headers: Headers, content: Body) -> Notification:
        kept = self._kept(headers)
        # A CloudEvent in headers may have the same body as another one; its id is the same when it is sent again.
        heard = Notification(self._context.name, content.data, self._context.clock(), kept, kept.get("ce-id", ""))
        if content.whole:
            return heard
        marked = {**heard.headers, TRUNCATED: f"{content.size}/{self._settings.max_body}"}
        return heard._replace(body=content.data[:STUB], headers=marked)

    def _kept(self, headers: Headers) -> dict[str, str]:
        translator = self._context.translator()
        wanted = HEADERS | (translator.headers if translator else frozenset())
        never = _CREDENTIALS | {self._guard.header}
        return {
            name: value.decode("latin-1")
            for key, value in headers.items()
            if ((name := key.decode("latin-1")) == "content-type" or name in wanted or name.startswith("ce-"))
            and name not in never
        }

    def _check(self, notification: Notification) -> None:
        if self._context.cdevents:
            _, problems = cdevents(notification.body, notification.headers)
            if problems:
                raise Refusal(400, problems[0], "send CDEvents, bare or in CloudEvents, or set on_invalid: park")
            return
        translator = self._context.translator()
        reason = translator.undecodable(notification) if translator else None
        if reason:
            form = notification.headers.get("content-type", "").lower().startswith(_FORMS)
            what = "let the tool send application/json" if form else "send what the tool sends"
            raise Refusal(400, reason, f"{what}, or set on_invalid: park")
