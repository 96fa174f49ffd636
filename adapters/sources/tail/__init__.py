"""Files that grow: each line, or record of several, is a notification, wherever rotation puts the file."""

from adapters.sources.tail.settings import TailSettings, framing
from adapters.sources.tail.source import Tail

__all__ = ["Tail", "TailSettings", "framing"]
