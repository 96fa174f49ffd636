"""A Gerrit's stream tried before it runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from adapters.errors import AdapterError
from adapters.reach.tools import gerrit_stream
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from tests.sources.gerrit_stream.conftest import SshGerrit

Settings = Callable[..., GerritStreamSettings]


async def version(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Says which Gerrit it is."""
    process.stdout.write(b"gerrit version 3.11.1\n")
    process.exit(0)


async def test_a_gerrit_that_lets_the_key_in(settings: Settings, ssh: SshGerrit) -> None:
    """Over SSH, as the source does; the stream is not opened, for nothing of it would be kept."""
    ssh.sessions = [version]
    assert "gerrit version 3.11.1" in await gerrit_stream(settings(backfill="none"))
    assert ssh.commands == ["gerrit version"]


async def test_a_key_that_is_not_let_in(settings: Settings, ssh: SshGerrit, tmp_path: Path) -> None:
    """Gerrit's reason is told."""
    ssh.sessions = [version]
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "other")
    with pytest.raises(AdapterError, match=r"does not let cdevents in with .*: add its public half in Gerrit"):
        await gerrit_stream(settings(key=str(tmp_path / "other"), backfill="none"))
    assert ssh.commands == []
