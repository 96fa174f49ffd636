"""Settings that variables of the environment say: each leads to one setting, or is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import yamlfile
from adapters.config.environment import PREFIX, overridden
from adapters.sinks.http_settings import HttpSettings
from adapters.sources.webhook import WebhookSettings
from tests.config.conftest import SOURCE, WHOLE, Load, Problems

HTTP = (
    SOURCE
    + """\
sinks:
  to-central: {type: http, url: "https://events.example.com/", headers: {X-Site: here}}
routes:
  cdevents: {format: cdevents, sink: to-central}
"""
)


def said(**variables: str) -> dict[str, str]:
    """The environment in which these are said, without their prefix."""
    return {PREFIX + name: value for name, value in variables.items()}


def test_a_variable_counts_whatever_the_file_says(load: Load) -> None:
    """Text is read as what the setting is: a duration, a size, a word, a number, true or false."""
    loaded = load(
        HTTP,
        **said(
            JOURNAL__KEEP="3d",
            LOG__LEVEL="warning",
            SINKS__TO_CENTRAL__URL="https://other.example.com/",
            SINKS__TO_CENTRAL__CONNECTIONS="7",
            SINKS__TO_CENTRAL__TLS__VERIFY="false",
            ROUTES__CDEVENTS__BATCH="12",
        ),
    )
    sink = loaded.sinks["to-central"]
    assert isinstance(sink, HttpSettings)
    assert (loaded.journal.keep, loaded.log.level) == (3 * 86400.0, "warning")
    assert (sink.url, sink.connections, sink.tls.verify) == ("https://other.example.com/", 7, False)
    assert loaded.routes["cdevents"].batch == 12


def test_names_are_found_in_any_case_and_with_a_line_for_what_no_variable_has(load: Load) -> None:
    """`to-central` is TO_CENTRAL, `X-Site` is X_SITE; what the file has not is in small letters."""
    loaded = load(HTTP, **said(sinks__To_Central__headers__X_SITE="there", SINKS__TO_CENTRAL__HEADERS__ACCEPT="any"))
    sink = loaded.sinks["to-central"]
    assert isinstance(sink, HttpSettings)
    assert {name: value.get_secret_value() for name, value in sink.headers.items()} == {
        "X-Site": "there",
        "accept": "any",
    }


def test_lists_and_objects_are_json(load: Load) -> None:
    """They stand for all of what the file has there; a whole sink may be said; what is deeper counts later."""
    loaded = load(
        HTTP,
        **said(
            ROUTES__CDEVENTS__TYPES='["change.merged", "pipelinerun.*"]',
            SINKS__OTHER='{"type": "http", "url": "https://a.example.com/", "connections": 3}',
            SINKS__OTHER__URL="https://b.example.com/",
            SOURCES__JENKINS__VARIABLES=' {"environment": "ci", "limit": 7}',
        ),
    )
    other = loaded.sinks["other"]
    assert isinstance(other, HttpSettings)
    assert (other.url, other.connections) == ("https://b.example.com/", 3)
    assert loaded.routes["cdevents"].types == ("change.merged", "pipelinerun.*")
    assert loaded.sources["jenkins"].variables == {"environment": "ci", "limit": 7}


def test_a_secret_may_be_the_value_or_be_referred_to(load: Load) -> None:
    """Digits and braces in one stay what they are; no configuration that is printed shows it."""
    for text, secret in (("0123456", "0123456"), ("${env:TOKEN}", "s3cret"), ('"{brace"', "{brace"), ("true", "true")):
        loaded = load(WHOLE, TOKEN="s3cret", **said(SOURCES__JENKINS__AUTH__BEARER=text))
        source = loaded.sources["jenkins"]
        assert isinstance(source, WebhookSettings)
        assert not isinstance(source.auth, str)
        assert source.auth is not None
        assert source.auth.bearer is not None
        assert [each.get_secret_value() for each in source.auth.bearer] == [secret]
        assert secret not in repr(loaded) or secret == "true"


def test_what_is_overridden_need_not_be_there(load: Load) -> None:
    """A reference of the file that would be missing is not asked for."""
    assert load(WHOLE, **said(SOURCES__JENKINS__AUTH="none")).sources["jenkins"]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("JOURNAL__KEP", "3d", "unknown key 'kep' (did you mean 'keep'?)"),
        ("SNKS__A", "1", "unknown key 'snks' (did you mean 'sinks'?)"),
        ("JOURNAL__KEEP", "3 weeks", "expected a number with a unit (ms, s, m, h, d), such as 30s"),
        ("JOURNAL__KEEP", "${env:NOWHERE}", "the environment variable NOWHERE is not set"),
        ("LOG__LEVEL", "wrning", "expected 'debug', 'info', 'warning' or 'error' (did you mean 'warning'?)"),
        ("SINKS__TO_CENTRAL__CONNECTIONS", "many", "valid integer"),
        ("SINKS__TO_CENTRAL__URL__HOST", "a", "no 'host' in a value that is no object"),
        ("SINKS__TO_CENTRL__URL", "https://a/", "there is no sink 'to_centrl' (did you mean 'to-central'?)"),
        ("SINKS__HTTP__URL", "https://a/", "a new one is one object as JSON, in CDEVENTS_ADAPTERS__SINKS__HTTP"),
        ("ROUTES__CDEVENTS__TYPES", "change.merged", "this is to be a list"),
        ("ROUTES__CDEVENTS__TYPES", '["change.merged"', "its value is no JSON, at 1:17"),
        ("ROUTES__CDEVENTS__WHEN", '{"a": 1, "a": 2}', "'a' is written twice"),
        ("ROUTES__CDEVENTS__WHEN", "[" * 500 + "]" * 500, "its value is nested deeper than 100"),
        ("SINKS__TO_CENTRAL__HEADERS", '{"a": "s\\ud800"}', "its value is not UTF-8 text"),
        ("SINKS__TO_CENTRAL__HEADERS", '{"\\ud800": "a"}', "its value is not UTF-8 text"),
        ("SINKS__TO_CENTRAL__AUTH__BEARER", "s\udcff", "its value is not UTF-8 text"),
        ("SINKS____URL", "a", "a step of its name is empty"),
        ("", "a", "a step of its name is empty"),
    ],
)
def test_what_is_wrong_is_told_at_the_variable(problems: Problems, variable: str, value: str, message: str) -> None:
    """What it is, and what to write."""
    [told] = problems(HTTP, **said(**{variable: value}))
    assert told.startswith(f"{PREFIX}{variable}: ")
    assert message in told


def test_a_value_is_not_repeated(problems: Problems) -> None:
    """It may be a secret."""
    told = problems(HTTP, **said(SINKS__TO_CENTRAL__AUTH='{"bearer": s3cret', JOURNAL__KEEP="s3cret"))
    assert len(told) == 2
    assert "s3cret" not in str(told)


def test_nearly_the_prefix_is_told(problems: Problems) -> None:
    """One line too few would leave the file's value in place, and say nothing; what Kubernetes sets is left alone."""
    [told] = problems(HTTP, CDEVENTS_ADAPTERS_SINKS__TO_CENTRAL__URL="https://a/")
    assert "what sets one begins with CDEVENTS_ADAPTERS__" in told


@pytest.mark.parametrize(
    "variable", ["CDEVENTS_ADAPTERS_SERVICE_HOST", "CDEVENTS_ADAPTERS_PORT_80_TCP", "CDEVENTS_ADAPTERS_CONFIG", "PATH"]
)
def test_variables_of_others_are_left_alone(load: Load, variable: str) -> None:
    """Such as those of a Service that Kubernetes tells each pod."""
    assert load(HTTP, **{variable: "tcp://10.0.0.1:80"}).variables == []


def test_what_may_mean_two_is_told() -> None:
    """Two keys that are the same in a variable, or two variables that are the same setting."""
    file = yamlfile.parse("sinks: {a-b: {}, a_b: {}}", "c.yaml")
    _, [told] = overridden(file, said(SINKS__A_B__URL="x"))
    assert "it may mean 'a-b' or 'a_b'" in str(told)
    _, [told] = overridden(file, said(LOG__LEVEL="debug", log__level="info"))
    assert "says the same setting" in str(told)


def test_all_problems_are_reported_together(problems: Problems) -> None:
    """Those of variables beside those of the file."""
    found = problems(
        HTTP.replace("batch", "bach") + "log: {levl: info}\n", **said(JOURNAL__KEP="1d", SINKS__X__URL="a")
    )
    assert len(found) == 3


def test_where_a_value_is_from_is_known(load: Load) -> None:
    """A place of the file, a variable, or nothing where it is a default."""
    loaded = load(HTTP, **said(SINKS__TO_CENTRAL__TLS__CA="/ca.pem"))
    assert loaded.origin(("sinks", "to-central", "url")).endswith("c.yaml:4:28")
    assert loaded.origin(("sinks", "to-central", "tls", "ca")) == PREFIX + "SINKS__TO_CENTRAL__TLS__CA"
    assert loaded.origin(("journal", "keep")) == ""
    assert loaded.variables == [PREFIX + "SINKS__TO_CENTRAL__TLS__CA"]


KEYS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", categories=["L", "N", "P"])),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=8,
)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), KEYS, VALUES.filter(lambda each: isinstance(each, dict)))
def test_any_key_of_a_document_is_reached(document: dict[str, Any], key: str, value: Any) -> None:
    """What is put there is what is there, at the key as it was written; all else stays."""
    file = yamlfile.parse(json.dumps(document, ensure_ascii=False), "c.yaml")
    present = next((each for each in document if each == key), min(document))
    variable = PREFIX + present.upper().replace("-", "_")
    found, problems = overridden(file, {variable: json.dumps(value)})
    if not problems:
        assert found.data == {**document, present: value}
        assert str(found.mark((present,))) == variable
