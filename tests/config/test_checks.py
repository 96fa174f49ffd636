"""What is wrong between the parts of a configuration, each of which is right by itself."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.config.conftest import SOURCE, Load, Problems


def test_references_between_parts_are_checked(problems: Problems) -> None:
    """A sink or source that does not exist is named, with the nearest that does."""
    text = SOURCE + "sinks: {file-a: {type: stdout}}\nroutes: {r: {format: legacy, sink: file-b, sources: [jenkin]}}\n"
    assert problems(text) == [
        "c.yaml:4:30: there is no sink 'file-b' (did you mean 'file-a'?)",
        "c.yaml:4:54: there is no source 'jenkin' (did you mean 'jenkins'?)",
    ]


def test_a_path_belongs_to_one(problems: Problems) -> None:
    """Two webhooks on one path, or one on a path of the server, is a mistake; the path itself may be a secret."""
    text = """\
    sources:
      a: {type: webhook, path: /s3cret, instance: "http://a/"}
      b: {type: webhook, path: /s3cret, instance: "http://b/"}
      c: {type: webhook, path: /metrics, instance: "http://c/"}
    """
    found = problems(text)
    assert found == [
        "c.yaml:3:22: this is the path of a (give each webhook a path of its own)",
        "c.yaml:4:22: this is the path of the server itself (give each webhook a path of its own)",
    ]


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "[::]:80", "10.1.2.3:80", "ci.example.com:80"])
def test_the_network_needs_an_auth_or_an_explicit_none(load: Load, problems: Problems, listen: str) -> None:
    """Whoever opens a webhook to the network says who may post."""
    server = f"server: {{listen: '{listen}'}}\n"
    [problem] = problems(server + SOURCE)
    assert problem.startswith("c.yaml:3:3: anybody can post to it")
    assert load(server + SOURCE.replace("path:", "auth: none, path:")).server.listen == listen
    assert load(server + SOURCE.replace("path:", "auth: {bearer: x}, path:")).server.listen == listen


def test_an_encoding_that_a_sink_cannot_do_is_refused(problems: Problems) -> None:
    """A line of text has no headers to put the attributes in."""
    text = SOURCE + "sinks: {out: {type: stdout}}\nroutes: {r: {format: legacy, sink: out, encoding: binary}}\n"
    assert problems(text) == ["c.yaml:4:41: a stdout sink cannot do 'binary' (it can do raw, structured)"]


@pytest.mark.parametrize(
    ("sinks", "told"),
    [
        ("{a: {type: file, path: e}, b: {type: file, path: ./e}}", "3:51: a writes this file (give each sink"),
        ("{a: {type: file, path: var/journal.db}}", "3:25: the journal writes this file (give each sink"),
        ("{a: {type: parquet, path: p}, b: {type: parquet, path: p}}", "3:57: a writes this file (give each sink"),
    ],
)
def test_a_file_is_written_by_one(problems: Problems, sinks: str, told: str) -> None:
    """Two that rotate and cut the same file, each for itself, would lose what the other wrote."""
    [problem] = problems(SOURCE + f"sinks: {sinks}\n")
    assert problem.startswith(f"c.yaml:{told}")


def test_cdevents_need_a_mapping(load: Load, problems: Problems) -> None:
    """A route of CDEvents from a source without a mapping would be silent for ever."""
    bare = SOURCE.replace(", mapping: jenkins/notification", "") + "sinks: {out: {type: stdout}}\n"
    [problem] = problems(bare + "routes: {r: {format: cdevents, sink: out}}\n")
    assert problem.startswith("c.yaml:4:10: the source 'jenkins' has no mapping")
    assert load(bare + "routes: {r: {format: legacy, sink: out}}\n").sources["jenkins"].mapping is None


EVENTS = (
    SOURCE
    + """\
  events: {type: webhook, path: /events, cdevents: true}
sinks:
  out: {type: stdout}
  call: {type: http-call, url: "http://call/", done: done.db}
"""
)


def test_cdevents_of_others_are_for_actions(load: Load, problems: Problems) -> None:
    """A route to an action takes them without being told; one that would publish them is a mistake, in either form."""
    routes = "routes:\n  acts: {format: cdevents, sink: call}\n  publishes: {format: cdevents, sink: out}\n"
    assert load(EVENTS + routes).sources["events"].hears_cdevents
    assert load(EVENTS + "routes: {acts: {format: cdevents, sink: call, sources: [events]}}\n").routes["acts"]
    for format_ in ("legacy", "cdevents"):
        routes = f"routes:\n  r: {{format: {format_}, sink: out, sources: [jenkins, events]}}\n"
        [problem] = problems(EVENTS + routes + "  acts: {format: cdevents, sink: call}\n")
        assert "the source 'events' hears CDEvents, and only actions, stores and mapped routes take those" in problem
        assert problem.startswith("c.yaml:8:")


@pytest.mark.parametrize(
    "route", ["{format: cdevents, sink: out}", "{format: cdevents, sink: call, sources: [jenkins]}"]
)
def test_cdevents_of_others_need_an_action(problems: Problems, route: str) -> None:
    """Heard for nothing is a mistake."""
    [problem] = problems(EVENTS + f"routes: {{r: {route}}}\n")
    assert problem.startswith("c.yaml:3:3: no route takes the CDEvents that it hears to an action")


def test_an_action_needs_cdevents(problems: Problems) -> None:
    """A legacy route to one would park whatever there is."""
    found = problems(EVENTS + "routes: {r: {format: legacy, sink: call}, s: {format: cdevents, sink: call}}\n")
    assert found == ["c.yaml:7:14: a http-call acts on CDEvents (write 'cdevents')"]


def test_a_store_keeps_cdevents_of_anybody(load: Load, problems: Problems) -> None:
    """Those of others end there as well; the tool's own words are for other sinks."""
    events = EVENTS.replace('{type: http-call, url: "http://call/", done: done.db}', "{type: parquet, path: store}")
    assert load(events + "routes: {r: {format: cdevents, sink: call}}\n").routes["r"]
    found = problems(events + "routes: {r: {format: legacy, sink: call}, s: {format: cdevents, sink: call}}\n")
    assert found == ["c.yaml:7:14: a parquet keeps CDEvents (write 'cdevents')"]


def test_cdevents_of_others_have_nothing_to_map(problems: Problems) -> None:
    """What a tool needs, they do not, and the other way round."""
    mapped = EVENTS.replace("cdevents: true", "cdevents: true, mapping: jenkins/notification")
    assert problems(mapped) == [
        "c.yaml:3:3: 'mapping' is for what a tool says: leave it out, CDEvents are what they are",
    ]
    [problem] = problems(EVENTS.replace("cdevents: true", "cdevents: false"))
    assert problem.startswith("c.yaml:3:3: 'instance' is missing: the tool's absolute URL")


def test_a_route_may_choose_types(load: Load) -> None:
    """Names of CDEvents, the beginning of some, and custom types of any tool."""
    types = ["change.merged", "pipelinerun.*", "dev.cdeventsx.*", "dev.cdeventsx.jenkins-node.offline.0.1.0", "*"]
    text = SOURCE + f"sinks: {{out: {{type: stdout}}}}\nroutes: {{r: {{format: cdevents, sink: out, types: {types}}}}}"
    assert load(text).routes["r"].types == tuple(types)


def test_a_type_that_no_event_has_is_told(problems: Problems) -> None:
    """With the nearest name; and a legacy route has no types."""
    text = SOURCE + dedent("""\
        sinks: {out: {type: stdout}}
        routes:
          a: {format: cdevents, sink: out, types: [change.merge, chain.*]}
          b: {format: legacy, sink: out, types: [change.merged]}
        """)
    assert problems(text) == [
        "c.yaml:5:44: there is no CDEvent 'change.merge' (did you mean 'change.merged'?)",
        "c.yaml:5:58: there is no CDEvent 'chain.*' (write names such as pipelinerun.finished or change.*)",
        "c.yaml:6:34: a legacy route has no types to choose from (leave it out, or choose by sources)",
    ]


def test_a_type_that_the_routes_spec_has_not_is_told(problems: Problems) -> None:
    """Neither what came after it, nor custom types before there were any."""
    text = SOURCE + dedent("""\
        sinks: {out: {type: stdout}}
        routes:
          a: {format: cdevents, sink: out, types: [approval.*, change.*]}
          b: {format: cdevents, sink: out, types: [ticket.closed, dev.cdeventsx.*, "*"], spec: 0.3.0}
          c: {format: cdevents, sink: out, types: [approval.*], spec: 0.6.0-draft}
        """)
    assert problems(text) == [
        "c.yaml:5:44: CDEvents 0.5.1 has no 'approval.*' (leave it out, or choose another `spec`)",
        "c.yaml:6:44: CDEvents 0.3.0 has no 'ticket.closed' (leave it out, or choose another `spec`)",
        "c.yaml:6:59: CDEvents 0.3.0 has no 'dev.cdeventsx.*' (leave it out, or choose another `spec`)",
    ]


def test_a_condition_of_a_route_is_checked(load: Load, problems: Problems) -> None:
    """Against what a CDEvent of its types can have; what a tool says is not known."""
    text = SOURCE + dedent("""\
        sinks: {out: {type: stdout}}
        routes:
          a: {format: cdevents, sink: out, types: [pipelinerun.*], when: {subject.content.outcom: failure}}
          b: {format: legacy, sink: out, when: {any: [{build.phase: 1}, {build.phase | uper: 1}]}}
        """)
    assert problems(text) == [
        "c.yaml:5:67: an event has no 'outcom' there (did you mean 'outcome'?)",
        "c.yaml:6:66: there is no filter 'uper' (did you mean 'upper'?)",
    ]
    fixed = load(text.replace("outcom:", "outcome:").replace("uper", "upper"))
    assert fixed.routes["a"].when == {"subject.content.outcome": "failure"}


def test_batches_in_flight_are_for_sinks_that_can(load: Load, problems: Problems) -> None:
    """One that takes a batch after the other says so."""
    text = SOURCE + "sinks: {out: {type: SINK}}\nroutes: {r: {format: legacy, sink: out, in_flight: 8}}\n"
    found = problems(text.replace("SINK", "stdout"))
    assert found == ["c.yaml:4:41: a stdout sink takes one batch after the other (leave it out)"]
    assert load(text.replace("SINK", "nats, servers: ['nats:4222'], subject: a")).routes["r"].in_flight == 8


def test_a_shadow_is_of_a_source_with_a_mapping(problems: Problems) -> None:
    """There is something to compare with, and its place in the journal is its own."""
    text = SOURCE + dedent("""\
          bare: {type: webhook, path: /bare, instance: "https://bare.example.com/"}
        sinks: {out: {type: stdout}}
        routes: {legacy: {format: legacy, sink: out}}
        shadows:
          legacy: {source: jenkin, mapping: jenkins/notification}
          next: {source: bare, mapping: jenkins/notification}
        """)
    assert problems(text) == [
        "c.yaml:7:3: there is a route of this name (give it another: a shadow has a place of its own in the journal)",
        "c.yaml:7:12: there is no source 'jenkin' (did you mean 'jenkins'?)",
        "c.yaml:8:10: the source 'bare' has no mapping to compare with (give it one)",
    ]


HTTP = 'type: http, url: "http://x/"'
JOB = 'type: jenkins-job, url: "http://x/", auth: {username: u, password: p}, done: d'


@pytest.mark.parametrize(
    ("sink", "route", "says"),
    [
        (JOB, "format: mapped, mapping: jenkins/job, variables: {job: a}", None),
        (JOB, "format: cdevents", "does not say what to do for a CDEvent (write 'mapped', or say so there)"),
        (JOB + ", job: a", "format: cdevents", None),
        (JOB + ", job: a", "format: mapped, mapping: jenkins/job", "says itself what is sent for a CDEvent"),
        ("type: parquet, path: store", "format: mapped, mapping: slack/message", "a parquet keeps CDEvents"),
        ("type: stdout", "format: mapped", "a mapped route needs an export mapping"),
        ("type: stdout", "format: mapped, mapping: slack/message, spec: 0.4.1", "an export mapping reads CDEvents"),
        (HTTP, "format: mapped, mapping: slack/message, encoding: batch", "has a place of its own"),
        (HTTP, "format: mapped, mapping: slack/message, correlation: true", "a mapped route has no chains"),
        ("type: stdout", "format: cdevents, mapping: slack/message", "a route of 'cdevents' has no mapping"),
        ("type: stdout", "format: legacy, variables: {a: 1}", "a route of 'legacy' has no mapping to set them for"),
        ("type: stdout", "format: mapped, mapping: slack/message", None),
    ],
)
def test_a_mapped_route_and_its_sink_fit(
    load: Load, problems: Problems, sink: str, route: str, says: str | None
) -> None:
    """What is sent is said in one place: in an export mapping, or at the action."""
    text = f"{SOURCE}sinks: {{out: {{{sink}}}}}\nroutes: {{out: {{sink: out, {route}}}}}\n"
    if says is None:
        assert load(text).routes["out"].sink == "out"
    else:
        found = problems(text)
        assert any(says in each for each in found), found
