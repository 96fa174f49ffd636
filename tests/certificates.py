"""Certificates for the loopback interface, made by openssl."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Identity:
    """A certificate, and its key."""

    certificate: Path
    key: Path


def identity(directory: Path, name: str, authority: Identity | None = None) -> Identity:
    """A new one, that signs itself or that an authority has signed; skips where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make certificates")
    made = Identity(directory / f"{name}.pem", directory / f"{name}.key")
    subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    output = ["-keyout", str(made.key), "-out", str(made.certificate)]
    signed = ["-CA", str(authority.certificate), "-CAkey", str(authority.key)] if authority else []
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run([*command, "-days", "1", *subject, *output, *signed], check=True, capture_output=True)
    return made
