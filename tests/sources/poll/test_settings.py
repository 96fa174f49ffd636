"""What is wrong in the description of an API is told where it is written, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters import config
from adapters.errors import ConfigError

GOOD = """
sources:
  builds:
    type: poll
    instance: https://ci.example.com/
    url: https://ci.example.com/api/builds
"""
EACH = """
sources:
  builds:
    type: poll
    instance: https://ci.example.com/
    each:
      project: {url: https://ci.example.com/api/projects}
"""


def problems(folder: Path, text: str) -> list[str]:
    """What `check` would say of a configuration, without the name of the file."""
    file = folder / "adapters.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        config.load(file, {})
    except ConfigError as error:
        return [str(each).removeprefix(f"{file}:") for each in error.problems]
    return []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pages: {link: true, number: page}", "7:25: 'link' and 'number' are two ways to the next page (choose one)"),
        ("pages: {cursor: next}", "7:5: 'cursor' and 'parameter' go together"),
        ("pages: {next: next, size: 5}", "7:25: 'size' goes with 'number' or 'offset'"),
        ("pages: {next: 'a..b'}", "7:13: expected a name, found '.'"),
        ("pages: page", "7:5:"),
        ("query: {after: '${$sinse}'}", "7:13: $sinse is not defined (did you mean 'since'?)"),
        ("query: {of: '${project.id}'}", "7:13: no list around it is called 'project' (there is none: see `each`)"),
        ("query: {of: '${project'}", "7:13: '${' is not closed"),
        ("items: builds[*", "7:5: expected"),
        ("id: []", "7:5:"),
        ("since: yesterday", "7:5: expected now, beginning, a duration such as 30d, or a time such as"),
        ("since: 30d", "7:5: 'since' needs 'time'"),
        ("order: newest", "7:5: 'order' needs 'time'"),
        ("open: {status: running}", "7:5: 'open' needs 'time'"),
        ("open: {status: {lik: x}}\n    time: at", "7:12:"),
        ("form: epoch", "7:5: expected rfc3339, epoch_s, epoch_ms, or a form of strftime such as %Y-%m-%d"),
        ("zone: Berlin", "7:5: expected a time zone's name"),
        ("auth: {bearer: a, basic: {username: b, password: c}}", "7:5: expected exactly one of bearer and basic"),
        (
            "within: {job: jobs}\n    each: {job: {url: 'https://ci.example.com/'}}",
            "7:14: 'job' is the name of two lists",
        ),
        (
            "each: {p: {url: 'https://else.example.com/'}}",
            "6:5: is not at https://else.example.com, as the first list is",
        ),
        ("each: {p: {url: 'https://ci.example.com/', when: {a: {gtt: 1}}}}", "7:"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(tmp_path: Path, line: str, said: str) -> None:
    """One problem each, with its line and column."""
    found = problems(tmp_path, f"{GOOD}    {line}\n")
    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://ci.example.com/${projct.id}", "8:5: no list around it is called 'projct' (did you mean 'project'?)"),
        ("https://${project.host}/builds", "8:5: expected a URL such as"),
        ("https://ci.example.com/../${project.id}", "8:5: a path cannot have '.' or '..'"),
        ("https://ci.example.com/${$since}", "8:5: $since is not defined"),
        ("https://ci.example.com/${project.id | upcase}", "8:5: there is no filter 'upcase'"),
        ("https://ci.example.com:99999/${project.id}", "8:5: expected a URL such as"),
        ("https://ci.example.com:http/", "8:5: expected a URL such as"),
        ("https://[::1/", "8:5: expected a URL such as"),
        ("ftp://ci.example.com/", "8:5: expected a URL such as"),
        ("https://me:secret@ci.example.com/", "8:5: expected a URL such as"),
    ],
)
def test_a_url_is_written_out_as_far_as_its_server(tmp_path: Path, url: str, said: str) -> None:
    """What is made of an item is in its path or query, and of a list that is there."""
    found = problems(tmp_path, f"{EACH}    url: {url}\n")
    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize(
    "lines",
    [
        "pages: link",
        "pages: {offset: start, size: 100, most: 5000}",
        "since: 2026-05-04T00:00:00Z\n    time: at",
        "since: 30d\n    time: at\n    order: newest\n    open: {status: [queued, running]}",
        "query: {q: 'updated >= \"${$since}\"', all: true, per_page: 100, state: [ok, failed]}",
        "id: [job.name, number]\n    within: {job: jobs}\n    items: builds",
        "form: '%Y/%m/%d %H:%M'\n    zone: Europe/Berlin",
    ],
)
def test_what_is_right_is_taken(tmp_path: Path, lines: str) -> None:
    """As docs/poll.md has it."""
    assert problems(tmp_path, f"{GOOD}    {lines}\n") == []


def test_a_url_that_the_api_gives_is_taken(tmp_path: Path) -> None:
    """Whose server is known only when it is there."""
    assert problems(tmp_path, f"{EACH}    url: ${{project.url}}/builds\n") == []


def test_a_variable_that_is_misspelt_is_told(tmp_path: Path) -> None:
    """What looks like one of the environment is no list."""
    found = problems(tmp_path, f"{EACH}    url: https://ci.example.com/${{TOKEN}}\n")
    assert found[0].startswith("8:5: '${TOKEN}' is not replaced by anything")
