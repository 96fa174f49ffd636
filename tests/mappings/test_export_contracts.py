"""What the shipped exports send over HTTP, held to what each tool documents that it takes.

Sources: docs.slack.dev (incoming webhooks, Block Kit, formatting), learn.microsoft.com (Workflows, Adaptive Cards 1.2),
docs.github.com/rest/commits/statuses, docs.gitlab.com/api/commits, apache/incubator-devlake backend/plugins/webhook/api
of 1.0, grafana.com/docs (Annotations HTTP API).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

import orjson
import pytest

from adapters.goldens import context, sent
from adapters.mapping import library, load_export
from adapters.model import Encoding, Format, Record
from adapters.route import Origin, exporting, renderer
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from tests.mapping.support import notification
from tests.receiver import Received, receiving

Body = dict[str, Any]


class Tool(NamedTuple):
    """A tool: the path of its address, who is let in, and what it takes of a path below that and a body."""

    base: str
    auth: Mapping[str, Any]
    takes: Callable[[str, Body], None]


def members(body: Body, required: AbstractSet[str], optional: AbstractSet[str] = frozenset()) -> None:
    """These, and no others; none of them empty."""
    assert required <= body.keys() <= required | optional, body
    assert all(value not in ("", None) for value in body.values())


def web(url: str) -> None:
    """An address that a browser opens."""
    assert re.fullmatch(r"https?://[^\s<>\"]+", url)


def moment(text: str) -> datetime:
    """A time in RFC 3339, which says its zone."""
    found = datetime.fromisoformat(text)
    assert found.tzinfo is not None
    return found


def slack(path: str, body: Body) -> None:
    """A text to fall back on, and blocks within their bounds; nothing that Slack would read as its own markup."""
    assert path == ""
    members(body, {"text", "blocks", "unfurl_links"}, {"channel"})
    assert 1 <= len(body["blocks"]) <= 50
    for block in body["blocks"]:
        texts = [block["text"]] if block["type"] == "section" else block["elements"]
        assert block["type"] in ("section", "context")
        assert 1 <= len(texts) <= 10
        for text in texts:
            assert (text["type"], text["verbatim"]) == ("mrkdwn", True)  # else Slack parses mentions and names in it
            assert 1 <= len(text["text"]) <= 3000
            bare = re.sub(r"<https?://[^|<>]+\|[^|<>]+>", "", text["text"])
            assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", bare)


def teams(path: str, body: Body) -> None:
    """One Adaptive Card of a version that Teams has, of elements that are in it, in 28 KB."""
    assert path == ""
    members(body, {"type", "attachments"})
    assert body["type"] == "message"
    assert len(orjson.dumps(body)) < 28 << 10
    (attachment,) = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    members(card, {"$schema", "type", "version", "body", "fallbackText"}, {"actions"})
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.2")
    for element in card["body"]:
        assert element["type"] == "RichTextBlock"
        for run in element["inlines"]:
            members(run, {"type", "text"}, {"weight", "color", "isSubtle", "size"})
            assert run.get("color", "Default") in ("Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention")
    for action in card.get("actions", ()):
        members(action, {"type", "title", "url"})
        web(action["url"])


def github(path: str, body: Body) -> None:
    """A state of the four, a description of at most 140 characters, and a commit by its whole hash."""
    assert re.fullmatch(r"/repos/[\w.-]+/[\w.-]+/statuses/[0-9a-f]{40}", path)
    members(body, {"state", "context", "description"}, {"target_url"})
    assert body["state"] in ("error", "failure", "pending", "success")
    assert len(body["description"]) <= 140
    web(body.get("target_url", "https://x"))


def gitlab(path: str, body: Body) -> None:
    """A project by its encoded path, a state of GitLab's, and at most 255 characters of anything."""
    found = re.fullmatch(r"/projects/([^/]+)/statuses/[0-9a-f]{40}", path)
    assert found
    assert unquote(found[1]).count("/") >= 1
    members(body, {"state", "name", "description"}, {"target_url", "ref"})
    assert body["state"] in ("pending", "running", "success", "failed", "canceled", "skipped")
    assert all(len(value) <= 255 for value in body.values())
    web(body.get("target_url", "https://x"))


def devlake(path: str, body: Body) -> None:
    """What its validators require of each endpoint, as their types are."""
    if re.fullmatch(r"/issue/[A-Za-z0-9_-]+/close", path):
        assert body == {}
        return
    {"/deployments": _deployment, "/issues": _issue, "/pull_requests": _pull_request}[path](body)


def _deployment(body: Body) -> None:
    members(body, {"id", "displayTitle", "result", "environment", "startedDate", "finishedDate", "deploymentCommits"})
    assert (body["result"], body["environment"]) in {
        ("SUCCESS", stage) for stage in ("PRODUCTION", "STAGING", "TESTING", "DEVELOPMENT")
    }
    assert moment(body["startedDate"]) <= moment(body["finishedDate"])
    for commit in body["deploymentCommits"]:
        members(commit, {"repoUrl", "commitSha", "startedDate", "finishedDate"}, {"refName"})
        web(commit["repoUrl"])


def _issue(body: Body) -> None:
    required = {"issueKey", "title", "type", "status", "originalStatus", "createdDate"}
    members(body, required, {"url", "component", "resolutionDate"})
    assert body["type"] == "INCIDENT"
    assert body["status"] in ("TODO", "DONE", "IN_PROGRESS")
    assert moment(body["createdDate"]) <= moment(({"resolutionDate": body["createdDate"]} | body)["resolutionDate"])
    assert len(body["issueKey"]) <= 255
    assert len(body["title"]) <= 255


def _pull_request(body: Body) -> None:
    required = {"id", "baseRepoId", "pullRequestKey", "displayTitle", "status", "originalStatus", "createdDate"}
    members(body, required, {"url", "headCommitSha", "mergeCommitSha", "mergedDate", "closedDate"})
    assert type(body["pullRequestKey"]) is int
    assert re.fullmatch(r"webhook:\d+", body["baseRepoId"])
    assert body["status"] in ("OPEN", "CLOSED", "MERGED")
    assert ("mergedDate" in body) == (body["status"] == "MERGED")
    moment(body["createdDate"])


def grafana(path: str, body: Body) -> None:
    """Times in milliseconds, an end after the beginning, tags that are texts."""
    assert path == "/api/annotations"
    members(body, {"time", "text", "tags"}, {"timeEnd", "dashboardUID"})
    assert type(body["time"]) is int
    assert 1_500_000_000_000 < body["time"] <= body.get("timeEnd", body["time"]) < 4_000_000_000_000
    assert all(isinstance(tag, str) and tag for tag in body["tags"])
    assert sum(len(tag) + 3 for tag in body["tags"]) <= 250  # of 500 bytes (tags_length)
    assert len(body["text"]) < 8192


_BEARER = {"auth": {"bearer": "s3cr3t"}}
TOOLS = {
    "slack/message": Tool("/services/T0/B0/s3cr3t", {}, slack),
    "teams/message": Tool("/workflows/7/triggers/manual/paths/invoke?api-version=1&sig=s3cr3t", {}, teams),
    "github/commit-status": Tool("", _BEARER, github),
    "gitlab/commit-status": Tool("/api/v4", {"headers": {"PRIVATE-TOKEN": "s3cr3t"}}, gitlab),
    "devlake/webhook": Tool("/api/rest/plugins/webhook/connections/3", _BEARER, devlake),
    "grafana/annotation": Tool("", _BEARER, grafana),
}


async def requested(name: str, tool: Tool) -> list[Received]:
    """What a server is sent of all examples of an export, by the sink as it is."""
    with receiving() as server:
        sink = HttpSink(
            HttpSettings.model_validate(
                {"type": "http", "url": server.url.partition("/events")[0] + tool.base, **tool.auth}
            )
        )
        for path in sorted(library.either(name).with_name("inputs").iterdir()):
            exporter = load_export(name, variables=context(name).of(path).variables, folder=library.either(name).parent)
            heard = renderer(lambda _: Origin("", cdevents=True), format_=Format.MAPPED, ends=True)
            render = exporting(heard, lambda exporter=exporter: exporter, Encoding.RAW)  # type: ignore[misc]  # bound now
            for each in sent(path):
                rendered = render(Record(1, notification(each.body)))
                assert rendered.errors == ()
                if rendered.messages:
                    await sink.publish(rendered.messages)
        await sink.aclose()
        return server.requests


@pytest.mark.parametrize("name", TOOLS)
async def test_a_tool_is_sent_what_it_documents(name: str) -> None:
    """Method, path, media type and members, of every example; who asks is in headers, and nothing secret in a body."""
    tool = TOOLS[name]
    requests = await requested(name, tool)
    assert len(requests) > 2
    base, _, query = tool.base.partition("?")
    for each in requests:
        assert (each.method, each.headers["content-type"]) == ("POST", "application/json")
        path, _, asked = each.path.partition("?")
        assert (path.startswith(base), asked) == (True, query)
        assert b"s3cr3t" not in each.body
        tool.takes(path.removeprefix(base), orjson.loads(each.body))


SHIPPED = library.shipped(library.EXPORT)


def test_every_export_over_http_has_a_contract() -> None:
    """The others are for actions, or for a broker."""
    others = {"jenkins/job", "gerrit/review", *(name for name in SHIPPED if name.startswith("eiffel/"))}
    assert set(SHIPPED) - others == set(TOOLS)


async def test_github_is_told_which_version_of_its_interface() -> None:
    """As it asks for."""
    for each in await requested("github/commit-status", TOOLS["github/commit-status"]):
        assert each.headers["accept"] == "application/vnd.github+json"
        assert each.headers["x-github-api-version"] == "2022-11-28"
        assert each.headers["authorization"] == "Bearer s3cr3t"
