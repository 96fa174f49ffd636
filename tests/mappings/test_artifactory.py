"""What the mapping of Artifactory's webhooks promises."""

from __future__ import annotations

from datetime import timedelta

import orjson

from adapters.mapping import load
from adapters.model import Notification
from tests.mappings.support import HEARD, event, golden, instance

ARTIFACTORY = "artifactory/webhook"


def ids(name: str) -> set[str]:
    """The ids of an input that is heard twice, a minute apart."""
    translator = load(ARTIFACTORY, instance=instance(ARTIFACTORY), variables={})
    body = orjson.dumps(golden(ARTIFACTORY, name))
    heard = [Notification("artifactory", body, HEARD + timedelta(minutes=minutes)) for minutes in (0, 1)]
    return {translator.translate(each).events[0].id for each in heard}


def test_what_is_at_a_path_is_published_once() -> None:
    """A push that is told again, minutes later, is the same event."""
    assert len(ids("pushed.json")) == 1


def test_a_deletion_heard_again_is_another() -> None:
    """In between, the same may have been pushed again; nothing in the event would say so."""
    assert len(ids("deleted.json")) == len(["one", "another"])


def test_promotion_publishes_in_another_repository() -> None:
    """The same digest, elsewhere."""
    pushed, promoted = (event(ARTIFACTORY, golden(ARTIFACTORY, f"{name}.json")) for name in ("pushed", "promoted"))
    assert pushed.subject_id.endswith("?repository_url=acme.jfrog.io/docker-local/team/app")
    assert promoted.subject_id.endswith("?repository_url=acme.jfrog.io/docker-prod/team/app")


def test_a_registry_of_its_own_name_is_where_clients_reach_it() -> None:
    """Artifactory's subdomain method has no repository in an image's name."""
    found = event(ARTIFACTORY, golden(ARTIFACTORY, "pushed.json"), registry="docker.example.com")
    assert found.subject_id.endswith("?repository_url=docker.example.com/team/app")


def test_an_index_is_told_from_an_image() -> None:
    """Artifactory calls it list.manifest.json."""
    kinds = [event(ARTIFACTORY, golden(ARTIFACTORY, f"{name}.json")).custom_data for name in ("pushed", "pushed-index")]
    assert [(data or {})["kind"] for data in kinds] == ["manifest", "index"]
