"""Which tag a line of the log is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from adapters.mapping import Framing
from adapters.mapping.patterns import compiled

_NAME = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_MANIFEST = (
    rf"/v2/(?P<repository>{_NAME}(?:/{_NAME})*)/manifests/(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}})(?:[?][^\" ]*)?"
)
"""The path of a manifest by its tag, in the grammar of distribution's `reference`: neither part can leave a folder."""

_FIELDS = r'(?: [\w.-]+=(?:"(?:[^"\\]|\\.)*"|[^" ]*))*?'
"""Fields of a text log, skipped one by one: what a client sends must not pass for a field."""

_FORMS = [
    compiled(form)
    for form in (
        (
            rf'[{{].*"http\.request\.method":"(?:GET|PUT)".*"http\.request\.uri":"{_MANIFEST}",.*'
            r'"http\.response\.status":20[01],.*"msg":"response completed".*"time":"(?P<time>[^"]+)"'
        ),
        (
            rf'time="(?P<time>[^"]+)" level=info msg="response completed"{_FIELDS} http\.request\.method=(?:GET|PUT)'
            rf'{_FIELDS} http\.request\.uri="?{_MANIFEST}"?{_FIELDS} http\.response\.status=20[01]'
        ),
        rf'\S+ \S+ \S+ \[(?P<clock>[^]]+)\] "(?P<method>GET|PUT) {_MANIFEST} [^"]*" 20[01] ',
    )
]


_FRAMING = Framing()


class Tag(NamedTuple):
    """A tag that was pushed or pulled, no later than `at`; or one whose push `began` in the second that ends then."""

    repository: str
    name: str
    at: datetime
    began: bool = False


def tag(heard: bytes) -> Tag | None:
    """The tag that a line, in any envelope, says was pushed or pulled, successfully; None for every other line."""
    return next((found for text, _, _ in _FRAMING.records(heard) if (found := _pushed(text))), None)


def _pushed(line: bytes) -> Tag | None:
    if b"/manifests/" not in line:
        return None
    text = line.decode(errors="replace")
    found = next((match.groupdict() for form in _FORMS if (match := form.match(text))), None)
    try:
        return _tag(found) if found else None
    except (ValueError, OverflowError):
        return None


def _tag(said: dict[str, str]) -> Tag:
    if "clock" in said:
        return Tag(said["repository"], said["tag"], _second(said["clock"]), began=said["method"] == "PUT")
    return Tag(said["repository"], said["tag"], _exact(said["time"]))


def _exact(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def _second(text: str) -> datetime:
    """The end of the second in which a request began, which an access log names (gorilla/handlers' logging.go)."""
    return datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z") + timedelta(seconds=1)
