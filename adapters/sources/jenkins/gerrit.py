"""A change of Gerrit that a branch of a multibranch project is, with the plugin Gerrit Code Review. Pure.

The plugin calls a branch by the end of the change's ref, `11/4711/2` for patch set 2 of change 4711, and tells its
builds of the change in their environment (`GerritEnvironmentContributor`). What is said here has the names of that
environment, which are those of the Gerrit Trigger's parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

_BRANCH = re.compile(r"\d\d/(?P<change>\d+)/(?P<patchset>\d+)", re.ASCII)
_CHANGE_URL = re.compile(r"/c/(?P<project>.+)/\+/\d+")


def change(branch: str | None, remote: str | None, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The change of the branch with a name, as far as its repository's URL and what is `known` tell; {} for none."""
    if (match := _BRANCH.fullmatch(branch or "")) is None:
        return {}
    known = known or {}
    found = {
        "GERRIT_EVENT_TYPE": "patchset-created",
        "GERRIT_PROJECT": _project(known) or _repository(remote),
        "GERRIT_CHANGE_NUMBER": match["change"],
        "GERRIT_PATCHSET_NUMBER": match["patchset"],
        "GERRIT_CHANGE_URL": known.get("GERRIT_CHANGE_URL"),
        "GERRIT_BRANCH": known.get("GERRIT_BRANCH"),
        "GERRIT_HOST": _host(remote),
    }
    return {name: value for name, value in found.items() if value}


def _project(known: Mapping[str, str]) -> str | None:
    """From the change's URL, `.../c/<project>/+/<number>`, or from its id, `<project>~<branch>~I...`."""
    if match := _CHANGE_URL.search(known.get("GERRIT_CHANGE_URL", "")):
        return unquote(match["project"])
    project, found, _ = known.get("GERRIT_CHANGE_ID", "").partition("~")
    return unquote(project) if found else None


def _repository(remote: str | None) -> str | None:
    """The project that a URL to clone is of: what follows the first `/a/` of one by HTTP, or the host."""
    path = _parts(remote)[1]
    authenticated = path.partition("/a/")[2] if (remote or "").lower().startswith("http") else ""
    return (authenticated or path).strip("/").removesuffix(".git") or None


def _host(remote: str | None) -> str | None:
    return _parts(remote)[0] or None


def _parts(remote: str | None) -> tuple[str, str]:
    """Host and path of a URL to clone; none for what is no URL."""
    try:
        url = urlsplit(remote or "")
    except ValueError:
        return "", ""
    return url.hostname or "", url.path
