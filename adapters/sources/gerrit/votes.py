"""The votes that messages tell of, each with what it replaced as far as earlier messages say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.sources.gerrit.attributes import Json
from adapters.sources.gerrit.messages import kind

Votes = dict[tuple[str, str], str]
"""The value of each author's vote on each label."""

_VOTE = re.compile(r"(?P<removed>-)?(?P<label>[A-Za-z][A-Za-z0-9-]*?)(?P<value>[+-]\d+)?")
_GONE = re.compile(r"^(?:\* |Removed )(?P<label>[A-Za-z][A-Za-z0-9-]*?)(?P<value>[+-]\d+) ", re.MULTILINE)


def forget(message: Json, votes: Votes) -> None:
    """Takes out what Gerrit itself says is gone: outdated by a patch set, deleted, or a removed reviewer's."""
    if not kind(message):
        return
    gone = {(found["label"], found["value"].removeprefix("+")) for found in _GONE.finditer(message["message"])}
    whose = {str(account) for account in message.get("accounts_in_message", ())}
    for (author, label), value in list(votes.items()):
        if (label, value) in gone and (author in whose or not whose):
            del votes[author, label]


def approvals(text: str, author: str, votes: Votes) -> Iterator[Json]:
    """Yields and keeps the votes that a message's first line says were changed: `Code-Review+2 -Verified`."""
    for vote in filter(None, map(_VOTE.fullmatch, text.split())):
        if vote["removed"] is None and vote["value"] is None:
            continue
        label, value = vote["label"], (vote["value"] or "0").removeprefix("+")
        yield {"type": label, "description": label, "value": value, "oldValue": votes.get((author, label), "0")}
        votes[author, label] = value
