"""TLS of a client: whom it trusts, and who it is."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Self

from adapters.settings import Settings, model_validator

if TYPE_CHECKING:
    from requests import Session


class Tls(Settings):
    """Whom to trust (the system's authorities, those in the file `ca`, or anybody), and a client certificate."""

    verify: bool = True
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _key_needs_certificate(self) -> Self:
        if self.key is not None and self.certificate is None:
            raise ValueError("'key' needs 'certificate'")
        return self


def context(tls: Tls) -> ssl.SSLContext:
    """What Python's `ssl` needs to do as told, of the files as they are now; raises OSError that names them."""
    try:
        result = ssl.create_default_context(cafile=tls.ca)
        if tls.certificate:
            result.load_cert_chain(tls.certificate, tls.key, password=_no_passphrase)
    except OSError as error:
        files = ", ".join(str(file) for file in (tls.ca, tls.certificate, tls.key) if file)
        raise OSError(f"TLS cannot use {files}: {error.strerror or error}") from None
    if not tls.verify:
        result.check_hostname, result.verify_mode = False, ssl.CERT_NONE
    return result


def secure(session: Session, tls: Tls) -> None:
    """Makes a session of requests do as told."""
    session.verify = str(tls.ca) if tls.verify and tls.ca else tls.verify
    if tls.certificate:
        session.cert = (str(tls.certificate), str(tls.key)) if tls.key else str(tls.certificate)


def _no_passphrase() -> str:
    """Keeps OpenSSL from asking on the terminal."""
    raise OSError("the key has a passphrase")
