"""A route: log to translation to sink. Replay is the same route over another log."""

from adapters.route.choosing import choosing
from adapters.route.chunk import Here
from adapters.route.contract import Log
from adapters.route.exporting import exporting
from adapters.route.foresight import Foresight
from adapters.route.keys import by_words
from adapters.route.large import Large
from adapters.route.lent import Lent
from adapters.route.origins import origins
from adapters.route.rendered import Rendered
from adapters.route.rendering import Origin, renderer
from adapters.route.route import Route
from adapters.route.shadow import shadow
from adapters.route.translation import Remembered
from adapters.route.turns import Turns

__all__ = [
    "Foresight",
    "Here",
    "Large",
    "Lent",
    "Log",
    "Origin",
    "Remembered",
    "Rendered",
    "Route",
    "Turns",
    "by_words",
    "choosing",
    "exporting",
    "origins",
    "renderer",
    "shadow",
]
