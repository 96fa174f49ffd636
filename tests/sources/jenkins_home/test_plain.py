"""Nodes that are read without a parser, beside what the parser makes of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.mapping import xml
from adapters.sources.jenkins_home import flow, plain
from tests.sources.jenkins_home.homes import node
from tests.sources.jenkins_home.test_flow import FAILED, SKIPPED, UNSTABLE

TAG = "org.jenkinsci.plugins.workflow.support.storage.SimpleXStreamFlowNodeStorage_-Tag"
ARGUMENTS = """<cps.a.ArgumentsActionImpl plugin="workflow-cps@3894">
      <arguments class="linked-hash-map">
        <entry>
          <string>script</string>
          <string>make &quot;all&quot; &amp;&amp; echo
done</string>
        </entry>
      </arguments>
      <isUnmodifiedBySanitization>true</isUnmodifiedBySanitization>
    </cps.a.ArgumentsActionImpl>"""
BEGUN = f"""<?xml version="1.1" encoding="UTF-8"?>
<{TAG} plugin="workflow-support@865">
  <node class="cps.n.StepStartNode" plugin="workflow-cps@3894">
    <parentIds>
      <string>7</string>
      <string>5</string>
    </parentIds>
    <id>8</id>
    <descriptorId>org.jenkinsci.plugins.workflow.support.steps.StageStep</descriptorId>
  </node>
  <actions>
    <wf.a.BodyInvocationAction/>
    {ARGUMENTS}
    <s.a.LogStorageAction>
      <path>a</path>
    </s.a.LogStorageAction>
    <wf.a.LabelAction plugin="workflow-api@1291">
      <displayName> \N{LATIN SMALL LETTER U WITH DIAERESIS}ber </displayName>
    </wf.a.LabelAction>
    <wf.a.TimingAction>
      <startTime>1767225601000</startTime>
    </wf.a.TimingAction>
  </actions>
</{TAG}>
"""
FIRST = f"<{TAG}><node class='wf.g.FlowStartNode'><parentIds/><id>2</id></node></{TAG}>"
LAST = FIRST.replace("</id>", "</id><startId>2</startId><result class='r'>x</result>").replace("Start", "End", 1)
PLAIN = [
    BEGUN,
    FIRST,
    LAST,
    node(6, "StepStartNode", stage="Build"),
    node(7, "StepAtomNode", parent=6),
    node(9, "StepEndNode", parent=7, start=6),
    node(9, "StepEndNode", start=6).replace("<actions>", "<actions><a.BodyInvocationAction/>"),
]
OTHERS = [node(8, "StepAtomNode", parent=6, actions=more) for more in (UNSTABLE, SKIPPED, FAILED)]
ODD = [
    *("<!-- -->", "<![CDATA[x]]>", "]]>", "<?x?>", "&#x1b;", "&amp;", "&nbsp;", "&", "<", ">", "'", '"', "9" * 30),
    *("\r\n", "\x01", "\x85", "\ufffe", "\ufeff", " class='a'", ' plugin="a"', " xmlns='a'", " reference='../..'"),
    *("<id>3</id>", "<startId/>", "<actions/>", "<string/>", "<a>b</a>", "<a:b/>", "<node/>", "<entry/>"),
    "<LabelAction><displayName>c</displayName></LabelAction>",
]
EDITS = st.tuples(st.integers(0, 2000), st.integers(0, 40), st.sampled_from(["", *ODD]))


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """With pieces gone, or something else in their place; mostly at the edges of tags."""
    for at, gone, instead in edits:
        edges = [0, *(found.start() for found in re.finditer(r"(?=[<>/ ])|(?<=>)", text))]
        start = edges[at % len(edges)] + (at >= 2 * len(edges))
        text = text[:start] + instead + text[start + (gone if gone < 20 else 0) :]
    return text


def parsed(content: bytes) -> list[flow.FlowNode]:
    """What a parser of XML makes of it; raises ValueError where it is none."""
    return list(flow.nodes(xml.root(content)))


@pytest.mark.parametrize("text", PLAIN)
def test_what_jenkins_writes_of_most_nodes_needs_no_parser(text: str) -> None:
    """And is the same node."""
    assert [plain.node(text.encode())] == parsed(text.encode())


@pytest.mark.parametrize("text", [*OTHERS, "", BEGUN[:-9], BEGUN + "x", BEGUN.replace("UTF-8", "ISO-8859-1")])
def test_what_has_more_to_say_is_for_the_parser(text: str) -> None:
    """A warning, an error, a stage that was skipped, what is not whole or not in UTF-8."""
    assert plain.node(text.encode()) is None
    assert plain.node(BEGUN.encode("latin-1")) is None


@pytest.mark.parametrize(
    "odd", ["\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT TWO}", "\N{LATIN SMALL LETTER U WITH DIAERESIS}"]
)
def test_a_name_that_is_not_ascii_is_for_the_parser(odd: str) -> None:
    """It knows which of them are names in XML, and which make a file none."""
    assert plain.node(BEGUN.replace("BodyInvocationAction", f"Body{odd}").encode()) is None
    assert plain.node(BEGUN.replace("\N{LATIN SMALL LETTER U WITH DIAERESIS}", odd).encode()) is not None


@example(BEGUN, [(0, 0, "\ufeff")])
@given(st.sampled_from([*PLAIN, *OTHERS]), st.lists(EDITS, max_size=3))
def test_whatever_is_in_a_file_is_read_as_by_the_parser(text: str, edits: list[tuple[int, int, str]]) -> None:
    """Or not at all, so that the parser has to."""
    content = edited(text, edits).encode()
    if (found := plain.node(content)) is not None:
        assert [found] == parsed(content)
