"""What must not be kept is left out, whatever it is written in; all else stays."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.model import REDACTED, TRUNCATED, Notification
from adapters.redaction import INSTEAD
from adapters.sources.redaction.redactor import redactor
from adapters.sources.redaction.settings import Redaction

SECRET = "hunter2"
NAMES = (
    "password", "DB_PASSWD", "dbPassword", "PASSPHRASE", "DB_PASS", "clientSecret", "GITHUB_TOKEN", "x-auth-token",
    "API_KEY", "apiKey", "aws.access-key", "PRIVATE_KEY", "credentials", "NPM_AUTH", "GITHUB_PAT", "Authorization",
)  # fmt: skip
"""Names that look secret."""
OTHERS = ("passed", "author", "key", "path", "compass", "GERRIT_PROJECT", "monkey", "pattern", "number", "pinned")
"""Names that do not."""


def heard(body: bytes | str, **headers: str) -> Notification:
    """A notification."""
    data = body.encode() if isinstance(body, str) else body
    return Notification("tool", data, datetime(2026, 1, 2, tzinfo=UTC), headers)


def without(body: bytes | str, **settings: Any) -> bytes:
    """A body as it is kept."""
    return redactor(Redaction(**settings))(heard(body)).body


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "form",
    [
        '{{"build": {{"parameters": {{"{name}": "hunter2"}}}}}}',
        '{{"{name}": {{"of": ["hunter2", 7]}}}}',
        '[{{"name": "{name}", "value": "hunter2"}}]',
        '[{{"value": "hunter2", "name": "{name}"}}]',
        '{{"Message": "{{\\"{name}\\": \\"hunter2\\"}}"}}',
        '{{"log": "+ export {name}=hunter2\\n"}}',
        '{{"number": 1}}\n{{"{name}": "hunter2"}}\n',
        '{{"number": 1, "{name}": "hunter2',
        "12:00 INFO {name}=hunter2 user=joe",
        "{name}: 'hunter2'",
        'level=info {name}="hunter2"',
        "deploy --{name} hunter2",
        "https://ci.example.com/?{name}=hunter2&x=1",
        "<job><{name}>hunter2</{name}></job>",
        "<map><entry>\n  <string>{name}</string>\n  <string>hunter2</string>\n</entry></map>",
        '<property name="{name}" value="hunter2"/>',
        '<server {name}="hunter2"/>',
    ],
)
def test_what_has_a_secret_name_is_left_out(name: str, form: str) -> None:
    """In JSON, in JSON within it or cut, in lines, in XML, in a command: whoever wrote it."""
    found = without(form.format(name=name))
    assert SECRET not in found.decode()
    assert INSTEAD in found.decode()


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("form", ['{{"{name}":  "said"}}', "{name}=said", "<{name}>said</{name}>"])
def test_what_has_another_name_stays_as_it_was(name: str, form: str) -> None:
    """To the byte: white space, too."""
    body = form.format(name=name)
    assert without(body) == body.encode()


def test_json_stays_json() -> None:
    """Numbers, texts and lists beside what is left out are the same."""
    body = '{"secret": 1, "big": 123456789012345678901234567890, "half": 0.5, "text": "\\u00fc \\ud800", "none": []}'
    assert json.loads(without(body)) == json.loads(body) | {"secret": INSTEAD}


def test_a_form_stays_a_form() -> None:
    """Its fields are looked into, JSON in them as well."""
    form = urlencode({"payload": json.dumps({"token": SECRET, "a": "b&c"}), "password": SECRET, "x": "é"})
    found = redactor(Redaction())(heard(form, **{"content-type": "application/x-www-form-urlencoded"}))
    fields = parse_qs(found.body.decode())
    assert json.loads(fields["payload"][0]) == {"token": INSTEAD, "a": "b&c"}
    assert (fields["password"], fields["x"]) == ([INSTEAD], ["é"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_text_keeps_its_encoding(encoding: str) -> None:
    """What stays can be read as before."""
    assert (
        without("<a>é</a><password>é</password>".encode(encoding)).decode(encoding)
        == f"<a>é</a><password>{INSTEAD}</password>"
    )


def test_the_password_in_a_url_is_left_out_and_its_user_stays() -> None:
    """Jenkins sends the repository's URL as it is configured."""
    body = '{"scm":{"url":"https://bob:ghp_x@git.example.com/team/shop.git"}}'
    assert without(body).decode() == body.replace("ghp_x", INSTEAD)


def test_keys_are_looked_for_in_paths() -> None:
    """A member by its name, or by where it is."""
    body = {"log": "a", "build": {"log": "b", "license": "c"}}
    found = json.loads(without(json.dumps(body), keys=[r"^build\.log$", "LICENSE"]))
    assert found == {"log": "a", "build": {"log": INSTEAD, "license": INSTEAD}}


def test_text_is_left_out_wherever_it_stands() -> None:
    """All of a match, or its first group; in JSON as it is meant, and not as it is written."""
    settings = {"text": [r"ghp_\w+", "card=([0-9]+)"]}
    assert without("a ghp_12 b card=77 c", **settings) == b"a [redacted] b card=[redacted] c"
    assert json.loads(without('{"a": ["card\\u003d77"]}', **settings)) == {"a": ["card=[redacted]"]}


def test_a_private_key_of_many_lines_is_left_out() -> None:
    """A pattern of text sees all lines together."""
    pattern = "(?s)-----BEGIN [A-Z ]*KEY-----.*?-----END [A-Z ]*KEY-----"
    assert without("a\n-----BEGIN KEY-----\nabc\n-----END KEY-----\nb", text=[pattern]) == b"a\n[redacted]\nb"


def test_what_looks_secret_may_be_wanted() -> None:
    """Then only what is named is left out."""
    assert without("token=1 pin=2", secrets=False, keys=["pin"]) == b"token=1 pin=[redacted]"


def test_the_notification_says_how_much_was_left_out() -> None:
    """In a header, which is not there when all is; what a source had to cut stays marked."""
    redact = redactor(Redaction())
    found = redact(heard('{"a":{"secret":1},"token":2}', **{TRUNCATED: "9/5"}))
    assert found.headers == {TRUNCATED: "9/5", REDACTED: "2"}
    assert redact(found) == found
    assert redact(heard("{}")).headers == {}


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_it_is_the_same_however_often_it_is_done(value: Any) -> None:
    """A journal that is replayed has the same ids."""
    redact = redactor(Redaction(text=("[a-f]+",)))
    once = redact(heard(json.dumps([value, {"password": value}])))
    assert json.loads(once.body)[1]["password"] in (INSTEAD, None, "")
    assert redact(once).body == once.body


@given(st.binary(), st.sampled_from(["", "application/x-www-form-urlencoded"]))
def test_whatever_is_heard_is_kept(body: bytes, type_: str) -> None:
    """Nothing that a tool can send is an error."""
    redactor(Redaction(keys=("a",), text=("b",)))(heard(body, **{"content-type": type_}))


@pytest.mark.parametrize(
    "piece",
    [
        "a=b ",
        "a",
        "password=",
        "<a",
        "://a:",
        "--a ",
        '"',
        'name="a" ',
        'password="\\',
        "password=' ",
        "<password>",
        "{\n",
    ],
)
def test_its_time_is_linear(piece: str) -> None:
    """A text that was made to hold it up does not: a megabyte takes seconds at the most, even on a busy machine."""
    begin = time.process_time()
    without(piece * (1_000_000 // len(piece)), text=["(a|b)*c"])
    assert time.process_time() - begin < 10


def test_json_that_is_nested_too_deeply_is_text() -> None:
    """It is looked into all the same."""
    deep = '{"a":' * 5000 + '{"password":"hunter2"}' + "}" * 5000
    assert SECRET not in without(deep).decode()


@pytest.mark.parametrize("pattern", ["(", "a*", ""])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    """So is one that matches nothing at all: it would leave out nothing, or everything."""
    with pytest.raises(ValidationError):
        Redaction(text=(pattern,))
