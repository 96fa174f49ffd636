"""Nodes of a flow as Jenkins writes nearly all of them, read at a fraction of what a parser of XML takes. Pure.

What is read so is what `flow.nodes` makes of it, to the letter: the expression takes nothing but well-formed XML, and
has all that a node is known by. Anything else (an error, a warning, a reference, a comment, another order, a name
that is not ASCII, a character that XML does not have, more than 64 KiB) is for the parser.
"""

from __future__ import annotations

import re

from adapters.sources.jenkins.documents import whole
from adapters.sources.jenkins_home.flow import MARK, FlowNode

_SPACE, _NAME, _PACKAGE = r"[ \n\t]*+", r"[A-Za-z_][\w.-]*+", r"(?:[A-Za-z_][\w-]*+\.)*+"
_TEXT = r"[^<&\x00-\x08\x0b-\x1f]"
_ESCAPED = rf"(?:{_TEXT}|&(?:amp|lt|gt|quot|apos);)*+"
_VALUE = r"""(?:"[\w.$@+:-]*+"|'[\w.$@+:-]*+')"""
_PLUGIN = rf"(?:[ ]plugin={_VALUE})?+"
_MORE = rf"(?:[ ]class={_VALUE})?+{_PLUGIN}"
_LOOKED_INTO = rf"(?!<{_PACKAGE}(?:(?:Label|Timing|Error|Warning|Tags)Action|ArgumentsActionImpl)[\s/>])"
_NOT_AGAIN = r"(?!<(?:parentIds|id|descriptorId|startId)[\s/>])"


def _leaves(called: str) -> str:
    """Any number of elements with nothing in them but text."""
    return rf"(?:<(?P<{called}>{_NAME}){_MORE}(?:/>|>{_TEXT}*+</(?P={called})>){_SPACE})*"


def _action(called: str, name: str, within: str) -> str:
    return rf"<(?P<{called}>{name}){_MORE}>{_SPACE}{within}</(?P={called})>{_SPACE}"


def _told(name: str, called: str) -> str:
    return rf"<{name}>(?P<{called}>{_TEXT}*+)</{name}>{_SPACE}"


_PARENTS = rf"(?:<string>(?P<parent>{_TEXT}++)</string>{_SPACE}(?:<string>{_TEXT}*+</string>{_SPACE})*+)?"
_ENTRY = rf"<entry>{_SPACE}(?:<string>{_ESCAPED}</string>{_SPACE}){{2}}</entry>{_SPACE}"
_ARGUMENTS = rf"<arguments{_MORE}>{_SPACE}(?:{_ENTRY})*+</arguments>{_SPACE}{_leaves('argument')}"
_ACTIONS = "|".join(
    [
        _action("label", rf"{_PACKAGE}LabelAction", _told("displayName", "stage")),
        _action("timing", rf"{_PACKAGE}TimingAction", _told("startTime", "time")),
        rf"{_LOOKED_INTO}<{_NAME}{_MORE}/>{_SPACE}",
        _action("arguments", rf"{_PACKAGE}ArgumentsActionImpl", _ARGUMENTS),
        _LOOKED_INTO + _action("action", _NAME, _leaves("of_action")),
    ]
)
_NODE = re.compile(
    rf"""(?:<\?xml\ version=(?:'1\.[01]'\ encoding='UTF-8'|"1\.[01]"\ encoding="UTF-8")\?>)?+{_SPACE}
    <(?P<tag>{_NAME}){_MORE}>{_SPACE}
    <node(?:\ class=(?P<quote>["'])(?P<class>[\w.$-]*+)(?P=quote))?{_PLUGIN}>{_SPACE}
    (?:<parentIds/>|<parentIds>{_SPACE}{_PARENTS}</parentIds>){_SPACE}
    <id>(?P<id>{_TEXT}++)</id>{_SPACE}
    (?:{_told("descriptorId", "descriptor")})?
    (?:{_told("startId", "start")})?
    (?:{_NOT_AGAIN}<(?P<of_node>{_NAME}){_MORE}(?:/>|>{_TEXT}*+</(?P=of_node)>){_SPACE})*
    </node>{_SPACE}
    (?:<actions/>{_SPACE}|<actions>{_SPACE}(?:{_ACTIONS})*</actions>{_SPACE})?
    </(?P=tag)>{_SPACE}""".replace("\n    ", ""),
    re.ASCII,
)
_MOST = 64 << 10
_ODD = ("]]>", "\ufffe", "\uffff")


def node(content: bytes) -> FlowNode | None:
    """The node in a file, None where it takes a parser to say."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    match = _NODE.fullmatch(text) if len(text) <= _MOST else None
    if match is None or any(mark in text for mark in _ODD):
        return None
    name, parent, start, stage, time = match["id"], match["parent"], match["start"], match["stage"], match["time"]
    starts = (match["class"] or "").endswith("StartNode")
    is_stage = starts and (match["descriptor"] or "").endswith(MARK.decode())
    label = (stage or "").strip() or None if is_stage else None
    return FlowNode(name, parent, starts, start, label, whole((time or "").strip()), None, None, None)
