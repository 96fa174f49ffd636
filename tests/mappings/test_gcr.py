"""What the mapping of Google Artifact Registry's messages promises."""

from __future__ import annotations

from base64 import b64encode

import orjson

from tests.mappings.support import event, golden, translation

GCR = "gcr/pubsub"


def test_a_message_delivered_again_has_the_same_id() -> None:
    """By either name that Pub/Sub has for its id and its time."""
    body = golden(GCR, "insert.json")
    old = golden(GCR, "insert.json")
    del old["message"]["messageId"], old["message"]["publishTime"]
    assert event(GCR, body) == event(GCR, old)


def test_deleting_a_tag_deletes_no_image() -> None:
    """A deletion is of an artifact only where there is a digest."""
    assert event(GCR, golden(GCR, "delete.json")).name == "artifact.deleted"
    assert event(GCR, golden(GCR, "delete-tag.json")).name == "dev.cdeventsx.gcr-tag.deleted.0.1.0"


def test_a_port_is_no_tag() -> None:
    """A repository may be on a host with a port, or have no tag at all."""
    body = golden(GCR, "insert.json")
    data = {"action": "INSERT", "tag": "gcr.example.com:5000/acme/app:1.4.2"}
    body["message"]["data"] = b64encode(orjson.dumps(data)).decode()
    assert event(GCR, body).subject_id == "pkg:docker/acme/app@1.4.2?repository_url=gcr.example.com:5000"


def test_a_message_of_another_topic_is_an_error() -> None:
    """Base64 of something else is said to be so."""
    body = golden(GCR, "insert.json")
    body["message"]["data"] = b64encode(b"hello").decode()
    assert "json: " in translation(GCR, body).errors[0]
