"""The configuration: what loads, and every problem of what does not, at its place."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from adapters import config, yamlfile
from adapters.model import Encoding, Format, Spec
from adapters.sources import SOURCES
from adapters.sources.webhook import WebhookSettings
from tests.config.conftest import SOURCE, WHOLE, Load, Problems


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
        record_start: x
        auth: {bearer: "${env:TOKEN}"}
    routes:
      legacy: {format: raw, sink: out}
    """
    found = problems(text)
    assert "c.yaml:9:12: the environment variable TOKEN is not set (set it, or write ${env:TOKEN:-default})" in found
    assert "c.yaml:7:5: unknown key 'maping' (did you mean 'mapping'?)" in found
    assert "c.yaml:8:5: unknown key 'record_start' (it is for another place)" in found
    assert any(each.startswith("c.yaml:1:11: expected a number with a unit") for each in found)
    assert any(each.startswith("c.yaml:5:5: ") for each in found)
    assert "c.yaml:11:12: expected 'legacy', 'cdevents' or 'mapped'" in found
    assert len(found) == 6


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
        ("nothing", "this is to be an object"),
        ("{}", "expected exactly one of bearer, basic, header, hmac, http_signature and rsa"),
        (
            "{bearer: x, header: {name: X, value: y}}",
            "expected exactly one of bearer, basic, header, hmac, http_signature and rsa",
        ),
        ("{bearer: ''}", "a secret is empty: write it"),
        ("{bearer: '${env:EMPTY}'}", "(the environment variable EMPTY is empty: set it)"),
        ("{bearer: '${env:NONE:- }'}", "(the environment variable NONE is empty: set it)"),
        ("{hmac: {header: X, secret: '${env:EMPTY}'}}", "(the environment variable EMPTY is empty: set it)"),
        ("{bearer: [x, '${file:/dev/null}']}", "(the file /dev/null is empty: write into it)"),
        ("{basic: {username: u}}", "'password' is missing"),
        ("{hmac: {header: X, secret: y, algorithm: md5}}", "expected 'sha1', 'sha256' or 'sha512'"),
        ("{header: {name: 'X:', value: y}}", "expected the name of a header, such as"),
    ],
)
def test_an_auth_that_cannot_be_meant_is_refused(problems: Problems, auth: str, message: str) -> None:
    """One way to tell the caller, whole and not empty."""
    text = f"sources: {{j: {{type: webhook, path: /j, instance: 'http://j/', auth: {auth}}}}}"
    [problem] = problems(text, EMPTY="")
    assert message in problem


@pytest.mark.parametrize("auth", ["{bearer: '${env:TWO}'}", "{basic: {username: u, password: '${env:TWO}'}}"])
def test_a_secret_for_a_header_is_one_line(problems: Problems, auth: str) -> None:
    """What no header can hold is told before anything is sent, and not shown."""
    *_, problem = problems(f"sinks: {{s: {{type: http, url: 'http://s/', auth: {auth}}}}}", TWO="hunter2\n")
    assert "is one line" in problem
    assert "hunter2" not in problem


def test_a_setting_that_became_nothing_says_of_what(problems: Problems) -> None:
    """What is wrong with it, and which variable was empty."""
    *_, problem = problems("sinks: {s: {type: http, url: '${env:URL}'}}", URL="")
    assert problem == (
        "c.yaml:1:25: expected a URL such as https://events.example.com/cdevents"
        " (the environment variable URL is empty: set it)"
    )


@pytest.mark.parametrize(
    "instance",
    [
        "jenkins",
        "/jenkins",
        "https://",
        "http://a b/",
        "https://[::1/",
        "https://u:p@h/",
        "https://h/?token=x",
        "https://h:65536/",
    ],
)
def test_an_instance_is_an_absolute_url_without_credentials(problems: Problems, instance: str) -> None:
    """It is published as the source of every event: it must name the tool, and nothing secret."""
    [problem] = problems(f"sources: {{j: {{type: webhook, path: /j, instance: '{instance}'}}}}")
    assert problem.startswith("c.yaml:1:40: expected")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("type: webhok", "15: there is no such type (did you mean 'webhook'?)"),
        ("type: WEBHOOK", "15: there is no such type (did you mean 'webhook'?)"),
        ("type: 7", f"15: there is no such type (there are {', '.join(SOURCES)})"),
        ("path: /j", f"11: 'type' is missing (there are {', '.join(SOURCES)})"),
    ],
)
def test_an_unknown_type_names_the_known_ones(problems: Problems, source: str, told: str) -> None:
    """A source of a type that does not exist says at that word which do, or which one was meant."""
    assert problems(f"sources: {{j: {{{source}}}}}") == [f"c.yaml:1:{told}"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sources: {j: {type: webhook, path: j, instance: 'http://j/'}}", "1:30: expected a path that begins with /"),
        ("source: {}", "1:1: unknown key 'source' (did you mean 'sources'?)"),
        (
            "routes: {a: {format: legcy, sink: s}}",
            "1:14: expected 'legacy', 'cdevents' or 'mapped' (did you mean 'legacy'?)",
        ),
        ("sinks: {Out: {type: stdout}}", "1:9: expected a name of at most 63 small letters"),
    ],
)
def test_a_wrong_word_is_told_with_the_right_one(problems: Problems, text: str, told: str) -> None:
    """In words for people, not in those of a library."""
    assert any(each.startswith(f"c.yaml:{told}") for each in problems(text)), problems(text)


@pytest.mark.parametrize("listen", ["127.0.0.1:80", "[::1]:80", "localhost:80", "127.8.8.8:0"])
def test_loopback_needs_none(load: Load, listen: str) -> None:
    """On loopback, an auth may be left out."""
    assert load(f"server: {{listen: '{listen}'}}\n{SOURCE}").server.loopback


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1", ":8080", "127.0.0.1:http", "127.0.0.1:65536"])
def test_listen_is_a_host_and_a_port(problems: Problems, listen: str) -> None:
    """Half an address is refused with an example of a whole one."""
    [problem] = problems(f"server: {{listen: '{listen}'}}\n{SOURCE}")
    assert problem == "c.yaml:1:10: expected host:port, such as 127.0.0.1:8080 or [::1]:8080"


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


def test_admin_is_another_address(load: Load, problems: Problems) -> None:
    """The same one would be in use; port 0 is any that is free."""
    assert load(f"server: {{listen: '127.0.0.1:80', admin: '0.0.0.0:81'}}\n{SOURCE}").server.admin == "0.0.0.0:81"
    assert load(f"server: {{listen: '127.0.0.1:0', admin: '127.0.0.1:0'}}\n{SOURCE}").server.admin == "127.0.0.1:0"
    [problem] = problems(f"server: {{listen: '127.0.0.1:80', admin: '127.0.0.1:80'}}\n{SOURCE}")
    assert problem.startswith("c.yaml:1:34: expected another address than that of 'listen'")
    [problem] = problems(f"server: {{admin: '81'}}\n{SOURCE}")
    assert problem.startswith("c.yaml:1:10: expected host:port")


@pytest.mark.parametrize(
    "source",
    [
        "type: jenkins-api, mapping: jenkins/notification, url",
        "type: gerrit-api, mapping: gerrit/events, username: u, password: p, url",
        "type: kubernetes, mapping: kubernetes/rollout, rollouts: {}, token: t, url",
        "type: webhook, path: /j, auth: none, mapping: registry/events, registry: {url",
    ],
)
@pytest.mark.parametrize("url", ["http://h:65536", "http://h i", "http://*.h"])
def test_a_url_that_cannot_be_called_is_told_where_it_is(problems: Problems, source: str, url: str) -> None:
    """Before who is to call it fails, which says nothing of where that is from."""
    end = "}" * (1 + source.count("{url"))
    told = problems(f"sources:\n  a: {{instance: 'http://j/', {source}: '{url}'{end}")
    where = source.index("url") + len("  a: {instance: 'http://j/', ") + 1
    assert f"c.yaml:2:{where}: expected a URL such as" in " ".join(told).replace("without a user", "such as")
