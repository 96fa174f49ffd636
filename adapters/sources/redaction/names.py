"""Which names are those of secrets, and where names and values stand in a text that is not JSON.

None of the patterns goes back in a text that it has read: their time is linear.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from adapters.regex import regex


class Form(NamedTuple):
    """How a text writes a value with its name: the `head` before the value has the `name`, the `value` is one group."""

    head: re.Pattern[str]
    value: re.Pattern[str]


_NAME = r"(?P<name>[\w.$-]++)"
_WORD = r"""[^\s"'&,;<>{}\[\]]++"""
_CONTENT = regex(r"([^<]++)(?=</)")

FORMS = (
    Form(  # name=value, name: value, "name": "value": of settings, logs, attributes, JSON that was cut
        regex(rf"""(?<![\w.$-]){_NAME}\\?["']?[ \t]*+[:=][ \t]*+(?:(?:Bearer|Basic)[ \t]++)?"""),
        regex(rf"""\\"([^"\\]*+)|"([^"\\]*+(?:\\.[^"\\]*+)*+)|'([^']*+)|({_WORD})"""),
    ),
    Form(regex(rf"(?<![\w-])--{_NAME}[ \t]++"), regex(rf"((?!-){_WORD})")),
    Form(regex(rf"<{_NAME}(?:\s[^<>]*+)?>"), _CONTENT),
    Form(  # XStream's maps
        regex(r"<entry>\s*+<string>(?P<name>[^<]++)</string>\s*+<\w++>"), _CONTENT
    ),
    Form(  # properties in reports of tests
        regex(r"""\bname="(?P<name>[^"<>]++)"\s++value=(?=")"""), regex(r'"([^"<>]++)')
    ),
)

IN_URL = regex(r"""://[^/\s:@"'<>]*+:([^/\s@"'<>]++)@""")
"""The password in a URL."""

QUIET = regex(r"[^:=<-]*+")
"""All of a text that has none of these in it."""
