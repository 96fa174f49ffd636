"""What the `actions` of a `build.xml` say: why it was started, with what, of which commit, and its tests. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from adapters.sources.jenkins import gerrit
from adapters.sources.jenkins.documents import whole
from adapters.sources.jenkins.names import upstream_url
from adapters.sources.jenkins_home.xstream import Graph, class_name

Found = TypeVar("Found")

_MOST_UPSTREAM = 50


def described(graph: Graph, url: str) -> dict[str, Any]:
    """The members `causes`, `upstream`, `root`, `parameters`, `gerrit`, `scm` and `tests` of a build at a relative URL.

    And `promotes`, the number of the build that a promotion is of (promoted-builds' `PromotionTargetAction`).
    """
    actions = _Actions(graph)
    causes = list(_causes(actions))
    return {
        "causes": [_cause(graph, cause) for cause in causes],
        "upstream": _first(_upstream(graph, cause) for cause in causes),
        "root": _root(graph, causes) or url,
        "parameters": dict(_parameters(actions)),
        "gerrit": _gerrit(actions),
        "scm": _scm(actions),
        "tests": _tests(actions),
        "promotes": _promotes(actions),
    }


class _Actions:
    """The actions of a build, walked once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.all = list(graph.children(graph.root.find("actions")))
        self._by_name: dict[str, list[Element]] = defaultdict(list)
        for action in self.all:
            self._by_name[action.tag.rpartition(".")[2]].append(action)

    def named(self, name: str) -> Sequence[Element]:
        """Those whose class has a name, wherever its package is."""
        return self._by_name.get(name, ())


def _causes(actions: _Actions) -> Iterator[Element]:
    graph = actions.graph
    for action in actions.named("CauseAction"):
        yield from graph.children(action.find("causes"))
        for entry in graph.children(action.find("causeBag")):
            yield from list(graph.children(entry))[:1]


def _cause(graph: Graph, cause: Element) -> dict[str, str]:
    """Its class, and who or what it was."""
    user, upstream = graph.text(cause, "userId"), _upstream(graph, cause)
    return _without_none({"type": class_name(cause.tag), "user": user, "upstream": upstream})


def _upstream(graph: Graph, cause: Element) -> str | None:
    return upstream_url(graph.text(cause, "upstreamUrl"), whole(graph.text(cause, "upstreamBuild")))


def _root(graph: Graph, causes: Sequence[Element]) -> str | None:
    """The build at the top of the upstream causes."""
    found = None
    for _ in range(_MOST_UPSTREAM):
        if (cause := _first(cause for cause in causes if _upstream(graph, cause))) is None:
            break
        found = _upstream(graph, cause)
        causes = list(graph.children(cause.find("upstreamCauses")))
    return found


def _first(found: Iterable[Found | None]) -> Found | None:
    return next((each for each in found if each is not None), None)


def _parameters(actions: _Actions) -> Iterator[tuple[str, str]]:
    """Those with a text for a value; never a password, which Jenkins keeps encrypted in the same place."""
    for action in actions.named("ParametersAction"):
        for parameter in action.iter():
            secret = "Password" in parameter.tag or "Credentials" in parameter.tag
            name, value = parameter.findtext("name"), parameter.find("value")
            if name and value is not None and len(value) == 0 and not secret:
                yield name, value.text or ""


def _scm(actions: _Actions) -> dict[str, str]:
    """What was built; where several repositories were checked out, the one that the branch's revision is of."""
    graph = actions.graph
    checkouts = [_checkout(graph, data) for data in actions.named("BuildData")]
    for action in actions.named("SCMRevisionAction"):
        revision = graph.child(action, "revision")
        hashes = (graph.text(revision, name) for name in ("hash", "pullHash", "patchsetHash"))
        commit = _first(hashes)
        same = next((each for each in checkouts if each.get("commit") == commit), {})
        branch = graph.text(revision, "head", "name")
        return _without_none({"url": same.get("url"), "branch": branch, "commit": commit})
    return checkouts[0] if len({each.get("commit") for each in checkouts}) == 1 else {}


def _checkout(graph: Graph, data: Element) -> dict[str, str]:
    revision = graph.child(data, "lastBuild", "revision") or graph.child(data, "lastBuild", "marked")
    branch = next(graph.children(graph.child(revision, "branches")), None)
    urls = graph.child(data, "remoteUrls")
    commit, name = graph.text(revision, "sha1"), graph.text(branch, "name")
    return _without_none({"url": graph.text(urls, "string"), "branch": name, "commit": commit})


def _gerrit(actions: _Actions) -> dict[str, str]:
    """The change that was built, where the plugin Gerrit Code Review made the branch (see `sources.jenkins.gerrit`)."""
    graph = actions.graph
    for action in actions.named("SCMRevisionAction"):
        head = graph.child(action, "revision", "head")
        if head is not None and head.get("class", "").startswith("jenkins.plugins.gerrit."):
            known = dict(_environment(actions))
            if url := graph.text(head, "changeUrl"):
                known.setdefault("GERRIT_CHANGE_URL", url)
            return gerrit.change(graph.text(head, "name"), _remote(actions), known)
    return {}


def _environment(actions: _Actions) -> Iterator[tuple[str, str]]:
    for action in actions.all:
        for entry in actions.graph.children(action.find("changeEnvs")):
            match [text.text or "" for text in entry.iterfind("string")]:
                case [name, value]:
                    yield name, value


def _remote(actions: _Actions) -> str | None:
    return _first(_checkout(actions.graph, data).get("url") for data in actions.named("BuildData"))


def _promotes(actions: _Actions) -> int | None:
    promotions = actions.named("PromotionTargetAction")
    return _first(whole(actions.graph.text(action, "number")) for action in promotions)


def _tests(actions: _Actions) -> dict[str, int]:
    graph = actions.graph
    for action in actions.all:
        if action.find("totalCount") is None:
            continue
        total, failed, skipped = (whole(graph.text(action, name)) for name in ("totalCount", "failCount", "skipCount"))
        if total is not None and failed is not None:
            return counts(total, failed, skipped or 0)
    return {}


def counts(total: int, failed: int, skipped: int) -> dict[str, int]:
    """The numbers of tests; those that passed are the rest."""
    return {"total": total, "failed": failed, "passed": max(0, total - failed - skipped), "skipped": skipped}


def _without_none(members: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}
