"""What goes to another process and comes back: frames of plain values, as `marshal` has them.

That is the quickest way there is, and both ends are the same Python.
"""

from __future__ import annotations

import marshal
import struct
from typing import Any

Value = Any
"""What can be in a frame: what `marshal` takes, and no class of ours."""

HEAD = struct.Struct("!I")
"""What a frame begins with: how many bytes follow."""


def framed(value: Value) -> bytes:
    """A frame with a value in it. Raises ValueError for one that is not plain."""
    content = marshal.dumps(value)
    return HEAD.pack(len(content)) + content


def value(content: bytes) -> Value:
    """What is in a frame."""
    return marshal.loads(content)  # noqa: S302 - it is from our own process, over a socket that nobody else has
