"""A change's history, from what the REST API tells of it, in the shape of the stream's events.

Told are patchset-created, comment-added, change-merged, change-abandoned, change-restored, wip-state-changed and
private-state-changed. Not to be had are what happened to branches, tags and projects, to topics, reviewers and the
like, and what was deleted since; that a push or a review made a change ready; of a vote, what it replaced, unless an
earlier message says so; of a merge, the commit on the branch where submitting made one and no message names it.
`eventCreatedOn` is when it happened (rest-api-changes, ChangeMessageInfo `date`), which the stream tells up to seconds
later. Attributes are those of now, as they are on the stream, but for those that the event itself is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import orjson

from adapters.sources.gerrit.attributes import Json, account, common, epoch, patch_sets
from adapters.sources.gerrit.events import Event, parse
from adapters.sources.gerrit.messages import kind, made_commit, messages, reason
from adapters.sources.gerrit.votes import Votes, approvals, forget

_UPLOADED = {"newPatchSet": False, "newWipPatchSet": True}
"""By what Gerrit says of an upload: whether the change was then work in progress."""

_BY_GERRIT = {
    "merged": ("change-merged", "submitter"),
    "abandon": ("change-abandoned", "abandoner"),
    "restore": ("change-restored", "restorer"),
    "setWorkInProgress": ("wip-state-changed", "changer"),
    "setReadyForReview": ("wip-state-changed", "changer"),
    "setPrivate": ("private-state-changed", "changer"),
    "unsetPrivate": ("private-state-changed", "changer"),
}
"""By what Gerrit says: the event's type, and what it calls who did it."""

_FROM_THEN_ON: Mapping[str, Json] = {
    "merged": {"status": "MERGED"},
    "abandon": {"status": "ABANDONED"},
    "restore": {"status": "NEW"},
}
_THEN: Mapping[str, Json] = {
    "setWorkInProgress": {"wip": True},
    "setReadyForReview": {"wip": False},
    "setPrivate": {"private": True},
}
_REVIEW = re.compile(r"Patch Set \d+:(?P<votes>[^\n]*)")


def history(change: Json, instance: str) -> Iterator[Event]:
    """The events of one ChangeInfo (with all revisions, commits and messages), oldest first within each kind."""
    all_have = common(change, instance)
    by_number = {each["number"]: each for each in patch_sets(change)}
    for part, told in (*_uploads(change, by_number), *_said(change, by_number)):
        attribute = {name: value for name, value in (all_have["change"] | told["change"]).items() if value}
        yield replace(parse(orjson.dumps(told | all_have | {"change": attribute})), key=f"{change['_number']} {part}")


def _uploads(change: Json, by_number: Mapping[int, Json]) -> Iterator[tuple[str, Json]]:
    """Each patch set but those that submitting made: of these there is no event (RebaseSubmitStrategy, CherryPick)."""
    made = {made_commit(message) for message in messages(change)}
    wip = {each.get("_revision_number"): _UPLOADED[kind(each)] for each in messages(change) if kind(each) in _UPLOADED}
    for number, patch_set in by_number.items():
        if (revision := patch_set["revision"]) not in made:
            then = {"status": "NEW"} | ({"wip": wip[number]} if number in wip else {})
            who = {"uploader": patch_set["uploader"], "patchSet": patch_set, "change": then}
            yield revision, who | {"type": "patchset-created", "eventCreatedOn": patch_set["createdOn"]}


def _said(change: Json, by_number: Mapping[int, Json]) -> Iterator[tuple[str, Json]]:
    votes: Votes = {}
    state: Json = {"status": "NEW"}
    for message in messages(change):
        forget(message, votes)
        state = _FROM_THEN_ON.get(kind(message), state)
        if (patch_set := by_number.get(message.get("_revision_number", 0))) and (told := _event(message, votes)):
            when = {"patchSet": patch_set, "eventCreatedOn": epoch(message["date"])}
            yield message.get("id") or message["date"], told | when | {"change": state | _THEN.get(kind(message), {})}


def _event(message: Json, votes: Votes) -> Json | None:
    author, what = account(message.get("author", {})), kind(message)
    if what in _BY_GERRIT:
        event, role = _BY_GERRIT[what]
        details = {"newRev": made_commit(message), "reason": reason(message)}
        return {"type": event, role: author} | {name: value for name, value in details.items() if value}
    if what or not (review := _REVIEW.match(message["message"])):
        return None
    changed = list(approvals(review["votes"], str(message.get("author")), votes))
    return {"type": "comment-added", "author": author, "approvals": changed, "comment": message["message"]}
