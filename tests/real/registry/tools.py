"""The real tools that sign images and say what they are made of, with keys made for this once."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.real import golang
from tests.real.registry.layouts import Image
from tests.real.registry.story import PATIENCE

COSIGN = "v3.1.3"
ORAS = "v1.3.6"


@dataclass(frozen=True)
class Tools:
    """Those that can be had, with a folder for keys; `address` is the registry's, which speaks no TLS."""

    cosign: str
    oras: str
    notation: str
    folder: Path
    address: str

    def push(self, image: Image, name: str) -> None:
        """Copies an image, with all that its index lists, to `repository:tag`."""
        layout = f"{image.folder}@{image.index}"
        self._run(self.oras, "cp", "--from-oci-layout", "--to-plain-http", layout, f"{self.address}/{name}")

    def key(self) -> None:
        """Makes cosign's key, and a signing configuration without services on the internet."""
        self._run(self.cosign, "generate-key-pair")
        self._run(self.cosign, "signing-config", "create", "--out", "services.json")

    def sign(self, image: str) -> None:
        """Signs `repository@digest` as cosign does by default: by a bundle that refers to the image."""
        self._cosign("sign", image, "--signing-config", "services.json")

    def sign_by_tag(self, image: str) -> None:
        """The same as cosign 2 did."""
        old = ("--use-signing-config=false", "--new-bundle-format=false", "--tlog-upload=false")
        self._cosign("sign", image, *old)

    def attest(self, image: str, kind: str, predicate: str) -> None:
        """Attests a predicate of one of cosign's kinds (`spdxjson`, `slsaprovenance1`), in a signed bundle."""
        (self.folder / "predicate.json").write_text(predicate)
        self._cosign(
            "attest", image, "--signing-config", "services.json", "--type", kind, "--predicate", "predicate.json"
        )

    def notarize(self, image: str, envelope: str) -> None:
        """Signs as Notary Project's notation does, in an envelope of `jws` or `cose`."""
        self._run(self.notation, f"{self.address}/{image}", envelope)

    def attach(self, image: str, kind: str, content: str) -> None:
        """Attaches a file of a media type, which is the artifact's own, to an image."""
        (self.folder / "attached.json").write_text(content)
        reference = f"{self.address}/{image}"
        self._run(self.oras, "attach", "--plain-http", "--artifact-type", kind, reference, f"attached.json:{kind}")

    def delete(self, manifest: str) -> None:
        """Deletes `repository@digest`."""
        self._run(self.oras, "manifest", "delete", "--force", "--plain-http", f"{self.address}/{manifest}")

    def _cosign(self, command: str, image: str, *options: str) -> None:
        key = ("--yes", "--key", "cosign.key", "--allow-http-registry")
        self._run(self.cosign, command, *key, *options, f"{self.address}/{image}")

    def _run(self, *command: str) -> None:
        environment = {**os.environ, "COSIGN_PASSWORD": "", "HOME": str(self.folder)}
        done = subprocess.run(
            command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def tools(folder: Path, address: str) -> Tools:
    """All of them, built from their published modules; skips where one cannot be had."""
    return Tools(
        cosign=golang.program("github.com/sigstore/cosign/v3/cmd/cosign", COSIGN),
        oras=golang.program("oras.land/oras/cmd/oras", ORAS),
        notation=golang.ours(Path(__file__).parent / "notation"),
        folder=folder,
        address=address,
    )
