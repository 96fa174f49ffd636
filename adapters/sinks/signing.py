"""What is sent over HTTP, signed by the scheme of Standard Webhooks."""

from __future__ import annotations

from typing import Self

from adapters import standard_webhooks
from adapters.errors import TransientError
from adapters.secrets import Secrets
from adapters.settings import Settings, model_validator


class Signing(Settings):
    """Secrets in base64, after `whsec_` where they have that; there is a signature by each, for they are exchanged."""

    secret: Secrets

    @model_validator(mode="after")
    def _known(self) -> Self:
        self._keys()
        return self

    def headers(self, event: str, body: bytes, now: float) -> dict[str, str]:
        """Those of an attempt at a time (seconds since 1970), for an event by its id, or for several where it is empty.

        Raises TransientError where a secret is none any more: somebody will mend it.
        """
        try:
            keys = self._keys()
        except ValueError as error:
            raise TransientError(f"nothing can be signed: {error}") from None
        return standard_webhooks.signed(keys, standard_webhooks.identity(event, body), body, now)

    def _keys(self) -> list[bytes]:
        """As they are now; raises ValueError."""
        return [standard_webhooks.key(each.get_secret_value()) for each in self.secret]
