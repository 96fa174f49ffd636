"""`check` on configurations: it finds what `run` would, and says where the user wrote it."""

from __future__ import annotations

import socket
from pathlib import Path
from textwrap import dedent

import pytest

from adapters import extras
from tests import example
from tests.cli.support import invoke, process
from tests.service import free_port

SOURCE = """\
sources:
  ci:
    type: webhook
    path: /ci
    instance: https://ci.example.com/
    mapping: jenkins/notification
"""
OUT = """\
sinks: {out: {type: stdout}}
routes: {legacy: {format: legacy, sink: out}, cdevents: {format: cdevents, sink: out}}
"""


def told(folder: Path, text: str, *options: str) -> list[str]:
    """What is told of a configuration, without the folder."""
    (folder / "c.yaml").write_text(dedent(text))
    result = invoke("check", "--config", folder / "c.yaml", *options)
    assert "Traceback" not in result.output
    return result.output.replace(f"{folder}/", "").splitlines()


def test_a_right_one_is_fine(tmp_path: Path) -> None:
    """What there is of each part is counted."""
    assert told(tmp_path, SOURCE + OUT) == ["c.yaml: 1 source, 1 sink, 2 routes, fine"]


def test_what_clients_say_by_themselves_is_not_told(tmp_path: Path) -> None:
    """A broker that is away is no mistake in a configuration."""
    pytest.importorskip("confluent_kafka")
    sink = f'sinks: {{out: {{type: kafka, brokers: ["127.0.0.1:{free_port()}"], topic: t}}}}\n'
    text = SOURCE + sink + OUT.splitlines()[1]
    (tmp_path / "c.yaml").write_text(text)
    ended = process(tmp_path, "check", "--config", "c.yaml")
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("parts", "what"), [("", "no sinks and no routes"), ("sinks: {out: {type: stdout}}\n", "no routes")]
)
def test_without_routes_nothing_is_published(tmp_path: Path, parts: str, what: str) -> None:
    """It starts, and is silent for ever: that is a problem."""
    [problem] = told(tmp_path, SOURCE + parts)
    assert f"there are {what}: what is heard is kept, and published nowhere" in problem
    assert problem.startswith("c.yaml:1:1: ")


def test_what_leads_nowhere_is_a_note(tmp_path: Path) -> None:
    """A sink without a route, and a source of which nothing is published."""
    text = (
        SOURCE
        + '  other: {type: webhook, path: /o, instance: "http://o/"}\n'
        + (
            "sinks: {out: {type: stdout}, spare: {type: stdout}}\n"
            "routes: {r: {format: cdevents, sink: out, sources: [ci]}}\n"
        )
    )
    first, second, last = told(tmp_path, text)
    assert first.startswith("c.yaml:8:30: note: no route leads to the sink 'spare'")
    assert second.startswith("c.yaml:7:3: note: no route publishes what 'other' hears")
    assert last == "c.yaml: 2 sources, 2 sinks, 1 route, fine"


def test_a_source_that_keeps_no_order_among_replicas_is_a_note(tmp_path: Path) -> None:
    """Whatever is set: that is how MQTT shares a subscription."""
    parts = "sinks: {out: {type: stdout}}\nroutes: {r: {format: legacy, sink: out}}\n"
    lab = '  lab: {type: mqtt, host: mqtt.example.com, topics: [lab/#], instance: "http://lab/"}\n'
    note, last = told(tmp_path, SOURCE + lab + parts)
    assert note.startswith(
        "c.yaml:7:3: note: replicas of 'lab' keep no order: MQTT gives each message to any (run one,"
    )
    assert last == "c.yaml: 2 sources, 1 sink, 1 route, fine"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("${TOKEN}", "${env:TOKEN}"),
        ("$TOKEN", "${env:TOKEN}"),
        ("$(TOKEN)", "${env:TOKEN}"),
        ("${ENV:TOKEN}", "${env:TOKEN}"),
        ("${Env:TOKEN}", "${env:TOKEN}"),
        ("${env.TOKEN}", "${env:TOKEN}"),
        ("${FILE:/run/token}", "${file:/run/token}"),
        ("${token}", "${env:token}"),
        ("$env:TOKEN", "${env:TOKEN}"),
        ("${env:TOKEN", "${env:TOKEN}"),
        ("${vault:secret/ci}", "${env:NAME} or ${file:path}"),
    ],
)
def test_a_reference_that_is_none_is_told(tmp_path: Path, wrong: str, right: str) -> None:
    """It would be taken for the secret itself, in a source and in the credentials of an action."""
    text = SOURCE.replace("path: /ci", f'path: /ci\n    auth: {{bearer: "{wrong}"}}')
    told_of = f"'{wrong}' is not replaced by anything (write {right}, if that is meant)"
    assert told(tmp_path, text + OUT) == [f"c.yaml:5:12: {told_of}"]
    sink = f'sinks: {{out: {{type: http-call, url: "http://x/y", done: d, auth: {{bearer: "{wrong}"}}}}}}\n'
    assert told(tmp_path, SOURCE + sink + OUT.splitlines()[1].replace("legacy: {format: legacy, sink: out}, ", "")) == [
        f"c.yaml:7:67: {told_of}"
    ]


def test_what_an_action_makes_of_an_event_is_no_reference(tmp_path: Path) -> None:
    """Its templates are full of them; but no event has what is written like a variable of the environment."""
    text = (
        SOURCE + 'sinks: {out: {type: http-call, url: "http://x/y", done: d, body: {a: "${subject.id}", b: "BODY"}}}\n'
    )
    text += "routes: {r: {format: cdevents, sink: out}}\n"
    assert told(tmp_path, text) == ["c.yaml: 1 source, 1 sink, 1 route, fine"]
    [problem] = told(tmp_path, text.replace("BODY", "${CHANNEL}"))
    assert problem.startswith("c.yaml:7:87: '${CHANNEL}' is not replaced by anything (write ${env:CHANNEL}")


def test_variables_that_are_not_set_are_one_report(tmp_path: Path) -> None:
    """Each once, where it is first and with the other places, and nothing that only follows from it."""
    text = SOURCE.replace("path: /ci", 'path: "${env:HOOK}"\n    auth: {bearer: "${env:TOKEN}"}')
    text += 'sinks: {out: {type: http, url: "${env:URL}", auth: {bearer: "${env:TOKEN}"}}}\n'
    text += "routes: {legacy: {format: legacy, sink: out}}\n"
    default = "${env:TOKEN:-default}"
    assert told(tmp_path, text) == [
        "c.yaml:4:5: the environment variable HOOK is not set (set it, or write ${env:HOOK:-default})",
        f"c.yaml:5:12: the environment variable TOKEN is not set (set it, or write {default}; also in line 8)",
        "c.yaml:8:27: the environment variable URL is not set (set it, or write ${env:URL:-default})",
    ]


def test_a_misspelt_mapping_is_told_where_it_is_written(tmp_path: Path) -> None:
    """With the one that is near."""
    [problem] = told(tmp_path, SOURCE.replace("notification", "notifcation") + OUT)
    assert problem == "c.yaml:6:5: there is no mapping 'jenkins/notifcation' (did you mean 'jenkins/notification'?)"


MAPPING = """\
variables: {teams: "", word: "", must: null, many: 5}
lookups:
  team: {file: "${$teams}", key: repository}
rules:
  run:
    emit: pipelinerun.${$word | table(kinds, "started")}
    id: [run]
    subject: {id: "${run}", content: {pipelineName: "${name | truncate($many)}", uri: "${uri}"}}
tables: {kinds: {end: finished}}
"""


@pytest.mark.parametrize(
    ("variables", "where", "problem"),
    [
        ("{}", "c.yaml:7:5", "the variable 'must' must be set (give it a value under"),
        ("{must: 1, wrd: end}", "c.yaml:7:26", "the mapping has no variable 'wrd' (did you mean 'word'?)"),
        ("{must: 1, teams: none.csv}", "c.yaml:7:26", "there is no file 'none.csv' (at "),
        ("{must: 1, teams: [a]}", "c.yaml:7:26", "['a'] is not a path (at "),
        ("{must: 1, many: x}", "c.yaml:7:26", "$many: truncate takes a number as length, found text 'x'"),
    ],
)
def test_a_bad_variable_is_told_where_it_is_given(tmp_path: Path, variables: str, where: str, problem: str) -> None:
    """In the configuration, and not in the mapping, which somebody else may have written."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("cdevents: 0.5.1\n" + MAPPING)
    text = SOURCE.replace("jenkins/notification", f"{mapping}\n    variables: {variables}") + OUT
    found = [line for line in told(tmp_path, text) if line.startswith(f"{where}: {problem}")]
    assert found, told(tmp_path, text)


def test_a_missing_extra_is_told_with_its_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each source and sink that needs one, at once, where they are written."""
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    text = SOURCE + '  more: {type: kafka, brokers: ["k:9092"], topics: [t], instance: "http://k/"}\n'
    text += "sinks: {out: {type: nats, servers: ['n:4222'], subject: a}}\nroutes: {r: {format: legacy, sink: out}}\n"
    text += "metrics: {otlp: {url: 'http://c:4318'}}\n"
    assert told(tmp_path, text) == [
        "c.yaml:8:9: nats is not installed (pip install 'cdevents-adapters[nats]')",
        "c.yaml:7:3: confluent_kafka is not installed (pip install 'cdevents-adapters[kafka]')",
        "c.yaml:10:11: opentelemetry.proto is not installed (pip install 'cdevents-adapters[otlp]')",
    ]


CALL = 'sinks: {{out: {{type: http-call, url: "http://x/y", done: d, body: {{a: "{template}"}}}}}}\n'


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("${subject.content.artifactId}", "c.yaml:7:67: an event has no 'artifactId' there"),
        ("${subject.ids}", "c.yaml:7:67: an event has no 'ids' there (did you mean 'id'?)"),
        (
            "${customdata.x | default(1)}",
            "c.yaml:7:67: an event has no 'customdata' there (did you mean 'customData'?)",
        ),
        ("${subject.id | uper}", "c.yaml:7:67: there is no filter 'uper'"),
        ("${subject.content.errors}", "note: pipelinerun.started of the route r have no subject.content.errors"),
    ],
)
def test_an_action_wants_only_what_its_events_have(tmp_path: Path, template: str, problem: str) -> None:
    """By the types that the route lets through, and those that the mappings of its sources make."""
    mapping = example.mapping(tmp_path)
    text = SOURCE.replace("jenkins/notification", str(mapping)) + CALL.format(template=template)
    lines = told(tmp_path, text + "routes: {r: {format: cdevents, sink: out, types: ['pipelinerun.*']}}\n")
    assert problem in lines[0]


def test_the_configuration_of_the_environment_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `run` means it; and where there is none, the first of those that are looked for."""
    (tmp_path / "mine.yaml").write_text(SOURCE + OUT)
    monkeypatch.setenv("CDEVENTS_ADAPTERS_CONFIG", str(tmp_path / "mine.yaml"))
    assert invoke("check").stdout == f"{tmp_path}/mine.yaml: 1 source, 1 sink, 2 routes, fine\n"
    monkeypatch.setenv("CDEVENTS_ADAPTERS_CONFIG", "gone.yaml")
    hint = "mend CDEVENTS_ADAPTERS_CONFIG, which names it"
    assert (invoke("check").exit_code, invoke("check").stderr) == (2, f"gone.yaml: there is no such file ({hint})\n")
    monkeypatch.delenv("CDEVENTS_ADAPTERS_CONFIG")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    places = ["home/cdevents-adapters/adapters.yaml", "config/cdevents-adapters.yaml", "cdevents-adapters.yaml"]
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(SOURCE + OUT)
        assert invoke("check").stdout.split(":")[0] == (place if "home" not in place else str(tmp_path / place))


def test_csv_without_columns_is_not_for_a_tail(tmp_path: Path) -> None:
    """A line that comes by itself has no header above it: that is told before it runs."""
    mapping = tmp_path / "mapping.yaml"
    rule = 'rules: {r: {emit: build.started, id: [a], subject: {id: "${a}"}}}\n'
    mapping.write_text(f"cdevents: 0.5.1\ninput: csv\n{rule}")
    tail = f'sources: {{log: {{type: tail, paths: ["/x/*.csv"], instance: "http://t/", mapping: {mapping}}}}}\n'
    [problem] = told(tmp_path, tail + OUT)
    assert problem.startswith("c.yaml:1:73: the mapping mapping.yaml reads columns from a header")
    mapping.write_text(f"cdevents: 0.5.1\ninput: {{csv: {{columns: [a]}}}}\n{rule}")
    assert "1 source, 1 sink, 2 routes, fine" in told(tmp_path, tail + OUT)[0]


@pytest.mark.parametrize(
    ("parts", "where", "what"),
    [
        ("journal: {path: taken/journal.db}", "1:11", "taken/journal.db cannot be made: taken is no folder"),
        ("journal: {path: .}", "1:11", ". is a folder: name a file"),
        ("server: {listen: 'HOST'}", "1:10", "server.listen: HOST is in use"),
        ("server: {admin: 'HOST'}", "1:10", "server.admin: HOST is in use"),
        ("server: {listen: '192.0.2.1:80'}", "1:10", "server.listen: 192.0.2.1:80 cannot be listened on"),
        ("sinks: {out: {type: file, path: taken/e}}", "1:27", "taken/e cannot be made: taken is no folder"),
        ("sinks: {out: {type: http, url: 'https://e/', tls: {ca: no}}}", "1:46", "TLS cannot use no: "),
        ("sinks: {out: {type: http, url: 'https://e/', tls: {ca: taken}}}", "1:46", "TLS cannot use taken: "),
    ],
)
def test_what_a_start_on_this_machine_would_meet_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: str, where: str, what: str
) -> None:
    """Where it is configured; on the machine that it is for, all may be well, so it is no problem."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("a file")
    with socket.create_server(("127.0.0.1", 0)) as other:
        host = f"127.0.0.1:{other.getsockname()[1]}"
        text = f"{parts.replace('HOST', host)}\n{SOURCE}    auth: none\n"
        (tmp_path / "c.yaml").write_text(text + (OUT if "sinks" not in parts else OUT.splitlines()[1]) + "\n")
        result = invoke("check", "--config", "c.yaml")
    assert result.exit_code == 0
    assert f"c.yaml:{where}: note: {what.replace('HOST', host)}" in result.output


def test_a_type_that_there_is_not_is_all_that_is_told(tmp_path: Path) -> None:
    """What an action wants of events that a misspelt type does not choose is nobody's mistake."""
    hook = 'type: http-call, url: "http://127.0.0.1:9/", done: d.db, body: {a: "${subject.content.uri}"}'
    route = "format: cdevents, sink: hook, types: [pipelinerun.finishd]"
    text = f"{SOURCE}sinks: {{hook: {{{hook}}}}}\nroutes: {{act: {{{route}}}}}\n"
    [problem] = told(tmp_path, text)
    assert "there is no CDEvent 'pipelinerun.finishd' (did you mean 'pipelinerun.finished'?)" in problem


def test_a_folder_without_a_mapping_is_told(tmp_path: Path) -> None:
    """It is there, and no mapping: a list of those that are shipped would not help."""
    (tmp_path / "mine").mkdir()
    [problem] = told(tmp_path, SOURCE.replace("jenkins/notification", f"{tmp_path}/mine") + OUT)
    assert problem == "c.yaml:6:5: there is no mapping 'mine' (the folder has no mapping.yaml)"


def test_a_kubeconfig_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    """With the file that is meant."""
    cluster = "type: kubernetes, instance: 'https://k/', mapping: kubernetes/rollout, rollouts: {}"
    [problem] = told(tmp_path, f"{SOURCE}  k: {{{cluster},\n    kubeconfig: no}}\n{OUT}")
    assert problem == "c.yaml:8:5: no: it cannot be read: No such file or directory"
