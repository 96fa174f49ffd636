"""What a programmer would write for this one tool and nothing else: the baseline of the mapping engine.

Ids and schemas are the package's own, for they are the same job; everything else is straight Python.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
from jsonschema_rs import Draft202012Validator

from adapters.cdevents.ids import chain_id, context_id, legacy_id
from adapters.cdevents.schema import schema
from adapters.cdevents.vocabulary import EVENTS
from adapters.model import Spec

OUTCOMES = {"SUCCESS": "success", "UNSTABLE": "failure", "FAILURE": "failure", "ABORTED": "cancel"}
TYPES = {name: EVENTS[name].type(Spec.V0_5_1) for name in ("pipelinerun.finished", "testsuiterun.finished")}
VALIDATORS = {
    name: Draft202012Validator(schema(EVENTS[name], Spec.V0_5_1), validate_formats=True, offline=True) for name in TYPES
}


def published(body: bytes, instance: str) -> list[bytes]:
    """The CloudEvents, in JSON, of a run that has finished; raises ValueError if one is not valid."""
    notification = orjson.loads(body)
    build = notification["build"]
    run, moment = build["url"], datetime.fromtimestamp(build["timestamp"] / 1000, UTC)
    context = {
        "specversion": "0.5.1",
        "source": instance,
        "timestamp": moment.isoformat(timespec="milliseconds")[:-6] + "Z",
        "chainId": chain_id([instance, run]),
        "links": [
            {
                "linkType": "PATH",
                "from": {"contextId": context_id(instance, "pipelinerun.started", [run])},
                "tags": {},
            }
        ],
    }
    job = "/".join(unquote(name) for name in notification["url"].split("/")[1::2])
    events = [("pipelinerun.finished", _run(build, job, instance))]
    if "test_summary" in build:
        events.append(("testsuiterun.finished", _tests(build, job, instance)))
    documents = [_document(name, context, run, rest) for name, rest in events]
    legacy = legacy_id(instance, "", body)
    return [_encoded(document, legacy) for document in documents]


def _run(build: dict[str, Any], job: str, instance: str) -> dict[str, Any]:
    scm = build["scm"]
    content = {"pipelineName": job, "uri": instance + build["url"], "outcome": OUTCOMES[build["status"]]}
    custom = {
        "number": build["number"],
        "queue_id": build["queue_id"],
        "result": build["status"],
        "duration": build["duration"],
        "scm": {
            "repository": scm["url"].partition("://")[2].removesuffix(".git"),
            "url": scm["url"],
            "branch": scm["branch"].removeprefix("origin/"),
            "commit": scm["commit"],
        },
    }
    return {"subject": {"id": build["url"], "content": content}, "customData": custom}


def _tests(build: dict[str, Any], job: str, instance: str) -> dict[str, Any]:
    summary = build["test_summary"]
    failed, total = summary["failed"], summary["total"]
    content = {
        "environment": {"id": "ci"},
        "outcome": "failure" if failed else "success",
        "reason": f"{failed} of {total} failed",
        "testSuite": {"id": job, "uri": f"{instance}{build['url']}testReport/"},
    }
    custom = {
        "number": build["number"],
        "queue_id": build["queue_id"],
        "total": total,
        "failed": failed,
        "passed": summary["passed"],
        "skipped": summary["skipped"],
    }
    return {"subject": {"id": build["url"] + "tests", "content": content}, "customData": custom}


def _document(name: str, context: dict[str, Any], run: str, rest: dict[str, Any]) -> dict[str, Any]:
    own = {"id": context_id(context["source"], name, [run]), "type": TYPES[name]}
    document = {"context": {**context, **own}, **rest}
    if not VALIDATORS[name].is_valid(document):
        raise ValueError(f"{name} is not valid")
    return document


def _encoded(document: dict[str, Any], legacy: str) -> bytes:
    context = document["context"]
    attributes = {
        "specversion": "1.0",
        "id": context["id"],
        "source": context["source"],
        "type": context["type"],
        "time": context["timestamp"],
        "subject": document["subject"]["id"],
        "datacontenttype": "application/json",
        "partitionkey": context["chainId"],
        "legacyid": legacy,
        "data": document,
    }
    return orjson.dumps(attributes)


def main(archive: str, output: str, instance: str) -> None:
    """Replays an archive of one notification a line, as a script for this one tool would."""
    with Path(archive).open("rb") as lines, Path(output).open("wb") as events:
        for line in lines:
            events.writelines(event + b"\n" for event in published(line.rstrip(), instance))


if __name__ == "__main__":
    main(*sys.argv[1:])
