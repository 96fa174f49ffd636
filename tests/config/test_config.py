"""The configuration: what loads, and every problem of what does not, at its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import jsonschema_rs
import pytest

from adapters import config, yamlfile
from adapters.errors import ConfigError
from adapters.model import Encoding, Format, Spec
from adapters.sources import SOURCES
from adapters.sources.webhook import WebhookSettings

WHOLE = """\
server: {listen: 127.0.0.1:9999, drain: 5s}
journal: {path: j.db, max_size: 64MiB, keep: 2d}
log: {level: debug, format: json}
sources:
  jenkins:
    type: webhook
    path: /jenkins
    instance: https://jenkins.example.com/
    mapping: jenkins/notification
    variables: {environment: ci}
    auth: {bearer: "${env:TOKEN}"}
    max_body: 1MiB
    on_invalid: park
sinks:
  out: {type: stdout}
routes:
  legacy: {format: legacy, sink: out, encoding: raw, sources: [jenkins]}
  cdevents: {format: cdevents, sink: out, spec: 0.4.1, batch: 10}
"""

SOURCE = """\
sources:
  jenkins: {type: webhook, path: /jenkins, instance: "https://jenkins.example.com/", mapping: jenkins/notification}
"""


Load = Callable[..., config.Config]
Problems = Callable[..., list[str]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a text, with an environment of its own."""

    def load(text: str, **environ: str) -> config.Config:
        (path := tmp_path / "c.yaml").write_text(dedent(text))
        return config.load(path, environ)

    return load


@pytest.fixture
def problems(load: Load, tmp_path: Path) -> Problems:
    """Tells what is wrong with a text, from the file's name on."""

    def problems(text: str, **environ: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(text, **environ)
        return [str(each).removeprefix(f"{tmp_path}/") for each in caught.value.problems]

    return problems


def test_a_whole_configuration_loads(load: Load) -> None:
    """Every part arrives with its type, unit and default."""
    loaded = load(WHOLE, TOKEN="s3cret")
    source = loaded.sources["jenkins"]
    assert isinstance(source, WebhookSettings)
    assert (loaded.server.address, loaded.server.drain) == (("127.0.0.1", 9999), 5.0)
    assert (loaded.journal.path, loaded.journal.max_size, loaded.journal.keep) == (Path("j.db"), 64 << 20, 172800.0)
    assert (source.max_body, source.variables, source.on_invalid) == (1 << 20, {"environment": "ci"}, "park")
    assert loaded.routes["legacy"].encoding is Encoding.RAW
    assert (loaded.routes["cdevents"].format, loaded.routes["cdevents"].spec) == (Format.CDEVENTS, Spec.V0_4_1)


def test_the_least_configuration_listens_on_loopback(load: Load) -> None:
    """One source is enough, and nobody else can reach it."""
    loaded = load(SOURCE)
    assert loaded.server.address == ("127.0.0.1", 8080)
    assert loaded.server.loopback


def test_no_secret_is_shown(load: Load) -> None:
    """A configuration that is printed, or dumped as JSON, hides what is secret."""
    loaded = load(WHOLE, TOKEN="s3cret")
    assert "bearer" in repr(loaded)
    assert "s3cret" not in repr(loaded) + str(loaded) + loaded.model_dump_json()


def test_all_problems_are_reported_together(problems: Problems) -> None:
    """A missing variable, an unknown key, a bad unit and a bad word, each at its line and column, in one go."""
    text = """\
    journal: {keep: 7 weeks}
    sources:
      jenkins:
        type: webhook
        path: jenkins
        instance: https://jenkins.example.com/
        maping: jenkins/notification
        auth: {bearer: "${env:TOKEN}"}
    routes:
      legacy: {format: raw, sink: out}
    """
    found = problems(text)
    assert "c.yaml:8:12: the environment variable TOKEN is not set (set it, or write ${env:TOKEN:-default})" in found
    assert "c.yaml:7:5: unknown key 'maping' (did you mean 'mapping'?)" in found
    assert any(each.startswith("c.yaml:1:11: expected a number with a unit") for each in found)
    assert any(each.startswith("c.yaml:5:5: ") for each in found)
    assert "c.yaml:10:12: Input should be 'legacy' or 'cdevents'" in found
    assert len(found) == 5


def test_a_problem_never_shows_a_resolved_value(problems: Problems) -> None:
    """Wherever a secret lands by mistake, no message quotes it."""
    text = """\
    server: {listen: "${env:S}", drain: "${env:S}"}
    journal: {max_size: "${env:S}"}
    log: {level: "${env:S}"}
    sources:
      a: {type: "${env:S}", instance: "${env:S}"}
      b: {type: webhook, path: "${env:S}", instance: "${env:S}", auth: {hmac: {header: "${env:S} x", secret: x}}}
      c: {type: webhook, path: /c, instance: "https://u:${env:S}@h/", max_body: "${env:S}", auth: "${env:S}"}
    routes:
      r: {format: "${env:S}", sink: x, spec: "${env:S}", encoding: "${env:S}", batch: "${env:S}"}
    """
    found = problems(text, S="hunter2")
    assert len(found) >= 13
    assert "hunter2" not in "\n".join(found)


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        ("nothing", "Input should be 'none'"),
        ("{}", "expected exactly one of bearer, basic, header and hmac"),
        ("{bearer: x, header: {name: X, value: y}}", "expected exactly one of bearer, basic, header and hmac"),
        ("{bearer: '${env:EMPTY}'}", "Value should have at least 1 item"),
        ("{basic: {username: u}}", "'password' is missing"),
        ("{hmac: {header: X, secret: y, algorithm: md5}}", "Input should be 'sha1', 'sha256' or 'sha512'"),
        ("{header: {name: 'X:', value: y}}", "String should match pattern"),
    ],
)
def test_an_auth_that_cannot_be_meant_is_refused(problems: Problems, auth: str, message: str) -> None:
    """One way to tell the caller, whole and not empty."""
    text = f"sources: {{j: {{type: webhook, path: /j, instance: 'http://j/', auth: {auth}}}}}"
    [problem] = problems(text, EMPTY="")
    assert message in problem


@pytest.mark.parametrize(
    "instance", ["jenkins", "/jenkins", "https://", "http://a b/", "https://[::1/", "https://u:p@h/"]
)
def test_an_instance_is_an_absolute_url_without_credentials(problems: Problems, instance: str) -> None:
    """It is published as the source of every event: it must name the tool, and nothing secret."""
    [problem] = problems(f"sources: {{j: {{type: webhook, path: /j, instance: '{instance}'}}}}")
    assert problem.startswith("c.yaml:1:40: expected")


def test_an_unknown_type_names_the_known_ones(problems: Problems) -> None:
    """A source of a type that does not exist says which do."""
    assert problems("sources: {j: {type: webhok}}") == [f"c.yaml:1:11: expected a 'type', one of {', '.join(SOURCES)}"]


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


@pytest.mark.parametrize("listen", ["127.0.0.1:80", "[::1]:80", "localhost:80", "127.8.8.8:0"])
def test_loopback_needs_none(load: Load, listen: str) -> None:
    """On loopback, an auth may be left out."""
    assert load(f"server: {{listen: '{listen}'}}\n{SOURCE}").server.loopback


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1", ":8080", "127.0.0.1:http", "127.0.0.1:65536"])
def test_listen_is_a_host_and_a_port(problems: Problems, listen: str) -> None:
    """Half an address is refused with an example of a whole one."""
    [problem] = problems(f"server: {{listen: '{listen}'}}\n{SOURCE}")
    assert problem == "c.yaml:1:10: expected host:port, such as 127.0.0.1:8080 or [::1]:8080"


def test_an_encoding_that_a_sink_cannot_do_is_refused(problems: Problems) -> None:
    """A line of text has no headers to put the attributes in."""
    text = SOURCE + "sinks: {out: {type: stdout}}\nroutes: {r: {format: legacy, sink: out, encoding: binary}}\n"
    assert problems(text) == ["c.yaml:4:41: a stdout sink cannot do 'binary' (it can do raw, structured)"]


def test_cdevents_need_a_mapping(load: Load, problems: Problems) -> None:
    """A route of CDEvents from a source without a mapping would be silent for ever."""
    bare = SOURCE.replace(", mapping: jenkins/notification", "") + "sinks: {out: {type: stdout}}\n"
    [problem] = problems(bare + "routes: {r: {format: cdevents, sink: out}}\n")
    assert problem.startswith("c.yaml:4:10: the source 'jenkins' has no mapping")
    assert load(bare + "routes: {r: {format: legacy, sink: out}}\n").sources["jenkins"].mapping is None


@pytest.mark.parametrize("text", ["", "sources: {}", "sources: {Up: {type: webhook, path: /u, instance: 'http://u/'}}"])
def test_sources_are_there_and_well_named(problems: Problems, text: str) -> None:
    """Without a source there is nothing to do; names go into metrics and the journal."""
    assert len(problems(text)) == 1


def test_the_schema_accepts_what_loads_and_refuses_what_does_not() -> None:
    """Editors get a JSON Schema that knows the keys and the types of every part."""
    validator = jsonschema_rs.validator_for(config.schema())
    assert validator.is_valid(yamlfile.parse(WHOLE, "c").data)
    assert not validator.is_valid(yamlfile.parse(WHOLE.replace("max_body", "maxbody"), "c").data)
    assert not validator.is_valid(yamlfile.parse(WHOLE.replace("type: stdout", "type: stdin"), "c").data)


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
