"""Secrets out of files, which are replaced while the service runs."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from adapters import config, yamlfile
from adapters.redaction import redaction
from adapters.secrets import FRESH, Following, Rotated, Secret, resolve
from adapters.settings.full import checked
from tests.receiver import receiving
from tests.service import build, configuration, running
from tests.waiting import until


class Clock:
    """Seconds, as they are set."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """At the beginning."""
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a secret."""
    (tmp_path / "token").write_text("first\n")
    return tmp_path / "token"


def test_a_secret_is_what_its_file_says_now(file: Path, clock: Clock) -> None:
    """It is looked at again, though not each time; around it stays what is written around it."""
    secret = Rotated("<first>", ("<", file, ">"), clock)
    file.write_text("second\n")
    assert secret.get_secret_value() == "<first>"
    clock.now = FRESH
    assert secret.get_secret_value() == "<second>"
    assert "second" not in repr(secret)


@pytest.mark.parametrize("broken", [None, b"", b"\xff"], ids=["gone", "empty", "binary"])
def test_a_file_that_says_nothing_leaves_the_secret(file: Path, clock: Clock, broken: bytes | None) -> None:
    """Whoever replaces it may do so in two steps; what comes then counts."""
    secret = Rotated("first", (file,), clock)
    file.unlink() if broken is None else file.write_bytes(broken)
    clock.now = 10
    assert secret.get_secret_value() == "first"
    file.write_text("second")
    clock.now = 20
    assert secret.get_secret_value() == "second"


def test_it_goes_to_other_processes(file: Path) -> None:
    """A replay has several."""
    secret = pickle.loads(pickle.dumps(Rotated("first", (file,))))
    assert (secret.get_secret_value(), secret.known) == ("first", ("first",))


def test_only_what_comes_out_of_a_file_follows_it(file: Path) -> None:
    """A variable of the environment is what it was when the process began."""
    found = resolve(
        yamlfile.parse(f"a: ${{file:{file}}}\nb: x-${{env:X}}\nc: ${{env:X}}${{file:{file}}}", "c"), {"X": "y"}
    )
    made = checked(dict[str, Secret], found.file.data, context=found.secrets)
    assert {name: each.get_secret_value() for name, each in made.items()} == {"a": "first", "b": "x-y", "c": "yfirst"}
    assert [name for name, each in made.items() if isinstance(each, Rotated)] == ["a", "c"]


def test_neither_the_old_nor_the_new_one_is_told(file: Path, clock: Clock) -> None:
    """Redaction knows all that a secret has been."""
    secret = Rotated("first", (file,), clock)
    redact = redaction({"token": secret})
    file.write_text("second")
    clock.now = 10
    assert secret.get_secret_value() == "second"
    assert redact("first and second") == "[redacted] and [redacted]"


def test_what_is_made_of_a_secret_is_made_anew(file: Path, clock: Clock) -> None:
    """Where nothing can be made of the new one, the old one stays."""
    secret = Rotated("1", (file,), clock)
    following = Following({"a": [secret]}, lambda: int(secret.get_secret_value()))
    for now, text, made in ((10, "2", 2), (20, "two", 2), (30, "3", 3)):
        file.write_text(text)
        clock.now = now
        assert following() == made


def test_a_token_is_replaced_without_a_restart(tmp_path: Path) -> None:
    """The webhook lets the new one in and the old one no more; a sink that was refused goes on with the new one.

    The log has how long it did not go on, and how much waits.
    """
    (tmp_path / "in").write_text("old-secret")
    (tmp_path / "out").write_text("old-token")
    with receiving() as receiver:
        source = {"type": "webhook", "path": "/jenkins", "instance": "https://jenkins.example.com/"}
        sources = {"jenkins": {**source, "auth": {"bearer": f"${{file:{tmp_path}/in}}"}}}
        headers = {"x-key": f"key-${{file:{tmp_path}/out}}"}
        auth = {"bearer": f"${{file:{tmp_path}/out}}"}
        sinks = {"out": {"type": "http", "url": receiver.url, "auth": auth, "headers": headers}}
        text = configuration(sources=sources, sinks=sinks, routes={"all": {"format": "legacy", "sink": "out"}})
        receiver.answers.extend([(401, {}, b"old-token has expired")] * 2)
        with running(tmp_path, text) as service:

            def posted(secret: str) -> int:
                return service.ask("POST", "/jenkins", build(1), {"Authorization": f"Bearer {secret}"})[0]

            assert (posted("old-secret"), posted("new-secret")) == (202, 401)
            until(lambda: receiver.requests)
            (tmp_path / "in").write_text("new-secret")
            (tmp_path / "out").write_text("new-token")
            until(lambda: posted("new-secret") == 202)
            assert posted("old-secret") == 401
            until(lambda: service.lag() == 0)
            last = receiver.requests[-1].headers
            assert (last["authorization"], last["x-key"]) == ("Bearer new-token", "key-new-token")
            assert "old-token" not in service.log()
            [again] = [line for line in service.log().splitlines() if "sink takes messages again" in line]
            assert '"away": ' in again
            assert '"waiting": ' in again


def test_a_configuration_makes_them_of_its_files(tmp_path: Path, file: Path) -> None:
    """Wherever a secret may stand."""
    text = configuration(
        sources={"a": {"type": "webhook", "path": "/", "instance": "http://a/", "auth": {"hmac": {
            "header": "x", "secret": [f"${{file:{file}}}", "fixed"]}}}},
        sinks={"out": {"type": "http", "url": "http://h/", "auth": {"basic": {
            "username": "u", "password": f"${{file:{file}}}"}}}},
        routes={},
    ).format(port=1)  # fmt: skip
    (tmp_path / "c.yaml").write_text(text)
    loaded = config.load(tmp_path / "c.yaml", {})
    assert isinstance(loaded.sinks["out"].auth.basic.password, Rotated)  # type: ignore[attr-defined]
    assert [type(each).__name__ for each in loaded.sources["a"].auth.hmac.secret] == ["Rotated", "SecretStr"]  # type: ignore[attr-defined]
