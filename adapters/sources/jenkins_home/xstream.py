"""What XStream writes that plain XML does not know: references to other elements, and mangled class names.

See x-stream.github.io/graphs.html (relative references) and its FAQ (`_-` for `$`, `__` for `_`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from adapters.mapping import xml

_WRITTEN = re.compile(rb"<\?xml version='1\.[01]' encoding='UTF-8'\?>\s*(?P<root><.*>)\s*", re.DOTALL)  # XmlFile.write
_UNWRITTEN = (b"<!", b"<?")
_NAME = b"behind-a-document"
_BEHIND = b"<%b/>" % _NAME
_MOST = 1 << 20
_STEP = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<number>\d+)\])?")
_MOST_STEPS = 100


def class_name(tag: str) -> str:
    """`hudson.model.Cause$UserIdCause` for the element `hudson.model.Cause_-UserIdCause`."""
    return tag.replace("_-", "$").replace("__", "_")


def roots(documents: Iterable[bytes]) -> list[Element] | None:
    """The root elements of documents, which are read as one: that takes a third of the time.

    None where they have to be read one by one: they are long, or one of them is no XML, or none that Jenkins wrote.
    """
    written = [_WRITTEN.fullmatch(document) for document in documents]
    whole = b"<all>%b</all>" % b"".join(match["root"] + _BEHIND for match in written if match)
    odd = None in written or whole.count(_NAME) > len(written) or any(mark in whole for mark in _UNWRITTEN)
    if odd or len(whole) > _MOST:
        return None
    try:
        return _alternate(xml.root(whole), len(written))
    except ValueError:
        return None


def _alternate(whole: Element, count: int) -> list[Element] | None:
    """The documents among the elements that stand behind them; None where there is more, for then one is not whole."""
    more = whole.text or any(child.tail for child in whole)
    as_written = not more and [child.tag == _NAME.decode() for child in whole] == [False, True] * count
    return whole[::2] if as_written else None


class Graph:
    """A document whose elements may stand for others."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._parents: dict[Element, Element] | None = None

    def actual(self, element: Element | None) -> Element | None:
        """The element itself, or what it refers to; None where that is nowhere."""
        steps = 0
        while element is not None and (reference := element.get("reference")) is not None:
            element = self._followed(element, reference) if steps < _MOST_STEPS else None
            steps += 1
        return element

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
