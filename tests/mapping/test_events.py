"""What a mapping knows beside the record, and what an event has beside its content: names, chain, links, images."""

from __future__ import annotations

from adapters.cdevents.document import document
from adapters.cdevents.ids import chain_id, context_id
from adapters.cdevents.validation import problems
from adapters.mapping.explain import explain, uncovered
from adapters.model import LOOKED_UP, Spec
from tests.mapping.support import INSTANCE, events, mapping, notification

CONTEXT = """
    cdevents: 0.5.1
    variables: {gerrit: ""}
    let: {project: "${project.name | default(project)}"}
    defaults:
      timestamp: ${at | epoch_s}
      chain:
        - [$gerrit, change]
        - [$instance, run]
      custom_data: {heard: "${$headers.x-event | default('none')}", on: "${$received_at}"}
    rules:
      first:
        when: {kind: first}
        emit: dev.cdeventsx.tool-run.started.0.1.0
        id: [$project, run]
        subject: {id: "${run}"}
      second:
        when: {kind: second}
        emit: dev.cdeventsx.tool-run.finished.0.1.0
        id: [$project, run]
        timestamp: ${$received_at}
        subject: {id: "${run}", source: "${$instance}${$project}"}
        links:
          - path: first
          - relation: {emit: change.merged, id: [change], source: "${$gerrit}"}
            kind: TRIGGER
            tags: {why: "${kind}"}
            when: {change: {exists: true}}
          - end: {emit: change.created, id: [run]}
        custom_data: {own: 1}
"""


def test_names_headers_and_defaults_reach_every_rule() -> None:
    """`let`, `variables`, `$instance`, `$headers` and `$received_at` are read alike, and defaults merge."""
    translator = mapping(CONTEXT, gerrit="https://gerrit/")
    assert translator.headers == {"x-event"}
    body = {"kind": "first", "project": {"name": "p"}, "run": "1", "at": 1718000067}
    (event,) = translator.translate(notification(body, **{"x-event": "push"})).events
    assert event.timestamp == "2024-06-10T06:14:27Z"
    assert event.custom_data == {"heard": "push", "on": "2026-01-02T03:04:05.678Z"}
    assert event.id == context_id(INSTANCE, "dev.cdeventsx.tool-run.started.0.1.0", ["p", "1"])


def test_links_point_at_computed_ids() -> None:
    """A link to a rule uses that rule's key on this record; a reference may be to another tool's event."""
    translator = mapping(CONTEXT, gerrit="https://gerrit/")
    (first,) = events(translator, {"kind": "first", "project": "p", "run": "1", "at": 1718000067})
    (second,) = events(translator, {"kind": "second", "project": {"name": "p"}, "run": "1", "change": 5})
    assert second.links == [
        {"linkType": "PATH", "from": {"contextId": first.id}, "tags": {}},
        {
            "linkType": "RELATION",
            "linkKind": "TRIGGER",
            "target": {"contextId": context_id("https://gerrit/", "change.merged", ["5"])},
            "tags": {"why": "second"},
        },
        {"linkType": "END", "from": {"contextId": context_id(INSTANCE, "change.created", ["1"])}, "tags": {}},
    ]
    assert second.subject_source == INSTANCE + "p"
    assert second.custom_data == {"heard": "none", "on": "2026-01-02T03:04:05.678Z", "own": 1}
    (without,) = events(translator, {"kind": "second", "project": "p", "run": "1"})
    assert [link["linkType"] for link in without.links] == ["PATH", "END"]


def test_chain_is_the_first_alternative_that_is_there() -> None:
    """The chain starts at the change where the payload knows it, else at the run."""
    translator = mapping(CONTEXT, gerrit="https://gerrit/")
    body = {"kind": "first", "project": "p", "run": "1", "at": 1718000067}
    assert events(translator, body)[0].chain_id == chain_id([INSTANCE, "1"])
    assert events(translator, body | {"change": 5})[0].chain_id == chain_id(["https://gerrit/", "5"])


ALTERNATIVES = """
    cdevents: 0.5.1
    rules:
      started:
        when: {kind: started}
        emit: dev.cdeventsx.tool-run.started.0.1.0
        id: &run [[run, stage], ["${run}/${job}"], [job]]
        subject: {id: run}
      finished:
        when: {kind: finished}
        emit: dev.cdeventsx.tool-run.finished.0.1.0
        id: *run
        subject: {id: run}
        links: [{path: started}]
"""


def test_id_is_the_first_alternative_that_is_there() -> None:
    """Of several keys, for a rule and for what links to it; where none is, what the last one lacks is told."""
    translator = mapping(ALTERNATIVES)
    for body, key in (
        ({"run": "1", "stage": "a", "job": "b"}, ["1", "a"]),
        ({"run": "1", "job": "b"}, ["1/b"]),
        ({"stage": "a", "job": "b"}, ["b"]),
    ):
        (event,) = events(translator, {"kind": "finished", **body})
        assert event.id == context_id(INSTANCE, "dev.cdeventsx.tool-run.finished.0.1.0", key)
        started = context_id(INSTANCE, "dev.cdeventsx.tool-run.started.0.1.0", key)
        assert event.links[0]["from"] == {"contextId": started}
    (error,) = translator.translate(notification({"kind": "finished"})).errors
    assert error.endswith("rule finished: job is missing")


def test_explanation_says_why_each_rule_did_or_did_not_fire() -> None:
    """Every record, every rule: what it emitted, what was otherwise, or what failed where."""
    translator = mapping(CONTEXT, gerrit="g")
    assert list(explain(translator, notification({"kind": "first", "project": "p", "run": "1"}))) == [
        "record 1",
        "  first: failed at test.yaml:6:3: at is missing",
        "  second: no, kind is text 'first', not second",
    ]


DOUBTFUL = """
    cdevents: 0.5.1
    ignore: [{"number | int": 1}]
    defaults: {timestamp: "${$received_at}"}
    rules:
      begun:
        when: {kind: begun, number: {gt: 5}}
        emit: dev.cdeventsx.tool-run.started.0.1.0
        id: [number]
        subject: {id: "${number}"}
      other:
        when: {any: [{kind: other}, {kind: another}]}
        emit: dev.cdeventsx.tool-run.queued.0.1.0
        id: [number]
        subject: {id: "${number}"}
"""


def test_explanation_says_what_cannot_be_decided() -> None:
    """An `ignore` that cannot be asked of a record is why nothing becomes of it; it is a dead letter, not unmatched."""
    told = list(explain(mapping(DOUBTFUL), notification({"kind": "begun", "number": "x"})))
    assert told[0] == "record 1"
    assert told[1].startswith("  whether it is ignored cannot be decided: int: ")
    assert list(uncovered(mapping(DOUBTFUL), notification({"kind": "begun", "number": "x"}))) == []


def test_why_nothing_covers_a_record_is_said_in_few_words() -> None:
    """What it is where most rules ask, once, and what else was otherwise with the rules that are about such."""
    for body, reason in (
        ({"kind": "lost", "number": 7}, "kind is text 'lost'"),
        ({"number": 7}, "kind is missing"),
        ({"kind": "begun", "number": 2}, "kind is text 'begun'; number is a number '2', not gt 5"),
    ):
        assert list(uncovered(mapping(DOUBTFUL), notification(body))) == [reason]
    assert list(uncovered(mapping(DOUBTFUL), notification({"kind": "another", "number": 7}))) == []


def test_translation_is_pure() -> None:
    """The same notification gives the same events, however often and whatever came between."""
    translator = mapping(CONTEXT, gerrit="g")
    one = notification({"kind": "second", "project": "p", "run": "1", "change": 5})
    before = translator.translate(one)
    translator.translate(notification({"kind": "first", "project": "q", "run": "2", "at": 1718000067}))
    assert translator.translate(one) == before


IMAGES = """
cdevents: 0.5.1
let:
  image: ${one | oci_purl("app", "registry.example.com")}
  labels: ${$images | get($image)}
image: ${$image}
split: {each: all, as: one}
ignore:
  - {one: ignored}
rules:
  published:
    emit: artifact.published
    id: [one]
    subject: {id: "${one}"}
    custom_data: {"version?": "${$labels.version}"}
"""


DIGEST = f"sha256:{'1' * 64}"


IMAGE = f"pkg:oci/app@{DIGEST}?repository_url=registry.example.com/app"


def test_a_mapping_says_which_images_its_records_are_about() -> None:
    """Each once, as far as they can be read, but for those of ignored records; none of what cannot be read at all."""
    translator = mapping(IMAGES)
    assert translator.images(notification({"all": [DIGEST, "ignored", DIGEST, "latest", 7]})) == {IMAGE}
    assert translator.images(notification(b"rubbish")) == set()
    assert mapping(CONTEXT, gerrit="https://gerrit/").images(notification({"kind": "first"})) == set()


def test_what_is_ignored_once_it_is_known_is_looked_up() -> None:
    """So that it is known when more is said of it; `$images` is empty then, and else has something in it."""
    translator = mapping(IMAGES.replace("{one: ignored}", f"{{one: '{DIGEST}', $images | length: {{not: 0}}}}"))
    said = {"all": [DIGEST]}
    assert translator.images(notification(said)) == {IMAGE}
    header = {LOOKED_UP: f'{{"{IMAGE}": {{"version": "1.4"}}}}'}
    assert [translator.translate(each).ignored for each in (notification(said), notification(said, **header))] == [1, 1]


def test_labels_that_were_looked_up_are_found_by_their_image() -> None:
    """Of a record whose image was not, they are missing; what names no image is no error for it."""
    said = {"all": [DIGEST, "latest"]}
    header = {LOOKED_UP: f'{{"{IMAGE}": {{"version": "1.4"}}}}'}
    assert [each.custom_data for each in mapping(IMAGES).translate(notification(said)).events] == [{}, {}]
    translation = mapping(IMAGES).translate(notification(said | {"all": [DIGEST]}, **header))
    assert [each.custom_data for each in translation.events] == [{"version": "1.4"}]


CHOSEN = """
    cdevents: 0.5.1
    variables: {kind: app}
    tables:
      done: {new: deployed, old: upgraded}
      types: {app: service.deployed, other: dev.cdeventsx.tool-thing.seen.0.1.0}
    rules:
      told:
        when: {state: {exists: true}}
        emit: service.${state | table(done)}
        id: [id]
        subject: {id: "${id}", content: {environment: {id: lab}, artifactId: "${id}"}}
      after:
        emit: ${$kind | table(types)}
        id: [id]
        subject: {id: "${id}", content: {environment: {id: lab}, artifactId: "${id}"}}
        links:
          - path: told
            when: {state: {exists: true}}
          - relation: {emit: "change.${of | table(what, 'created')}", id: [id]}
            kind: FIX
"""


def test_a_table_chooses_the_type() -> None:
    """Of the event, with the id that an event of that type has; of those that a link goes to, as well."""
    translator = mapping(CHOSEN.replace("types:", "what: {m: merged}\n      types:"))
    for state, name in (("new", "service.deployed"), ("old", "service.upgraded")):
        told, after = events(translator, {"id": "7", "state": state, "of": "m"})
        assert (told.name, told.id) == (name, context_id(INSTANCE, name, ["7"]))
        assert after.name == "service.deployed"
        targets = [context_id(INSTANCE, each, ["7"]) for each in (name, "change.merged")]
        assert [link.get("from", link.get("target"))["contextId"] for link in after.links] == targets
    said = "\n".join(explain(translator, notification({"id": "7", "state": "old", "of": "m"})))
    assert "  told: yes, service.upgraded" in said


def test_a_type_that_no_table_has_is_a_dead_letter() -> None:
    """Told where the type is written."""
    translator = mapping(CHOSEN.replace("types:", "what: {m: merged}\n      types:"))
    errors = translator.translate(notification({"id": "7", "state": "lost", "of": "m"})).errors
    assert errors == (
        "test.yaml:11:5: rule told: table done has no 'lost'",
        "test.yaml:11:5: rule after: table done has no 'lost'",
    )


def test_a_link_may_go_to_what_a_domain_itself_names() -> None:
    """It is a relation, and of a draft: a route of what is released leaves it out, and the event stays."""
    translator = mapping("""
        cdevents: 0.6.0-draft
        rules:
          closed:
            emit: approval.closed
            id: [key]
            subject:
              id: ${key}
              content:
                approvalDetailsUrl: https://jira.example.com/browse/${key}
                resourceTargetUrl: ${target}
                responder: urn:user:${by}
                decision: approved
                status: approved
            links:
              - domain: cdevents:v0:jira::${$headers.x-site | default("")}:SHOP:issue:${key | url_encode}
                kind: causedBy
    """)
    (event,) = events(translator, {"key": "SHOP-7", "target": "https://ci.example.com/7", "by": "jane"})
    assert event.links == [
        {
            "linkType": "RELATION",
            "linkKind": "causedBy",
            "target": {"domainId": "cdevents:v0:jira:::SHOP:issue:SHOP-7"},
            "tags": {},
        }
    ]
    assert problems(document(event, Spec.V0_6_0), Spec.V0_6_0) == []
