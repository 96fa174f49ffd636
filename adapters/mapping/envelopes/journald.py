"""systemd's journal as `journalctl --output=json` writes it (systemd.io/JOURNAL_EXPORT_FORMATS).

An object a line, with `MESSAGE` as text, or as a list of bytes where it is not printable. Docker's log driver
`journald` marks the pieces of a long line (moby's daemon/logger/journald).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.mapping.envelopes.line import Opened, json_object, known

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEVERITY = re.compile("[0-7]")


def journald(line: bytes) -> Opened | None:
    """A line with `time`, all `fields`, and of these `host`, `program`, `pid`, `unit`, `container`, `severity`.

    A message that journalctl leaves out, because it is long and `--all` was not asked for, leaves the line as it is.
    """
    if b'"MESSAGE"' not in line or b'"__REALTIME_TIMESTAMP"' not in line:
        return None
    fields = json_object(line)
    try:
        text, time = _bytes(fields["MESSAGE"]), _time(fields["__REALTIME_TIMESTAMP"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    said = known(
        kind="journald",
        time=time,
        host=fields.get("_HOSTNAME"),
        program=fields.get("SYSLOG_IDENTIFIER", fields.get("_COMM")),
        pid=fields.get("_PID", fields.get("SYSLOG_PID")),
        unit=fields.get("_SYSTEMD_UNIT"),
        container=fields.get("CONTAINER_NAME"),
        severity=_severity(fields.get("PRIORITY")),
        fields=fields,
    )
    writer = "\0".join(str(fields.get(name)) for name in ("_HOSTNAME", "_PID", "CONTAINER_ID", "_TRANSPORT"))
    return Opened(text, said, writer, partial=fields.get("CONTAINER_PARTIAL_MESSAGE") == "true")


def _bytes(message: Any) -> bytes:
    if isinstance(message, str):
        return message.encode()
    if isinstance(message, list):
        return bytes(message)
    raise TypeError


def _time(microseconds: str) -> str:
    moment = _EPOCH + timedelta(microseconds=int(microseconds))
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _severity(priority: Any) -> int | None:
    return int(priority) if isinstance(priority, str) and _SEVERITY.fullmatch(priority) else None
