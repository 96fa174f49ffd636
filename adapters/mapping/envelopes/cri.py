"""The log of a container that Kubernetes runs, as containerd, CRI-O and Podman write it.

`<time> <stdout or stderr> <F or P, and tags> <text>` (kubernetes' kubelet/kuberuntime/logs): P is a piece of a line,
whose rest follows in the next ones, and F its end.
"""

from __future__ import annotations

import re

from adapters.mapping.envelopes.line import TIME, Opened

_LINE = re.compile(
    rf"(?P<time>{TIME}) (?P<stream>stdout|stderr) (?P<tag>[FP])(?::[^ ]*)?(?: (?P<text>.*))?".encode(), re.DOTALL
)


def cri(line: bytes) -> Opened | None:
    """A line with `time` and `stream`."""
    if (found := _LINE.fullmatch(line)) is None:
        return None
    time, stream, tag, text = found.groups()
    writer = stream.decode()
    said = {"kind": "cri", "time": time.decode(), "stream": writer}
    return Opened(text or b"", said, writer, partial=tag == b"P")
