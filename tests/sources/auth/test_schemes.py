"""Schemes: what each tool signs, by its own documents, is let in, and nothing else."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.sources.auth.schemes import SCHEMES
from tests.checkout import ROOT
from tests.sources.auth.support import BODY, NOW, guarded, refused

SECRET = "correct horse"
WHSEC = "whsec_" + base64.b64encode(b"thirty-two bytes of a secret key").decode()
AT = str(int(NOW.timestamp()))


def mac(message: bytes, key: bytes = SECRET.encode(), algorithm: str = "sha256") -> str:
    """The HMAC, in hex."""
    return hmac.new(key, message, algorithm).hexdigest()


def standard(key: bytes = b"thirty-two bytes of a secret key", at: str = AT) -> dict[str, str]:
    """As the specification of Standard Webhooks has it, section "Verifying webhook authenticity"."""
    digest = hmac.new(key, b"msg_1." + at.encode() + b"." + BODY, "sha256").digest()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def timed(form: str, header: str, written: str, **more: str) -> Callable[[str], dict[str, str]]:
    """The headers of a request that is signed at a time."""

    def headers(at: str = AT) -> dict[str, str]:
        signature = mac(form.format(at=at).encode() + BODY)
        return {header: written.format(at=at, mac=signature), **dict.fromkeys(more.values(), at)}

    return headers


TIMED: dict[str, Callable[..., dict[str, str]]] = {
    "buildkite": timed("{at}.", "X-Buildkite-Signature", "timestamp={at},signature={mac}"),
    "slack": timed("v0:{at}:", "X-Slack-Signature", "v0={mac}", time="X-Slack-Request-Timestamp"),
    "rootly": timed("{at}", "X-Rootly-Signature", "t={at},v1={mac}"),
    "svix": lambda at=AT: {name.replace("webhook-", "svix-"): value for name, value in standard(at=at).items()},
    "stripe": timed("{at}.", "Stripe-Signature", "t={at},v1={mac},v0=ignored"),
    "standard-webhooks": lambda at=AT: standard(at=at),
    "gitlab": lambda at=AT: standard(at=at),
}
UNTIMED = {
    "bitbucket": {"X-Hub-Signature": "sha256=" + mac(BODY)},
    "circleci": {"circleci-signature": "v1=" + mac(BODY)},
    "flux": {"X-Signature": "sha256=" + mac(BODY)},
    "forgejo": {"X-Forgejo-Signature": mac(BODY)},
    "gitea": {"X-Gitea-Signature": mac(BODY)},
    "github": {"X-Hub-Signature-256": "sha256=" + mac(BODY)},
    "grafana": {"X-Grafana-Alerting-Signature": mac(BODY)},
    "hcp-terraform": {"X-TFE-Notification-Signature": mac(BODY, algorithm="sha512")},
    "jfrog": {"X-JFrog-Event-Auth": mac(BODY)},
    "jira": {"X-Hub-Signature": "sha256=" + mac(BODY)},
    "nexus": {"X-Nexus-Webhook-Signature": mac(BODY, algorithm="sha1")},
    "pagerduty": {"X-PagerDuty-Signature": "v1=" + mac(BODY)},
    "sentry": {"Sentry-Hook-Signature": mac(BODY)},
}


def scheme(name: str, **more: Any) -> Any:
    """The guard of a scheme by its name."""
    secret = WHSEC if SCHEMES[name].get("key") == "base64" else SECRET
    return guarded(hmac={"scheme": name, "secret": secret, **more})


def requests() -> list[tuple[str, dict[str, str]]]:
    """A right request of each scheme."""
    return [*UNTIMED.items(), *((name, made(AT)) for name, made in TIMED.items())]


def test_each_scheme_has_its_request_here() -> None:
    """A new one is tested, or this fails."""
    assert sorted(SCHEMES) == sorted(UNTIMED | TIMED)


@pytest.mark.parametrize(("name", "headers"), requests())
def test_what_a_tool_signs_is_let_in_and_nothing_else(name: str, headers: dict[str, str]) -> None:
    """Neither another body, nor another secret, nor a header that is missing, cut, or of another case."""
    sealed = scheme(name)
    assert refused(sealed, headers) == ""
    assert refused(sealed, headers, BODY + b"\n")
    assert refused(sealed, headers, b"")
    wrong = WHSEC[:-4] + "abc=" if SCHEMES[name].get("key") == "base64" else SECRET + "!"
    assert refused(scheme(name, secret=wrong), headers)
    for header, value in headers.items():
        assert refused(sealed, {other: same for other, same in headers.items() if other != header})
        assert refused(sealed, {**headers, header: value.swapcase()}) or value.isdigit()
        assert refused(sealed, {**headers, header: value[1:]})
        assert refused(sealed, {**headers, header: ""})


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(("away", "inside"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_time_is_near_enough_or_the_signature_is_too_old(name: str, away: int, inside: bool) -> None:
    """Five minutes either way, unless told; the answer says which way the clocks are wrong."""
    reason = refused(scheme(name), TIMED[name](AT), now=NOW + timedelta(seconds=away))
    assert reason == (
        "" if inside else f"it was signed 301 s {'ago' if away > 0 else 'from now'}: are both clocks right?"
    )
    assert refused(scheme(name, tolerance="1h"), TIMED[name](AT), now=NOW + timedelta(seconds=away)) == ""


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("at", ["", "-5", "soon", "1e9", " 5", "9" * 13, "٣"])
def test_a_time_that_is_none_is_refused(name: str, at: str) -> None:
    """Though it be signed."""
    headers = {key: value.replace(AT, at) for key, value in TIMED[name](AT).items()}
    assert refused(scheme(name), headers)


def test_a_time_that_was_not_signed_is_no_time() -> None:
    """Whoever has an old request does not make it new."""
    later = str(int(AT) + 1000)
    now = NOW + timedelta(seconds=1000)
    assert refused(scheme("slack"), {**TIMED["slack"](AT), "X-Slack-Request-Timestamp": later}, now=now)
    stripe = TIMED["stripe"](AT)["Stripe-Signature"]
    assert refused(scheme("stripe"), {"Stripe-Signature": f"t={later},{stripe}"}, now=now)
    assert refused(scheme("stripe"), {"Stripe-Signature": stripe.replace(AT, later)}, now=now)


@pytest.mark.parametrize("name", ["pagerduty", "circleci"])
def test_of_several_signatures_one_is_right(name: str) -> None:
    """While keys rotate, each of the sender's signs: in any order, with white space or without; v2 is not looked at."""
    [(header, right)] = UNTIMED[name].items()
    wrong = "v1=" + mac(BODY, b"the old one")
    for value in (f"{wrong},{right}", f"{right},{wrong}", f"{wrong}, {right}", f"v2=x,{right}"):
        assert refused(scheme(name), {header: value}) == ""
    assert refused(scheme(name), {header: f"{wrong},{right.replace('v1', 'v2')}"})
    assert refused(scheme(name), {header: ",".join([wrong] * 20)})


def test_several_signatures_and_several_secrets_at_once() -> None:
    """Standard Webhooks have both: a list with blanks between, and the receiver's old and new secret."""
    sealed = scheme("standard-webhooks", secret=["whsec_b2xk", WHSEC])
    headers = standard()
    headers["webhook-signature"] = "v1a,zzz v1,AAAA " + headers["webhook-signature"]
    assert refused(sealed, headers) == ""
    assert refused(sealed, standard(b"old")) == ""
    assert refused(sealed, standard(b"older"))


def test_the_example_of_the_specification_is_let_in() -> None:
    """From Standard Webhooks' own libraries, which all have this test."""
    sealed = guarded(hmac={"scheme": "standard-webhooks", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    then = NOW.fromtimestamp(1614265330, NOW.tzinfo)
    assert refused(sealed, headers, b'{"test": 2432232314}', then) == ""


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scheme": "pagerdutty"}, "did you mean 'pagerduty'"),
        ({"scheme": "pagerduty", "secret": []}, "at least 1 item"),
        ({"scheme": "standard-webhooks", "secret": "whsec_not base64!"}, "is base64"),
        ({"scheme": "standard-webhooks", "secret": "whsec_"}, "is base64"),
        ({}, "'header' is missing"),
        ({"header": "X", "signed": "{body}{timestamp}"}, "{body} at its end"),
        ({"header": "X", "signed": "{timestamp}"}, "{body} at its end"),
        ({"header": "X", "signed": "{stamp}.{body}"}, "{body} at its end"),
        ({"header": "X", "signed": "{timestamp}.{body}"}, "belong together"),
        ({"header": "X", "timestamp_header": "Y"}, "belong together"),
        ({"header": "X", "signed": "{timestamp}.{body}", "timestamp_prefix": "t="}, "'separator'"),
        ({"header": "X", "signed": "{id}.{body}"}, "'id_header'"),
        ({"header": "X", "id_header": "Y"}, "'id_header'"),
        ({"header": "X", "tolerance": 0}, "greater than 0"),
    ],
)
def test_what_is_incomplete_is_refused(settings: dict[str, Any], message: str) -> None:
    """It says what is missing, and never the secret."""
    with pytest.raises(ValidationError) as caught:
        guarded(hmac={"secret": "hunter2", **settings})
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_digest_is_of_what_is_signed() -> None:
    """So a second request that says the same is known, whatever else its headers have."""
    sealed = scheme("stripe")
    assert sealed.proof is not None
    assert hashlib.sha256(AT.encode() + b"." + BODY).digest() == _once(sealed, TIMED["stripe"](AT))
    again = TIMED["stripe"](AT)["Stripe-Signature"] + ",v1=more"
    assert hashlib.sha256(AT.encode() + b"." + BODY).digest() == _once(sealed, {"Stripe-Signature": again})


def _once(sealed: Any, headers: dict[str, str]) -> bytes:
    written = {name.lower().encode(): value.encode() for name, value in headers.items()}
    return asyncio.run(sealed.proof(written, BODY, NOW)).signed  # type: ignore[no-any-return]


def test_the_page_has_them_all() -> None:
    """Each scheme in the table of docs/sources-and-sinks.md, with its header."""
    page = (ROOT / "docs" / "sources-and-sinks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \| `([A-Za-z0-9-]+)` \| (?:the|time|id)", page, re.MULTILINE)
    shown = {name: header for names, header in rows for name in re.findall(r"[a-z-]+", names)}
    assert shown == {name: parameters["header"] for name, parameters in SCHEMES.items()}
