"""What Gerrit says of one happening: on its stream, in its events log, and in what the REST API tells of a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

Json = dict[str, Any]

INSTANCE = "https://gerrit.example.com/"
NOW = 1_780_000_000
"""The time at which these tests happen, in epoch seconds."""

MOMENT = datetime.fromtimestamp(NOW, UTC)

ANNA = {"name": "Anna Ek", "email": "anna@example.com", "username": "anna"}
BOB = {"name": "Bob", "email": "bob@example.com", "username": "bob"}
SHA = {1: "a1" * 20, 2: "b2" * 20}


def line(document: dict[str, Any]) -> bytes:
    """An event as the stream writes it."""
    return orjson.dumps(document) + b"\n"


def patch_set(change: int, number: int, created: int) -> Json:
    """A patch set, as an attribute of an event."""
    return {
        "number": number,
        "revision": SHA[number],
        "parents": ["0f" * 20],
        "ref": f"refs/changes/{change % 100:02}/{change}/{number}",
        "uploader": ANNA,
        "createdOn": created,
        "author": ANNA,
        "kind": "REWORK",
        "sizeInsertions": 3,
        "sizeDeletions": -1,
    }


def event(kind: str, change: int, at: int, *, patch: int = 1, **more: Any) -> Json:
    """An event of a change, in the stream's shape."""
    attribute = {
        "project": "tools/build",
        "branch": "main",
        "id": f"I{change:040x}",
        "number": change,
        "subject": "Use <fewer> words",
        "owner": ANNA,
        "url": f"https://gerrit.example.com/c/tools/build/+/{change}",
        "commitMessage": f"Use <fewer> words\n\nChange-Id: I{change:040x}\n",
        "createdOn": at,
        "status": "NEW",
    }
    common = {"project": "tools/build", "refName": "refs/heads/main", "changeKey": {"id": attribute["id"]}}
    parts = {"patchSet": patch_set(change, patch, at), "change": attribute, **common}
    return {**more, **parts, "type": kind, "eventCreatedOn": at}


def uploaded(change: int, at: int, patch: int = 1) -> Json:
    """A new patch set."""
    return event("patchset-created", change, at, patch=patch, uploader=ANNA)


def review(change: int, at: int, comment: str = "Patch Set 1:\n\nNice") -> Json:
    """A comment by somebody else."""
    return event("comment-added", change, at, author=BOB, approvals=[], comment=comment)


def branched(name: str, at: int) -> Json:
    """A new branch, which no change tells of."""
    ref = {"oldRev": "0" * 40, "newRev": SHA[1], "refName": f"refs/heads/{name}", "project": "tools/build"}
    return {"submitter": ANNA, "refUpdate": ref, "type": "ref-updated", "eventCreatedOn": at}


def dropped(at: int) -> Json:
    """Gerrit could not say something."""
    return {"type": "dropped-output", "eventCreatedOn": at}


def logged(said: Json) -> Json:
    """The same event in the shape of the webhooks and events-log plugins."""
    shaped = dict(said)
    if "change" in said:
        shaped["project"] = {"name": said["project"]}
        shaped["changeKey"] = {"key": said["changeKey"]["id"]}
    return shaped


def rest_time(seconds: int) -> str:
    """A time as the REST API writes it: UTC, without saying so."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.000000000"


def change_info(uploads: Iterable[Json]) -> Json:
    """The ChangeInfo of a change of which nothing but its patch sets is told."""
    sets = [(each["patchSet"], each["eventCreatedOn"]) for each in uploads]
    first = next(iter(uploads))["change"]
    account = {"_account_id": 1000, **ANNA}
    revisions = {
        each["revision"]: {
            "_number": each["number"],
            "kind": each["kind"],
            "ref": each["ref"],
            "created": rest_time(at),
            "uploader": account,
            "commit": {"parents": [{"commit": "0f" * 20}], "author": ANNA, "message": first["commitMessage"]},
        }
        for each, at in sets
    }
    return {
        "id": f"tools%2Fbuild~main~{first['id']}",
        "project": "tools/build",
        "branch": "main",
        "change_id": first["id"],
        "_number": first["number"],
        "subject": first["subject"],
        "status": "NEW",
        "created": rest_time(sets[0][1]),
        "updated": rest_time(sets[-1][1]),
        "owner": account,
        "current_revision": sets[-1][0]["revision"],
        "revisions": revisions,
        "messages": [],
    }
