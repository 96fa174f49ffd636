"""Names of jobs as Jenkins writes them in URLs."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.filters.jenkins import encoded, jenkins_job_name, jenkins_job_path, jenkins_path
from adapters.sources.jenkins.names import build_url, job_url

_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda name: "/" not in name)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("shop", "shop"),
        ("a b", "a%20b"),
        ("feature%2Fx", "feature%252Fx"),
        ("it's (a+b),=@&!$*", "it's%20(a+b),=@&!$*"),
        ("a~b", "a%7Eb"),
        ("a;b:c?d#e", "a%3Bb%3Ac%3Fd%23e"),
        ("[x]^{y}|`", "%5Bx%5D%5E%7By%7D%7C%60"),
        ("grün", "gr%C3%BCn"),
    ],
)
def test_a_name_is_written_as_jenkins_writes_it(name: str, written: str) -> None:
    """The same characters are escaped as by `hudson.Util.rawEncode`, so that URLs are equal as text."""
    assert encoded(name) == written


def test_urls_are_relative_and_end_in_a_slash() -> None:
    """Folders, jobs and builds nest as in Jenkins' own URLs."""
    assert build_url(job_url(job_url("", "team"), "shop"), 42) == "job/team/job/shop/42/"


def test_a_file_name_that_is_not_utf8_keeps_its_bytes() -> None:
    """A directory's name need not be text; its URL is ASCII all the same."""
    assert encoded(os.fsdecode(b"caf\xe9")) == "caf%E9"


@given(folder=_NAMES, name=_NAMES)
def test_the_full_name_comes_back_from_the_url(folder: str, name: str) -> None:
    """What the mappings read from a URL is the name that it was made of."""
    assert jenkins_job_name(job_url(job_url("", folder), name)) == f"{folder}/{name}"


@given(folder=_NAMES, name=_NAMES, number=st.integers(1))
def test_what_names_a_build_is_left_as_it_is(folder: str, name: str, number: int) -> None:
    """The path that the files give is the one that any other way is brought to."""
    url = build_url(job_url(job_url("", folder), name), number)
    assert jenkins_path(url) == url
    assert jenkins_path(f"view/all/{url}?x") == url


@given(folder=_NAMES, name=_NAMES.filter(lambda name: "=" not in name and ":" not in name))
def test_a_name_leads_to_the_path_that_it_is_read_from(folder: str, name: str) -> None:
    """So that a log, which has names, and all else, which has paths, tell of the same."""
    assert jenkins_job_path(f"{folder}/{name}") == job_url(job_url("", folder), name)
