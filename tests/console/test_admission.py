"""Who is let in, and by what name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters import config
from adapters.console.admission import HEADERS, known
from adapters.errors import ConfigError
from tests.console.support import browsing, settings

STATIC = "/static/console.css"
BASIC = {"basic": {"username": "ann", "password": "tell-nobody"}}


@pytest.mark.parametrize("path", [STATIC, "/", "/nothing"])
async def test_every_answer_tells_the_browser_what_not_to_do(path: str, tmp_path: Path) -> None:
    """Pages, files and refusals have the same headers."""
    async with browsing(settings(tmp_path)) as client:
        answer = await client.get(path)
    assert HEADERS.items() <= {name.title(): value for name, value in answer.headers.items()}.items() | {
        (name, answer.headers.get(name)) for name in HEADERS
    }


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8081", 200),
        ("localhost:8081", 200),
        ("LOCALHOST", 200),
        ("[::1]:8081", 200),
        ("console.example.com", 200),
        ("attacker.example.net:8081", 421),
        ("127.0.0.1.attacker.example.net", 421),
        ("10.0.0.1:8081", 421),
        ("", 421),
    ],
)
async def test_another_name_that_leads_here_is_refused(host: str, status: int, tmp_path: Path) -> None:
    """What a page of another site could ask for by a name of its own (DNS rebinding) is not answered."""
    async with browsing(settings(tmp_path, console={"hosts": ["console.example.com"]})) as client:
        answer = await client.get(STATIC, headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("site", "mode", "destination", "status"),
    [
        ("same-origin", "cors", "empty", 200),
        ("none", "navigate", "document", 200),
        ("cross-site", "navigate", "document", 200),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "no-cors", "image", 403),
        ("cross-site", "cors", "empty", 403),
        ("same-site", "cors", "empty", 403),
    ],
)
async def test_another_site_may_lead_here_and_ask_for_nothing(
    site: str, mode: str, destination: str, status: int, tmp_path: Path
) -> None:
    """What a page loads, or an EventSource of it listens to, would keep the console busy; another port is another."""
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": destination}
    async with browsing(settings(tmp_path)) as client:
        assert (await client.get(STATIC, headers=headers)).status_code == status


def test_beyond_this_machine_addresses_are_names() -> None:
    """Where it listens on all interfaces, it may be asked by the address of any, and by no foreign name."""
    knows = known("0.0.0.0", ())
    assert all(knows(host) for host in ("10.0.0.1", "fe80::1", "localhost"))
    assert not knows("attacker.example.net")


@pytest.mark.parametrize(
    ("auth", "header", "status"),
    [
        (BASIC, {}, 401),
        (BASIC, {"Authorization": "Basic YW5uOndyb25n"}, 401),
        (BASIC, {"Authorization": "Basic YW5uOnRlbGwtbm9ib2R5"}, 200),
        ({"bearer": "tell-nobody"}, {"Authorization": "Bearer tell-nobody"}, 200),
        ({"header": {"name": "X-Proxy", "value": "tell-nobody"}}, {"X-Proxy": "tell-nobody"}, 200),
        ({"header": {"name": "X-Proxy", "value": "tell-nobody"}}, {"X-Proxy": "guess"}, 401),
    ],
)
async def test_with_an_auth_nothing_is_seen_without_credentials(
    auth: Any, header: dict[str, str], status: int, tmp_path: Path
) -> None:
    """Not even a style sheet."""
    async with browsing(settings(tmp_path, console={"auth": auth})) as client:
        answer = await client.get(STATIC, headers=header)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401 and "header" not in auth)


def test_an_auth_that_no_browser_can_show_is_refused(tmp_path: Path) -> None:
    """Signatures are for tools."""
    with pytest.raises(ValueError, match="a browser signs nothing"):
        settings(tmp_path, console={"auth": {"hmac": {"secret": "s", "header": "X-Signature"}}})


def test_an_open_console_is_a_mistake(tmp_path: Path) -> None:
    """Beyond loopback it does not start without an auth."""
    written = tmp_path / "adapters.yaml"
    written.write_text("""
console: {listen: "0.0.0.0:8081"}
sources: {j: {type: webhook, path: /j, instance: "https://j.example.com/", mapping: jenkins/notification}}
""")
    with pytest.raises(ConfigError, match=r"anybody could use it: the console listens on 0\.0\.0\.0:8081"):
        config.load(written)
