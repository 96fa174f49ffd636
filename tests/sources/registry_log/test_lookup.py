"""The digest of a tag: the one it had, or none."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import responses

from adapters.sources.registry.api import MANIFESTS
from adapters.sources.registry_log.lines import Tag
from adapters.sources.registry_log.lookup import Find, LookupFailed, api, storage
from adapters.sources.registry_log.settings import Api

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")
URL = "https://registry.example.com/v2/team/app/manifests/latest"


def asked(at: datetime = AT) -> Tag:
    """A line of this time."""
    return Tag("team/app", "latest", at)


def began(at: datetime = AT) -> Tag:
    """A line of an access log: of a push that began in the second before this time."""
    return Tag("team/app", "latest", at, began=True)


def link(root: Path, where: str, digest: str, at: datetime, tag: str = "latest") -> None:
    """A link of the tag, written at a time."""
    tags = root / "docker" / "registry" / "v2" / "repositories" / "team" / "app" / "_manifests" / "tags"
    file = tags / tag / where / "link"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(digest)
    os.utime(file, (at.timestamp(), at.timestamp()))


def pushed(root: Path, digest: str, at: datetime, tag: str = "latest") -> None:
    """The tag points to another image from now on."""
    link(root, "current", digest, at, tag)
    link(root, f"index/sha256/{digest.removeprefix('sha256:')}", digest, at, tag)


def test_a_tag_that_did_not_move_is_what_it_is(tmp_path: Path) -> None:
    """However long after its push it is pulled."""
    pushed(tmp_path, OLD, AT - timedelta(days=90))
    assert storage(tmp_path)(asked()) == OLD


def test_a_push_is_known_by_the_time_of_its_link(tmp_path: Path) -> None:
    """Though the tag has moved since."""
    pushed(tmp_path, OLD, AT - timedelta(milliseconds=5))
    pushed(tmp_path, NEW, AT + timedelta(hours=1))
    assert storage(tmp_path)(asked()) == OLD
    assert storage(tmp_path)(asked(AT + timedelta(hours=1))) == NEW


def test_a_pull_of_what_has_moved_since_is_not_guessed(tmp_path: Path) -> None:
    """Between two pushes there may have been a third, whose link was written again later."""
    pushed(tmp_path, OLD, AT - timedelta(hours=1))
    pushed(tmp_path, NEW, AT + timedelta(hours=1))
    assert storage(tmp_path)(asked()) is None


def test_a_push_that_began_in_a_second_may_be_written_after_it(tmp_path: Path) -> None:
    """An access log tells when a request began, and no more of it than the second."""
    pushed(tmp_path, OLD, AT - timedelta(seconds=2))
    pushed(tmp_path, NEW, AT + timedelta(milliseconds=20))
    assert storage(tmp_path)(began()) == NEW
    assert storage(tmp_path)(began(AT - timedelta(seconds=1))) == OLD


def test_of_two_pushes_that_may_be_meant_none_is(tmp_path: Path) -> None:
    """They began in the same second, or one may have been slow."""
    pushed(tmp_path, OLD, AT - timedelta(milliseconds=700))
    pushed(tmp_path, NEW, AT - timedelta(milliseconds=300))
    assert storage(tmp_path)(began()) is None
    assert storage(tmp_path)(began(AT - timedelta(seconds=1))) is None


def test_a_push_that_left_no_trace_is_what_the_tag_is(tmp_path: Path) -> None:
    """As where the files came from a backup with other times."""
    pushed(tmp_path, OLD, AT - timedelta(days=1))
    assert storage(tmp_path)(began()) == OLD


def test_a_tag_that_is_gone_has_no_digest(tmp_path: Path) -> None:
    """It was deleted since, or this is not the registry's storage."""
    assert storage(tmp_path)(asked()) is None


def test_what_is_no_link_is_an_error(tmp_path: Path) -> None:
    """A file that was cut short by a crash is not taken for a digest."""
    pushed(tmp_path, "sha256:", AT)
    with pytest.raises(LookupFailed, match="'sha256:' is not a digest"):
        storage(tmp_path)(asked())


def registry(**given: object) -> Find:
    """A registry that is asked a second after the line was written."""
    settings = Api.model_validate(
        {"url": "https://registry.example.com/", "username": "u", "password": "s3cret"} | given
    )
    return api(settings, lambda: AT + timedelta(seconds=1))


@responses.activate
def test_the_registry_says_the_digest_of_what_it_has() -> None:
    """Asked for every kind of manifest, lest it answers with the digest of a conversion."""
    responses.head(URL, headers={"Docker-Content-Digest": NEW})
    assert registry()(asked()) == NEW
    [call] = responses.calls
    assert call.request.headers["Accept"] == MANIFESTS
    assert call.request.headers["Authorization"].startswith("Basic ")


@responses.activate
def test_an_old_line_is_not_asked_about() -> None:
    """The registry knows only where the tag points now."""
    assert registry()(asked(AT - timedelta(seconds=60))) is None
    assert len(responses.calls) == 0


@responses.activate
def test_a_tag_that_the_registry_does_not_know_has_no_digest() -> None:
    """It was deleted since."""
    responses.head(URL, status=404)
    assert registry()(asked()) is None


@responses.activate
@pytest.mark.parametrize(
    ("status", "headers"), [(401, {}), (503, {}), (200, {}), (200, {"Docker-Content-Digest": "x"})]
)
def test_no_usable_answer_is_an_error_without_secrets(status: int, headers: dict[str, str]) -> None:
    """It may go better later."""
    responses.head(URL, status=status, headers=headers)
    with pytest.raises(LookupFailed) as failed:
        registry()(asked())
    assert "s3cret" not in str(failed.value)


@responses.activate
def test_no_answer_at_all_is_an_error() -> None:
    """The registry may be starting."""
    with pytest.raises(LookupFailed, match=f"HEAD {URL}: "):
        registry()(asked())
