"""What of a URL may be told: neither who asks with it, nor what lets anybody ask."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_plus, urlsplit

from adapters.regex import regex

SENSITIVE = (
    r"pass(?:word|wd|phrase|code)|pwd|secret|token|credential"
    r"|(?:api|access|private|ssh|encryption|signing|deploy|auth|account)[_.-]?key"
    r"|(?:^|[._-])(?:pass|auth|authorization|cookie|creds?|pat|otp|pin|jwt)$"
)
"""RE2 of names that look secret, to be looked for in any case."""

_DEFAULT_PORT = {"http": "80", "https": "443"}

_PARAMETER = regex(rf"(?i){SENSITIVE}|signature|session|^(?:sig|key|code|sid|ticket)$")
"""Those of parameters: also signatures (of S3, Azure, Google), sessions, and what is short where a name is."""

_WEB = regex(r"(?i)(?P<scheme>https?)://(?P<host>[^/?#]+)")
_USER = regex(
    r"(?i)(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]*+://)"
    r"(?:[^\s/?#:@\"'<>\[\]]*+:(?!\d{0,5}(?:[^\w@.~%+=-]|$))[^\s@\"'<>]{1,256}+(?:@|$|(?=[\s\"'<>]))|[^\s/?#@\"'<>]*+@)"
    r"(?:[^\s/?#@\"'<>]*+@)*"
)
"""A user, and a password, which may have in it what should have been encoded; its beginning, where a text was cut."""

_QUERY = regex(r"[?#][^\s?#\"'<>]++")
_NO_NAME = regex(r"[\s\"'<>]")
_CALLED = re.compile(
    r"(?i)https?://(?:[\w-][\w.-]*|\[[0-9a-f:.]+(?:%[\w.~-]+)?\])(?::(?P<port>[0-9]{0,5}))?(?:[/?#][^\x00-\x1f\x7f]*)?"
)
_LAST_PORT = 65535
_PUBLIC_USER = regex(r"(?i)(?:\w+\+)?ssh://[^:]*@")


def place(url: str) -> str:
    """The host and the path of a web address, one however it is written; any other text is its own place.

    A host is in any case, and may end in a dot or a port that its scheme has anyway; HTTP and HTTPS are one.
    """
    if (match := _WEB.match(url)) is None:
        return url
    host, _, port = match["host"].rpartition("@")[2].lower().partition(":")
    other = f":{port}" if port not in ("", _DEFAULT_PORT[match["scheme"].lower()]) else ""
    return f"{host.rstrip('.')}{other}{url[match.end() :]}"


def is_callable(url: str) -> bool:
    """Whether a text is a URL of HTTP or HTTPS whose host and port can be ones, without a user in it."""
    match = _CALLED.fullmatch(url)
    return match is not None and int(match["port"] or 0) <= _LAST_PORT


def below(url: str, path: str | None) -> str:
    """The URL of what is at a path, which begins with `/` and may have a query, below another; that itself for None."""
    if path is None:
        return url
    around, (inner, _, query) = urlsplit(url), path.partition("?")
    queries = "&".join(filter(None, (around.query, query)))
    return around._replace(path=around.path.rstrip("/") + inner, query=queries).geturl()


def public(text: str, *, users: bool = True) -> str:
    """A text without users and passwords, and without secret parameters, in the URLs that are in it.

    With `users`, names of users stay where they are no secrets: those of SSH.
    """
    if _may_name_a_user(text):
        text = _USER.sub(
            lambda match: match[0] if users and _PUBLIC_USER.fullmatch(match[0]) else match["scheme"], text
        )
    if "=" in text and ("?" in text or "#" in text):
        text = _QUERY.sub(lambda match: _public_query(match[0]), text)
    return text


def _may_name_a_user(text: str) -> bool:
    return "://" in text and ("@" in text or text.count(":") > text.count("://"))


def secret_parameters(url: str) -> list[str]:
    """The values of the secret parameters, and the password, of a text that may be a URL; as they are written."""
    if "://" not in url:
        return []
    named = _USER.finditer(url) if _may_name_a_user(url) else ()
    users = [each[0].partition("://")[2].rpartition("@")[0].partition(":")[2] for each in named]
    pairs = [each.partition("=") for query in _QUERY.findall(url) for each in re.split("[&;]", query[1:])]
    return [*filter(None, users), *(value for name, _, value in pairs if value and _is_secret(name))]


def may_ask_secretly(text: str) -> bool:
    """Whether a URL in a text may have secret parameters: it has none where this is false."""
    *before, _ = text.split("=")
    for each in before:  # noqa: SIM110  a loop is faster than `any`, and few texts have more than one
        if _is_secret(_named(each)):
            return True
    return False


def _named(text: str) -> str:
    """The name of a parameter that a text ends with; empty where it ends with none."""
    start = max(map(text.rfind, "?#&;"))
    name = text[start + 1 :] if start >= 0 else ""
    return "" if _NO_NAME.search(name) else name


def _public_query(query: str) -> str:
    """Parameters after their mark, byte by byte as they were, but for those that are secret."""
    found = re.split(r"(?<=[&;])", query[1:])
    kept = [each for each in found if not ("=" in each and _is_secret(each.partition("=")[0]))]
    if len(kept) == len(found):
        return query
    return query[0] + "".join(kept).rstrip("&;") if kept else ""


@lru_cache(1024)
def _is_secret(name: str) -> bool:
    return len(name) < 200 and _PARAMETER.search(unquote_plus(name)) is not None  # noqa: PLR2004 - a name, no text


def origin(url: str) -> str:
    """A URL without its path, query and user; raises ValueError for what is none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def same_origin(one: str, other: str) -> bool:
    """Whether two URLs have one scheme, host and port (RFC 6454); raises ValueError where one is none."""
    return _tuple(one) == _tuple(other)


def _tuple(url: str) -> tuple[str, str | None, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, str(parts.port or _DEFAULT_PORT.get(parts.scheme, ""))
