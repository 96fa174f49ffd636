"""What an attacker writes where people will look at it."""

from __future__ import annotations

SCRIPT = (
    "\"'><img src=x onerror=\"document.title='owned'\"></pre></script><script>document.title='owned'</script>{{7*7}}"
)
"""Runs wherever it is not escaped: in text, in an attribute, in a script, in a template."""
