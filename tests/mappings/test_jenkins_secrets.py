"""No mapping of Jenkins passes on a parameter that looks secret, nor a password in a URL."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.mapping.patterns import compiled
from adapters.urls import SENSITIVE
from tests.mappings.support import CLOUDEVENTS, EVERYTHING, GENERIC_EVENT, JENKINS, events, golden
from tests.mappings.test_jenkins_plugins import STATISTICS, heard

SECRET = "hunter2x5kq"
PARAMETERS = dict.fromkeys(("PASSWORD", "DB_PASSWD", "API_KEY", "GITHUB_TOKEN", "CLIENT_SECRET", "PRIVATE_KEY"), SECRET)
URL = f"https://ci:{SECRET}@git.example.com/team/shop.git"


def given() -> list[tuple[str, Any, Any]]:
    """The end of a run as each way tells it, with secrets wherever there is room for them."""
    notification = golden(JENKINS, "finished.json")
    notification["build"] |= {"parameters": PARAMETERS, "log": f"token={SECRET}", "notes": SECRET}
    notification["build"]["scm"]["url"] = URL
    build = golden("jenkins/build", "job-finished.json") | {"parameters": PARAMETERS, "scm": {"url": URL}}
    generic = golden(GENERIC_EVENT, "run-finalized.json")
    generic["data"]["actions"] += [{"parameters": [{"name": name, "value": SECRET} for name in PARAMETERS]}]
    body, headers = heard("job-finalized.http")
    body["build"] |= {"parameters": PARAMETERS, "scmState": {"url": URL}}
    statistics = golden(STATISTICS, "build-started.json") | {"parameters": PARAMETERS, "scmInfo": {"url": URL}}
    outbound = golden("jenkins/outbound-webhook", "success.json") | {"buildVars": str(PARAMETERS)}
    return [
        (JENKINS, notification, {}),
        ("jenkins/build", build, {}),
        (GENERIC_EVENT, generic, {}),
        (CLOUDEVENTS, body, headers),
        (STATISTICS, statistics, {}),
        ("jenkins/outbound-webhook", outbound, {}),
    ]


@pytest.mark.parametrize(
    ("mapping", "body", "headers"), given(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_no_secret_of_a_build_is_in_its_events(mapping: str, body: Any, headers: Any) -> None:
    """Whatever a mapping can be switched on to tell."""
    assert all(compiled(f"(?i){SENSITIVE}").search(name) for name in PARAMETERS)
    assert SECRET in str(body)
    found = events(mapping, body, headers, **EVERYTHING[mapping])
    assert found
    assert SECRET not in str(found)
