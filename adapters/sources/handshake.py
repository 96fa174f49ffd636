"""The handshake in which a sender of CloudEvents asks whether it may send here, such as Azure's Event Grid.

It protects others from what they did not ask for, and is no authentication: what is sent then has to have its own
(CloudEvents, http-webhook.md, Abuse Protection).
"""

from __future__ import annotations

from collections.abc import Collection

from adapters.answers import Answer, Refusal
from adapters.sources.auth.contract import Headers

ANYBODY = "*"


def granted(headers: Headers, origins: Collection[str]) -> Answer:
    """The permission for one of these origins, at any rate; raises Refusal for others."""
    origin = headers.get(b"webhook-request-origin", b"").decode("latin-1")
    if not origin or not {origin.lower(), ANYBODY} & {each.lower() for each in origins}:
        hint = "add the sender's WebHook-Request-Origin to the source's 'origins'"
        raise Refusal(403, f"'{origin[:100]}' may not send here", hint)
    allowed = {"Allow": "OPTIONS, POST", "WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}
    return Answer(200, allowed)
