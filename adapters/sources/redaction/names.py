"""Which names are those of secrets, and where names and values stand in a text that is not JSON.

None of the patterns goes back in a text that it has read: their time is linear.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Form(NamedTuple):
    """How a text writes a value with its name: the `head` before the value has the `name`, the `value` is one group."""

    head: re.Pattern[str]
    value: re.Pattern[str]


_NAME = r"(?P<name>[\w.$-]++)"
_WORD = r"""[^\s"'&,;<>{}\[\]]++"""
_CONTENT = re.compile(r"([^<]++)(?=</)")

FORMS = (
    Form(  # name=value, name: value, "name": "value": of settings, logs, attributes, JSON that was cut
        re.compile(rf"""(?<![\w.$-]){_NAME}\\?["']?[ \t]*+[:=][ \t]*+(?:(?:Bearer|Basic)[ \t]++)?"""),
        re.compile(rf"""\\"([^"\\]*+)|"([^"\\]*+(?:\\.[^"\\]*+)*+)|'([^']*+)|({_WORD})"""),
    ),
    Form(re.compile(rf"(?<![\w-])--{_NAME}[ \t]++"), re.compile(rf"((?!-){_WORD})")),
    Form(re.compile(rf"<{_NAME}(?:\s[^<>]*+)?>"), _CONTENT),
    Form(  # XStream's maps
        re.compile(r"<entry>\s*+<string>(?P<name>[^<]++)</string>\s*+<\w++>"), _CONTENT
    ),
    Form(  # properties in reports of tests
        re.compile(r"""\bname="(?P<name>[^"<>]++)"\s++value=(?=")"""), re.compile(r'"([^"<>]++)')
    ),
)

IN_URL = re.compile(r"""://[^/\s:@"'<>]*+:([^/\s@"'<>]++)@""")
"""The password in a URL."""

QUIET = re.compile(r"[^:=<-]*+")
"""All of a text that has none of these in it."""
