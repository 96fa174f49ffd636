"""A client of Gerrit's REST API (pygerrit2), for the source and the action."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from requests.auth import AuthBase

from adapters.http import Basic, Bearer, Bounded
from adapters.secrets import Secret
from adapters.tls import Tls, secure

if TYPE_CHECKING:
    from pygerrit2 import GerritRestAPI


def client(
    url: str, user: tuple[str, Secret] | Secret | None, tls: Tls, timeout: float, adapter: Bounded
) -> GerritRestAPI:
    """A client that asks once, with `timeout` in seconds: who asks tries again, and can be stopped while it waits.

    `user` is a name and an HTTP password, or a bearer token; without one it asks as nobody.
    """
    from pygerrit2 import Anonymous, GerritRestAPI  # noqa: PLC0415 - an extra, only needed by who asks a Gerrit

    log = logging.getLogger("pygerrit2")
    log.handlers.clear()  # it brings one of its own, which writes beside our log
    log.setLevel(logging.CRITICAL)  # what is no JSON it would log in full: a page of a login, tokens and all
    made = GerritRestAPI(url, auth=_auth(user) if user else Anonymous(), adapter=adapter)
    secure(made.session, tls)
    made.kwargs |= {"timeout": timeout, "verify": made.session.verify}
    return made


def _auth(user: tuple[str, Secret] | Secret) -> AuthBase:
    if isinstance(user, tuple):
        return Basic(user[0], user[1].get_secret_value)
    return Bearer(user.get_secret_value)
