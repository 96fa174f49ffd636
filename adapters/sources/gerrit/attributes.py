"""Changes, patch sets and accounts of the REST API in the shape of the stream's events (json.txt in Gerrit's pages)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]


def epoch(timestamp: str) -> int:
    """Epoch seconds of a REST timestamp, which is in UTC without saying so (rest-api, Timestamp)."""
    return int(datetime.fromisoformat(timestamp).replace(tzinfo=UTC).timestamp())


def common(change: Json, instance: str) -> Json:
    """What all events of a ChangeInfo have."""
    project, branch, key = change["project"], change["branch"], change["change_id"]
    ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
    return {"change": _change(change, instance), "project": project, "refName": ref, "changeKey": {"id": key}}


def patch_sets(change: Json) -> list[Json]:
    """Its revisions in order, without an edit that is not published."""
    numbered = ((sha, each) for sha, each in change["revisions"].items() if isinstance(each["_number"], int))
    return sorted((_patch_set(sha, each) for sha, each in numbered), key=lambda each: each["number"])


def account(told: Json) -> Json:
    """As much as is known of who did something."""
    return {name: told[name] for name in ("name", "email", "username") if told.get(name)}


def _change(change: Json, instance: str) -> Json:
    number, current = change["_number"], change["revisions"].get(change.get("current_revision"), {})
    said = {
        "project": change["project"],
        "branch": change["branch"],
        "topic": change.get("topic"),
        "id": change["change_id"],
        "number": number,
        "subject": change["subject"],
        "owner": account(change["owner"]),
        "url": f"{instance.rstrip('/')}/c/{quote(change['project'])}/+/{number}",
        "commitMessage": current.get("commit", {}).get("message"),
        "hashtags": change.get("hashtags"),
        "createdOn": epoch(change["created"]),
        "status": change["status"],
        "wip": change.get("work_in_progress"),
        "private": change.get("is_private"),
    }
    return {name: value for name, value in said.items() if value}


def _patch_set(revision: str, told: Json) -> Json:
    commit = told.get("commit", {})
    return {
        "number": told["_number"],
        "revision": revision,
        "parents": [parent["commit"] for parent in commit.get("parents", ())],
        "ref": told["ref"],
        "uploader": account(told["uploader"]),
        "createdOn": epoch(told["created"]),
        "author": account(commit.get("author", {})),
        "kind": told["kind"],
    }
