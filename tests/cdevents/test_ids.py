"""Ids: what they follow from, and that they never change."""

from __future__ import annotations

import json
from uuid import RFC_4122, UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from adapters.cdevents.ids import EVENT_NAMESPACE, MESSAGE_NAMESPACE, chain_id, context_id, id_problem, legacy_id

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KEYS = st.tuples(TEXT, TEXT, st.lists(TEXT, max_size=3).map(tuple))


def test_ids_never_change() -> None:
    """These literals are in events that were published: a change here would break every consumer's joins."""
    key = ["https://ci.example.com/job/app/42/", "FINALIZED"]
    assert context_id("https://ci.example.com/", "pipelinerun.finished", key) == "8a221a63-9655-5e11-a13f-acea8863ac1a"
    assert chain_id(["https://gerrit.example.com/", "app~7"]) == "2d2cebde-494e-4355-9903-50d0f8221862"
    assert legacy_id("https://ci.example.com/", "build.log:120", b"{}") == "8572df4b-80a1-587d-8243-4ec14a788288"


def test_a_custom_events_version_is_not_part_of_its_id() -> None:
    """The id stays when a custom type goes to its next version."""
    first = context_id("s", "dev.cdeventsx.gerrit-change.deleted.0.1.0", ["1"])
    assert first == context_id("s", "dev.cdeventsx.gerrit-change.deleted.0.2.0", ["1"])
    assert first != context_id("s", "dev.cdeventsx.gerrit-change.restored.0.1.0", ["1"])


@given(KEYS)
def test_context_ids_are_version_5(key: tuple[str, str, tuple[str, ...]]) -> None:
    """The fast way gives what the standard library gives."""
    source, name, values = key
    text = json.dumps([source, name, *values], ensure_ascii=False, separators=(",", ":"))
    assert context_id(source, name, values) == str(uuid5(UUID(bytes=EVENT_NAMESPACE), text))


@given(KEYS, KEYS)
def test_different_keys_have_different_ids(
    one: tuple[str, str, tuple[str, ...]], other: tuple[str, str, tuple[str, ...]]
) -> None:
    """No value can be cut or joined into the id of another."""
    assert (context_id(*one) == context_id(*other)) == (one == other)


def test_values_are_not_run_together() -> None:
    """The same characters, cut elsewhere, name something else."""
    assert context_id("s", "n", ["ab", "c"]) != context_id("s", "n", ["a", "bc"])
    assert context_id("s", "n", ["a", ""]) != context_id("s", "n", ["a"])
    assert chain_id(["ab", "c"]) != chain_id(["a", "bc"])
    assert legacy_id("s", "1", b"2") != legacy_id("s", "12", b"")


@given(st.lists(TEXT, max_size=3))
def test_chain_ids_are_version_4(values: list[str]) -> None:
    """A chain id looks like what the specification asks for, and follows from its root alone."""
    found = UUID(chain_id(values))
    assert (found.version, found.variant) == (4, RFC_4122)
    assert chain_id(values) == chain_id(tuple(values))


@given(TEXT, TEXT, st.binary(max_size=20))
def test_legacy_ids_follow_from_instance_place_and_bytes(instance: str, position: str, body: bytes) -> None:
    """The same message at the same place is the same; one more byte, or another place, is another."""
    found = legacy_id(instance, position, body)
    assert found == legacy_id(instance, position, bytes(bytearray(body)))
    assert len({found, legacy_id(instance, position, body + b" "), legacy_id(instance, position + "0", body)}) == 3
    assert MESSAGE_NAMESPACE != EVENT_NAMESPACE


def test_an_id_of_others_fits_where_ids_go() -> None:
    """Headers have no control characters, and neither they nor the indexes of databases have room for any length."""
    assert id_problem("urn:é:" + "7" * 1018) is None
    assert (id_problem("7" * 1025) or "").endswith("... is 1,025 characters long, and an id at most 1,024")
    for control in ("\0", "\r\n", "\x7f", "\x9f"):
        assert id_problem(f"a{control}b") == f"{f'a{control}b'!r} has control characters, and an id has none"
