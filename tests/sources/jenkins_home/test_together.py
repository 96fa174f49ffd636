"""Documents that are read as one, beside the same ones read by themselves."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.mapping import xml
from adapters.sources.jenkins_home import xstream
from adapters.sources.jenkins_home.stages import Stages
from tests.sources.jenkins_home.homes import node
from tests.sources.jenkins_home.test_flow import FAILED, SKIPPED, UNSTABLE, stages
from tests.sources.jenkins_home.test_mutations import mutated

DECLARATION = "<?xml version='1.1' encoding='UTF-8'?>\n"
MARK = "<behind-a-document/>"
WHOLE = ["<T/>", " <T><U/></T> ", "<T>a</T>\n", "<T>&#x1b;\N{EURO SIGN}</T>", "<T>a & b</T>"]
BROKEN = ["", "<T>", "</T>", "<T/><T/>", "<T/>x", "x<T/>", "<!-- ", " --><T/>", "<![CDATA[", "]]>", "<T a='"]
ODD = [MARK, f"<T>{MARK}</T>", f"<T/>{MARK}<!--", "</all><all>", "<!DOCTYPE T>", "<?xml version='1.0'?>", "<n:T/>"]
PIECES = st.lists(st.sampled_from([*WHOLE, *BROKEN, *ODD]), max_size=3).map("".join)

FLOW = [
    node(6, "StepStartNode", stage="Build"),
    node(7, "StepStartNode", parent=6, stage="Test <&> \N{EURO SIGN}", actions=SKIPPED),
    node(8, "StepAtomNode", parent=7, actions=UNSTABLE),
    node(9, "StepEndNode", parent=8, start=7, actions=FAILED),
    node(10, "StepEndNode", parent=9, start=6),
]


def one_by_one(documents: Sequence[bytes]) -> list[bytes]:
    """Their roots; raises ValueError where one has none."""
    return [_written(each) for each in map(xml.root, documents)]


def _written(root: Element) -> bytes:
    root.tail = None
    return tostring(root)


@example(["<T/>&#32;", "<T/>"])
@example(["<T/><![CDATA[]]>", "<T/>"])
@example([f"<T/>{MARK}<T>", "</T>"])
@given(st.lists(PIECES, max_size=4))
def test_what_is_read_as_one_is_what_each_is(texts: list[str]) -> None:
    """Whatever is broken in them, and though what is broken in one is mended by another."""
    documents = [f"{DECLARATION}{text}".encode() for text in texts]
    if (found := xstream.roots(documents)) is not None:
        assert [_written(root) for root in found] == one_by_one(documents)


def test_what_jenkins_writes_is_read_as_one() -> None:
    """With either declaration, and characters that XML 1.0 does not have."""
    documents = [each.encode() for each in (*FLOW, FLOW[0].replace("1.1", "1.0"))]
    found = xstream.roots(documents)
    assert found is not None
    assert [_written(root) for root in found] == one_by_one(documents)
    assert xstream.roots([f"{DECLARATION}{text}".encode() for text in WHOLE]) is not None


@pytest.mark.parametrize(
    "document",
    [
        "<T/>",
        "<?xml version='1.1' encoding='ISO-8859-1'?><T>\N{EURO SIGN}</T>",
        f"{DECLARATION}<T>",
        f"{DECLARATION}<!DOCTYPE T [<!ENTITY a 'a'>]><T>&a;</T>",
        f"{DECLARATION}<T>{'x' * (1 << 20)}</T>",
    ],
)
def test_what_jenkins_does_not_write_is_read_by_itself(document: str) -> None:
    """Another encoding, what is no XML, an entity, and what is so long that it would take the memory of all."""
    assert xstream.roots([FLOW[0].encode(), document.encode()]) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_broken_file_costs_its_own_node_only(tmp_path: Path, seed: int) -> None:
    """The stages are those of the files one by one, whatever is in one of them."""
    chance = random.Random(seed)
    contents = [*FLOW]
    broken = chance.randrange(len(contents))
    contents[broken] = mutated(contents[broken], chance)
    (tmp_path / "workflow").mkdir()
    for number, content in enumerate(contents):
        (tmp_path / "workflow" / f"{number}.xml").write_text(content, encoding="utf-8")
    assert Stages(1 << 20).read(str(tmp_path), {"running": False}) == stages(*filter(_is_xml, contents))


def _is_xml(content: str) -> bool:
    try:
        xml.root(content.encode())
    except ValueError:
        return False
    return True
