"""What XStream writes that plain XML does not know: references to other elements, and mangled class names.

See x-stream.github.io/graphs.html (relative references) and its FAQ (`_-` for `$`, `__` for `_`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

_STEP = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<number>\d+)\])?")
_MOST_STEPS = 100


def class_name(tag: str) -> str:
    """`hudson.model.Cause$UserIdCause` for the element `hudson.model.Cause_-UserIdCause`."""
    return tag.replace("_-", "$").replace("__", "_")


class Graph:
    """A document whose elements may stand for others."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._parents: dict[Element, Element] | None = None

    def actual(self, element: Element | None) -> Element | None:
        """The element itself, or what it refers to; None where that is nowhere."""
        for _ in range(_MOST_STEPS):
            if element is None or (reference := element.get("reference")) is None:
                return element
            element = self._followed(element, reference)
        return None

    def child(self, element: Element | None, *names: str) -> Element | None:
        """What is found by going down names, and through references on the way."""
        for name in names:
            element = self.actual(element)
            element = None if element is None else element.find(name)
        return self.actual(element)

    def children(self, element: Element | None) -> Iterator[Element]:
        """The children of an element, each as what it stands for."""
        for child in element if element is not None else ():
            if (actual := self.actual(child)) is not None:
                yield actual

    def text(self, element: Element | None, *names: str) -> str | None:
        """The text down there, None where there is none."""
        found = self.child(element, *names)
        return None if found is None or not found.text else found.text.strip() or None

    def _followed(self, element: Element, reference: str) -> Element | None:
        at: Element | None = element
        for step in reference.split("/"):
            if at is None:
                return None
            at = self._parent(at) if step == ".." else _down(at, step)
        return at

    def _parent(self, element: Element) -> Element | None:
        if self._parents is None:
            self._parents = {child: parent for parent in self.root.iter() for child in parent}
        return self._parents.get(element)


def _down(element: Element, step: str) -> Element | None:
    if (match := _STEP.fullmatch(step)) is None:
        return None
    same = [child for child in element if child.tag == match["name"]]
    number = int(match["number"] or 1)
    return same[number - 1] if 0 < number <= len(same) else None
