r"""Docker's `json-file` log, also of containerd's nerdctl.

An object a line, `{"log":"text\n","stream":"stdout","attrs":{...},"time":"..."}` (moby's
daemon/logger/jsonfilelog/jsonlog). A text of more than 16 KiB is written in pieces, of which only the last ends in a
newline (moby's daemon/logger/copier.go).
"""

from __future__ import annotations

import re

from adapters.mapping.envelopes.line import TIME, Opened, json_object, known

_MEMBERS = frozenset({"log", "stream", "time", "attrs"})
_TIME = re.compile(TIME)
_POD, _CONTAINER = "io.kubernetes.pod.name", "io.kubernetes.container.name"


def docker(line: bytes) -> Opened | None:
    """A line with `stream`, `time`, and what `--log-opt labels` adds as `attrs`, of which Kubernetes' make `pod`."""
    if b'"log"' not in line or b'"stream"' not in line:
        return None
    match found := json_object(line):
        case {"log": str(text), "stream": "stdout" | "stderr" as stream, "time": str(time)} if found.keys() <= _MEMBERS:
            pass
        case _:
            return None
    attrs = found.get("attrs", {})
    if not (_TIME.fullmatch(time) and isinstance(attrs, dict)):
        return None
    said = known(kind="docker", time=time, stream=stream, pod=attrs.get(_POD), container=attrs.get(_CONTAINER))
    if attrs:
        said["attrs"] = attrs
    return Opened(text.removesuffix("\n").encode(), said, stream, partial=not text.endswith("\n"))
