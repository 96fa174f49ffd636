"""What the parts of a tail share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.sources.pulse import Pulse
from adapters.sources.tail.complaints import Complaints
from adapters.sources.tail.followed import Table
from adapters.sources.tail.handles import Handles
from adapters.sources.tail.settings import TailSettings


@dataclass(frozen=True, slots=True)
class Shared:
    """The settings, the streams, the open files, and the time: `monotonic` in seconds for waits, `wall` in seconds
    since 1970 for what is kept.
    """

    settings: TailSettings
    table: Table
    handles: Handles
    complaints: Complaints
    monotonic: Callable[[], float]
    wall: Callable[[], float]
    pulse: Pulse
