"""The digest that a tag had when a line was written; none rather than a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.errors import AdapterError
from adapters.sources.registry.answers import ArtifactUnreadable, NoSuchArtifact, RegistrySilent
from adapters.sources.registry.api import Registry
from adapters.sources.registry.artifact import Artifact, is_digest
from adapters.sources.registry_log.lines import Tag
from adapters.sources.registry_log.settings import Api, Lookup

Find = Callable[[Tag], str | None]
"""Blocks; raises LookupFailed where it may go better later."""

_WRITING = timedelta(seconds=5)
"""How long a push may take to write the tag: before the line of its end, after that of its beginning."""

_SECOND = timedelta(seconds=1)


class LookupFailed(AdapterError):
    """The registry does not answer, or not this one."""


def finder(settings: Lookup, clock: Callable[[], datetime]) -> Find:
    """What the settings describe."""
    if settings.storage is not None:
        return storage(settings.storage)
    assert settings.api is not None  # noqa: S101 - the model has one of the two
    return api(settings.api, clock)


def storage(root: Path) -> Find:
    """The links of the filesystem driver (distribution's registry/storage/paths.go), whose times tell their history.

    A tag that has not moved since the line still points there; one that has is known by a link written just before it.
    """
    repositories = root / "docker" / "registry" / "v2" / "repositories"

    def find(tag: Tag) -> str | None:
        folder = repositories / tag.repository / "_manifests" / "tags" / tag.name
        try:
            if tag.began and (written := _begun(folder, tag.at)):
                return _digest(written[0].read_text()) if len(written) == 1 else None
            return next(_links(folder, tag.at), None)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LookupFailed(f"{folder}: {error.strerror}: may this user read it?") from None

    return find


def _begun(folder: Path, end: datetime) -> list[Path]:
    """What a push may have written that began in the second before `end`: in that second, or else soon after."""
    within = [link for link in _index(folder) if end - _SECOND <= _written(link) < end]
    return within or [link for link in _index(folder) if end <= _written(link) <= end + _WRITING]


def _index(folder: Path) -> Iterator[Path]:
    """The links to all that a tag ever was."""
    return folder.glob("index/*/*/link")


def _links(folder: Path, at: datetime) -> Iterator[str]:
    current = folder / "current" / "link"
    if _written(current) <= at:
        yield _digest(current.read_text())
    for link in _index(folder):
        if at - _WRITING <= _written(link) <= at:
            yield _digest(link.read_text())


def _written(link: Path) -> datetime:
    return datetime.fromtimestamp(link.stat().st_mtime, UTC)


def _digest(text: str) -> str:
    if not is_digest(text.strip()):
        raise LookupFailed(f"'{text[:60]}' is not a digest")
    return text.strip()


def api(settings: Api, clock: Callable[[], datetime]) -> Find:
    """The registry's own answer to HEAD (OCI distribution-spec, Checking if content exists in the registry)."""
    registry = Registry(settings)

    def find(tag: Tag) -> str | None:
        if (clock() - tag.at).total_seconds() > settings.fresh:
            return None
        try:
            return registry.digest(Artifact(tag.repository, tag.name))
        except NoSuchArtifact:
            return None
        except (RegistrySilent, ArtifactUnreadable) as error:
            raise LookupFailed(str(error)) from None

    return find
