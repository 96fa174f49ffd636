"""Filters on the names of Jenkins' jobs and on the paths that Jenkins makes of them.

A path is relative to Jenkins' own URL: `job/team/job/shop/7/`. Facts: `hudson.Util.rawEncode` for which characters are
escaped, `hudson.matrix.MatrixConfiguration` for cells (`job/build/AXIS=value/`), `hudson.maven.MavenModule` for modules
(`job/build/group$artifact/`, called `build/group:artifact`), promoted-builds' `PromotionProcess` for promotions
(`job/build/promotion/process/NAME/`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, unquote, urlsplit

from adapters.mapping.filters.kept import kept

_LEFT_ALONE = "!$&'()*+,=@"
_ESCAPED = "[01][0-9A-F]|2[0235F]|3[ABCEF]|5[B-E]|60|7[B-F]|[89A-F][0-9A-F]"
_OF_JENKINS = re.compile(rf"job/(?:[\w{_LEFT_ALONE}./-]++|%(?:{_ESCAPED}))++(?<=/)", re.ASCII)
_CELL = re.compile(r"[^=,]+=[^,]*(,[^=,]+=[^,]*)*")
_MODULE = re.compile(r"[\w.-]+:[\w.-]+")


def encoded(name: str) -> str:
    """A name as one segment of a path, as Jenkins writes it (`hudson.Util.rawEncode`)."""
    return quote(name, safe=_LEFT_ALONE, errors="surrogateescape").replace("~", "%7E")


def jenkins_path(value: str) -> str:
    """The path of a job, or of a build or anything else of one, as Jenkins writes it: without views, ending in `/`.

    `view/all/job/a%28b%29/7` is `job/a(b)/7/`. What a name is encoded as does not matter, as long as it is once.
    """
    return value if _as_written(value) else _rewritten(value)


@kept
def _rewritten(value: str) -> str:
    names, rest = _parsed(value)
    segments = [segment for name in names for segment in ("job", name)] + rest
    return "".join(f"{encoded(unquote(segment, errors='surrogateescape'))}/" for segment in segments)


def jenkins_job_name(value: str) -> str:
    """The full name of a Jenkins job, `team/shop/feature%2Fx` for `job/team/job/shop/job/feature%252Fx/`.

    Also of what is a job within one: `build/AXIS=value`, `build/group:artifact`, `build/promotion/NAME`.
    """
    above, _, last = value.removesuffix("/").rpartition("/")
    return _job_name(above if last.isdecimal() and not above.endswith("job") else value)


@kept
def _job_name(value: str) -> str:
    """The name of a job by its path, or by that of one of its builds."""
    names, rest = _parsed(value)
    return unquote("/".join([*names, *_within(rest)]), errors="strict")


@kept
def jenkins_job_path(value: str) -> str:
    """The path of the job with a full name: `job/team/job/shop/` for `team/shop`.

    What a job may not be called, or is hardly ever, is taken for what it looks like: `group:artifact` for a module of a
    Maven job, `AXIS=value` within another for a cell of a matrix.
    """
    *outer, last = value.split("/")
    above = "".join(f"job/{encoded(name)}/" for name in outer)
    if outer and _MODULE.fullmatch(last):
        return f"{above}{encoded(last.replace(':', '$'))}/"
    return f"{above}{encoded(last)}/" if outer and _CELL.fullmatch(last) else f"{above}job/{encoded(last)}/"


def _as_written(value: str) -> bool:
    """Whether a path is as Jenkins itself writes it, and of no view: that of most."""
    return _OF_JENKINS.fullmatch(value) is not None and "//" not in value and "view" not in value


def _parsed(value: str) -> tuple[list[str], list[str]]:
    """The names of the job that a path is about, outermost first, and the segments that follow; all still encoded."""
    rest = value.split("/")[:-1] if _as_written(value) else [word for word in urlsplit(value).path.split("/") if word]
    names: list[str] = []
    while len(rest) > 1 and (rest[0] == "job" or (around := _view(rest))):
        if rest[0] == "job":
            names.append(rest[1])
            rest = rest[2:]
        else:
            rest = rest[around:]
    if not names:
        raise ValueError(f"'{value[:60]}' is not the URL of a Jenkins job")
    return names, rest


def _view(rest: Sequence[str]) -> int:
    """How many segments at the beginning of a path say in which view, or whose, what follows is looked at."""
    match rest:
        case ["view", _, *_] | ["me", "my-views", *_]:
            return 2
        case ["user", _, "my-views", *_]:
            return 3
    return 0


def _within(rest: Sequence[str]) -> Iterator[str]:
    """What the name of a job within a job ends in, where a path leads to one."""
    match rest:
        case ["promotion", "process", name, *_]:
            yield from ("promotion", name)
        case [name, *_] if not name.isdecimal():
            yield name if "=" in name else name.replace("$", ":", 1)
