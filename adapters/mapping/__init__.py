"""The mapping engine: declarative YAML in, a Translator out.

`library` finds a mapping, `document` is its shape, `compiler` turns it into a Translator; `syntax`, `closures`,
`conditions`, `values` and `filters` are the language, and `code` writes it out as Python; `inputs` reads what tools
send; `explain` says what happened.
"""

from adapters.mapping.library import load
from adapters.mapping.translator import Translation, Translator

__all__ = ["Translation", "Translator", "load"]
