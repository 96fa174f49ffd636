"""Events, as a story sees them."""

from __future__ import annotations

from typing import Any


def document(
    id_: str, time: int, *links: tuple[str, str], chain: str | None = "c", subject: str = "", **content: Any
) -> dict[str, Any]:
    """A CDEvent as a story sees it; a link is its type and the id at its other end."""
    ends = {"PATH": "from", "END": "from", "RELATION": "target"}
    context = {
        "id": id_,
        "source": "https://ci/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": f"2026-01-01T00:00:{time:02}Z",
        "links": [{"linkType": kind, ends[kind]: {"contextId": to}} for kind, to in links],
    }
    return {
        "context": context | ({"chainId": chain} if chain else {}),
        "subject": {"id": subject or f"s/{id_}", "content": content},
    }
