"""What a field is to a run: its id, its name, its page, a time, a commit, a branch, an image, by name and values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from adapters.mapping.filters.moment import moment
from adapters.mapping.filters.purl import image_purl
from adapters.mapping.filters.time import epoch_ms, epoch_s, iso
from adapters.scaffold.fields import Field, best
from adapters.scaffold.words import Phase

Named = Callable[[Field], bool]

_URL = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~:@!$&()*+,;=%/-]*)?([?#][A-Za-z0-9._~:@!&()*+,;=%/?-]*)?"
)
_TIME_NAME = re.compile(
    r"(?i)(.*(time|date|stamp|start|begin|begun|finish|end|complet|creat|updat|queue|publish|schedul|stop|close).*|ts|at|on|.*_(at|on|ts))"
)
_TIMES = {
    Phase.QUEUED: re.compile(r"(?i).*(queue|enqueue|creat|schedul|trigger).*"),
    Phase.STARTED: re.compile(r"(?i).*(start|begin|begun).*"),
    Phase.FINISHED: re.compile(r"(?i).*(finish|end|complet|stop|close).*"),
}
_GENERAL = re.compile(r"(?i)(time|timestamp|date|ts|at|.*(updat|modif|time|occur|publish).*)")


def called(pattern: str) -> Named:
    """Whether a field's own name is of a pattern."""
    names = re.compile(pattern, re.IGNORECASE)
    return lambda field: names.fullmatch(field.steps[-1].lstrip("@")) is not None


_ID = (called("id|uuid|guid"), called(".*[_-](id|uuid)|.*[a-z](Id|ID)|key"), called(".*(number|num|iid)"))
_NAME = (called("name|full_?name|display_?name"), called(".*name|job|pipeline|workflow|project|service|app|slug|title"))
_PAGE = (called("(html|web)_?url|web_?link"), called("(build|run|target|full|details?|job)_?url|url|link|href"))
_COUNTED = called(".*(number|num|iid)")
_MACHINES = re.compile(r"https?://api\.|.*/(api|rest)/")
_REVISION = (called("(head_)?(sha|commit|revision)(_?(sha|id|hash))?"), called(".*(sha|commit|revision).*|after"))
_BRANCH = (called("(head_|git_|source_)?branch(_?name)?"), called("ref(_?name)?"))
_PLACE = (called("environment|env"), called("target|stage|cluster|namespace"), called("name"))


def run_id(fields: Sequence[Field]) -> Field | None:
    """What names the run: a number or a text without space in it; or, for want of one, its page."""
    return best([each for each in fields if _are(each, _is_id)], *_ID) or page(fields, None)


def is_counted(field: Field) -> bool:
    """Whether runs of something are counted by it, so that it names none alone."""
    return _COUNTED(field)


def run_name(fields: Sequence[Field]) -> Field | None:
    """What the run is a run of."""
    return best([each for each in fields if _are(each, _is_name)], *_NAME)


def page(fields: Sequence[Field], of: Field | None) -> Field | None:
    """Where a person sees it: of what has an id of its own, beside that, or at the root."""
    urls = [each for each in fields if _are(each, _is_url) and not any(map(_MACHINES.match, each.values))]
    return best([each for each in urls if not of or len(each.steps) == 1 or each.steps[:-1] == of.steps[:-1]], *_PAGE)


def environment(fields: Sequence[Field]) -> Field | None:
    """Where something is rolled out to."""
    named = [each for each in fields if _are(each, _is_name)]
    inside = [each for each in named if re.fullmatch("(?i)environment|env", each.steps[-2] if each.steps[1:] else "")]
    return best(named, *_PLACE[:2]) or best(inside, _PLACE[2])


def service(fields: Sequence[Field]) -> Field | None:
    """What is rolled out."""
    return best([each for each in fields if _are(each, _is_name)], called("service|app(lication)?|component"), *_NAME)


def image(fields: Iterable[Field]) -> Field | None:
    """An image by its digest."""
    return next((replace(each, filters=" | image_purl") for each in fields if _are(each, _is_image)), None)


def revision(fields: Sequence[Field]) -> Field | None:
    """A commit, by its hash."""
    hashes = [
        each for each in fields if _are(each, lambda value: bool(re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", value)))
    ]
    return best(hashes, *_REVISION)


def branch(fields: Sequence[Field]) -> Field | None:
    """A branch, by its name alone."""
    found = best([each for each in fields if _are(each, _is_name)], *_BRANCH)
    if found and all(value.startswith("refs/heads/") for value in found.values):
        return replace(found, filters=" | removeprefix('refs/heads/')")
    return None if found and any(value.startswith("refs/") for value in found.values) else found


def times(fields: Iterable[Field]) -> list[Field]:
    """The fields that are times, each with the filter that reads it; of a time without a zone, UTC is meant."""
    return [
        replace(each, filters=f" | {name}")
        for each in fields
        if (name := next((name for name, reads in _FILTERS if _read(each, reads)), None))
    ]


def time_of(fields: Iterable[Field], phase: Phase | None) -> Field | None:
    """When it happened: what is named so of this phase, or else what is named of none; nothing is taken for another."""
    found = times(fields)
    others = [names for each, names in _TIMES.items() if each is not phase]
    own = [each for each in found if phase and _TIMES[phase].fullmatch(each.steps[-1])]
    general = [each for each in found if not any(names.fullmatch(each.steps[-1]) for names in others)]
    of_any = [each for each in general if _GENERAL.fullmatch(each.steps[-1])]
    return best(own, _any) or best(of_any, _any) or best(general, _any)


def _any(_: Field) -> bool:
    return True


def _are(field: Field, holds: Callable[[str], bool]) -> bool:
    return all(isinstance(value, str) and holds(value) for value in field.values) or (
        holds is _is_id and all(type(value) is int and value >= 0 for value in field.values)
    )


def _is_id(value: str) -> bool:
    return re.fullmatch(r"[\w.:/@#~+-]{1,200}", value) is not None and not _URL.fullmatch(value)


def _is_name(value: str) -> bool:
    return len(value.strip()) > 0 and len(value) <= 200 and value.isprintable() and not _URL.fullmatch(value)  # noqa: PLR2004


def _is_url(value: str) -> bool:
    return _URL.fullmatch(value) is not None


def _is_image(value: str) -> bool:
    return "@sha" in value and _reads(image_purl, value)


def _zoned(value: Any) -> str:
    return iso(value, "Z")


def _moment(value: Any) -> str:
    return moment(value, "Z")


def _seconds(value: Any) -> str:
    return epoch_s(value) if 1e9 <= float(value) < 1e10 else _no(value)  # noqa: PLR2004  2001 to 2286


def _milliseconds(value: Any) -> str:
    return epoch_ms(value) if 1e12 <= float(value) < 1e13 else _no(value)  # noqa: PLR2004


def _no(value: Any) -> str:
    raise ValueError(value)


_FILTERS: Sequence[tuple[str, Callable[[Any], str]]] = (
    ("iso", iso),
    ("iso('Z')", _zoned),
    ("epoch_s", _seconds),
    ("epoch_ms", _milliseconds),
    ("moment('Z')", _moment),
)


def _read(field: Field, reads: Callable[[Any], str]) -> bool:
    if reads in (_seconds, _milliseconds) and not _TIME_NAME.fullmatch(field.steps[-1]):
        return False
    return all(not isinstance(value, bool) and _reads(reads, value) for value in field.values)


def _reads(read: Callable[[Any], str], value: Any) -> bool:
    try:
        return bool(read(value))
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return False
