"""The pages of a list, one after the other, as far as they lead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from adapters.sources.poll.errors import Unlisted
from adapters.sources.poll.items import digest
from adapters.sources.poll.listing import Listing
from adapters.sources.poll.request import Answer, Request, following

Content = TypeVar("Content")

Ask = Callable[[Request, Mapping[str, str]], Awaitable[Answer | None]]
"""Asks, as `Client.get` does."""

Read = Callable[[Any], tuple[list[Content], int]]
"""What is in a document, and by how many items a page of it goes on."""

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Page(Generic[Content]):
    """What was read of a page, and which is the next; asked for again with its `tags`, it may be `unchanged`.

    `print` is the same for the same document, where pages are counted.
    """

    content: list[Content]
    following: Request | None
    print: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False


@dataclass
class Pages(Generic[Content]):
    """Reads a list. `before` are pages that were read and told, by the keys of their requests; `read` are those of this
    time, with what `bare` leaves of their content. `lacking` is why something may be missing in them.
    """

    ask: Ask
    listing: Listing
    to_content: Read[Content]
    before: Mapping[str, Page[Content]]
    bare: Callable[[Content], Content] = lambda content: content
    read: dict[str, Page[Content]] = field(default_factory=dict)
    lacking: str = ""

    async def all(self, first: Request) -> AsyncIterator[Page[Content]]:
        """Page after page; raises Unlisted where they have no end, and what `ask` and `to_content` do."""
        request: Request | None = first
        last: Page[Content] | None = None
        while request is not None:
            self._check(request)
            page = await self._page(request)
            if page is None or self._again(page, last):
                return
            self.read[request.key] = last = replace(page, content=[*map(self.bare, page.content)])
            yield page
            request = page.following

    def _check(self, request: Request) -> None:
        if request.key in self.read:
            raise Unlisted("the pages go round in a circle: compare 'pages' with what the API answers")
        if len(self.read) >= self.listing.pages.most:
            hint = "raise pages.most, or ask for less at once by $since in the query"
            raise Unlisted(f"there are more than {self.listing.pages.most} pages ({hint})")

    async def _page(self, request: Request) -> Page[Content] | None:
        """One page; None where there is none any more, which some servers say so."""
        before = self.before.get(request.key)
        try:
            answer = await self.ask(request, before.tags if before else {})
        except Unlisted as error:
            if self.read and self.listing.pages.counted and error.status == _NOT_FOUND:
                return None
            raise
        if answer is None and before is not None:
            return replace(before, unchanged=True)
        answer = answer or Answer(None)
        content, count = self._content(answer)
        follows, print_ = following(self.listing.pages, request, answer, count), self._print(answer.document)
        return Page(content, follows, print_, answer.tags or {})

    def _content(self, answer: Answer) -> tuple[list[Content], int]:
        """What is in an answer; where it says that something went wrong, no list and an empty one mean nothing."""
        try:
            content, count = ([], 0) if answer.document is None else self.to_content(answer.document)
        except Unlisted:
            if not answer.wrong:
                raise
            count = 0
        if answer.wrong and not count:
            raise Unlisted(answer.wrong)
        self.lacking = answer.wrong or self.lacking
        return content, count

    def _print(self, document: Any) -> str:
        return digest(document) if self.listing.pages.counted else ""

    def _again(self, page: Page[Content], last: Page[Content] | None) -> bool:
        """Whether a page that is counted is the one before it: there are servers that give their last one for ever.

        It has the same items; where it has none, as of lists that are empty, all of it is the same.
        """
        if last is None or not self.listing.pages.counted:
            return False
        return page.print == last.print or (bool(page.content) and [*map(self.bare, page.content)] == last.content)
