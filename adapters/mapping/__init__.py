"""The mapping engine: declarative YAML in, a Translator out.

`library` finds a mapping, `includes` and `lookups` read the files that it is made of, `document` is its shape,
`compiler` turns it into a Translator; `syntax`, `closures`,
`conditions`, `values` and `filters` are the language, and `code` writes it out as Python; `inputs` reads what tools
send, line by line through `framing` and out of `envelopes`; `explain` says what happened.
`export` is the way back: from a CDEvent to another tool's messages.
"""

from adapters.mapping.export.compiler import Exporter
from adapters.mapping.framing import EACH_LINE, Framing, Grouping
from adapters.mapping.includes import LookedAt
from adapters.mapping.library import load, load_export
from adapters.mapping.translator import Mapper, Translation, Translator

__all__ = [
    "EACH_LINE",
    "Exporter",
    "Framing",
    "Grouping",
    "LookedAt",
    "Mapper",
    "Translation",
    "Translator",
    "load",
    "load_export",
]
