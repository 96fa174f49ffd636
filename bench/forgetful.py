"""The same sidecar, except that it does not keep what it receives: the difference is the price of the journal."""

from __future__ import annotations

from collections.abc import Sequence
from unittest import mock

from adapters.cli import main
from adapters.model import Checkpoint, Notification, Receive
from adapters.sidecar import Sidecar


def _receiver(sidecar: Sidecar, source: str) -> Receive:
    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:  # noqa: ARG001  # the contract's
        sidecar.metrics.received(source, len(notifications))

    return receive


with mock.patch.object(Sidecar, "receiver", _receiver):
    main()
