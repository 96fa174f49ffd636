"""Directories and the links that stand for them, of which those are followed that stay where builds may be.

Whoever may write in the home can make a link, and the sidecar's user may be able to read more than they. So a link is
followed within the home and into the roots that the settings name, and any other is passed over, loudly.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from adapters.roots import allowed, is_in
from adapters.sources.jenkins.passed_over import PassedOver

OUTSIDE = "a link leads out of the home: name a root for it in `follow` to have it read"
CIRCLE = "a link leads to a folder that it is in, or that another link leads to"
UNREADABLE = "a directory cannot be read"


class Links:
    """The directories in directories of a home, and in the roots that may be followed."""

    def __init__(self, home: str, follow: Sequence[str], passed_over: PassedOver) -> None:
        self._roots = [os.path.realpath(root) for root in (home, f"{home}/jobs", *follow)]
        self._passed_over = passed_over
        self._by_target: dict[str, str] = {}

    def directories(self, directory: str, wanted: Callable[[str], bool] = bool) -> dict[str, str]:
        """The paths of the directories in one by their wanted names, followed links among them; raises OSError."""
        with os.scandir(directory) as entries:
            return {entry.name: entry.path for entry in entries if wanted(entry.name) and self.is_directory(entry)}

    def is_directory(self, entry: os.DirEntry[str]) -> bool:
        """Whether an entry is a directory, or a link that is followed: to one that is there, or will be again."""
        if not entry.is_symlink():
            return entry.is_dir(follow_symlinks=False)
        try:
            return not entry.is_file() and self._followed(entry.path)
        except OSError as error:
            self._passed_over.note(f"{UNREADABLE}: {error.strerror}", entry.path)
            return False

    def forget(self, directory: str) -> None:
        """A link, or a directory with links in it, is no more."""
        self._by_target = {target: link for target, link in self._by_target.items() if not is_in(link, directory)}

    def _followed(self, link: str) -> bool:
        target = os.path.realpath(link)
        place = os.path.realpath(os.path.dirname(link))  # noqa: PTH120  a link is text
        if not allowed(target, self._roots):
            self._passed_over.note(OUTSIDE, f"{link} -> {target}")
        elif is_in(place, target) or self._by_target.setdefault(target, link) != link:
            self._passed_over.note(CIRCLE, f"{link} -> {target}")
        else:
            return True
        return False
