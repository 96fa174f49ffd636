"""The targets of the fuzzer hold for what it begins with, for what it once found, and for any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutator import mutated
from tests.fuzz.targets import MAPPINGS, TARGETS, seeds

DECODERS = sorted({*TARGETS} - {MAPPINGS})


@pytest.mark.parametrize("name", DECODERS)
def test_what_tools_send_is_decoded_or_refused(name: str) -> None:
    """Every example of every mapping, by every decoder: none is meant for it but a few."""
    for seed in seeds(name):
        TARGETS[name](seed)


@pytest.mark.parametrize("name", DECODERS)
@given(body=st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(name: str, body: bytes) -> None:
    """What they are not, they are told not to be."""
    TARGETS[name](body)


def test_a_mutation_is_the_inputs_mapping_and_json() -> None:
    """So that the fuzzer gets past the decoder; what is no JSON is left to mutations of bytes."""
    seed = b'\x07{"a": {"b": [1, "x"]}}'
    changed = {mutated(seed, 20_000, number) for number in range(50)}
    assert len(changed) > 10
    assert all(each is not None and each[:1] == seed[:1] for each in changed)
    assert mutated(b"\x07<a/>", 20_000, 1) is None
