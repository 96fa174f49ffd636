"""What an address means: a store, and keys in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.objects import Address, is_address


@pytest.mark.parametrize(
    ("text", "root", "prefix"),
    [
        ("s3://archive", "s3://archive", ""),
        ("s3://archive/", "s3://archive", ""),
        ("gs://archive/builds/2026/", "gs://archive", "builds/2026"),
        ("az://archive/builds/2026-*/x.json", "az://archive", "builds"),
        ("s3://archive/a/b.json", "s3://archive", "a/b.json"),
        ("sftp://ci@files.example.com:2222/logs/**/*.gz", "sftp://ci@files.example.com:2222", "logs"),
        ("file:///var/log/*.log", "file://", "var/log"),
        ("S3://Archive/A/b.json", "s3://Archive", "A/b.json"),
        ("File:///var/log", "file://", "var/log"),
    ],
)
def test_a_store_and_the_folder_of_all_that_is_meant(text: str, root: str, prefix: str) -> None:
    """Only that folder has to be listed."""
    assert is_address(text)
    address = Address.of(text)
    assert (address.root, address.prefix) == (root, prefix)


@pytest.mark.parametrize(
    ("pattern", "meant", "not_meant"),
    [
        ("", ["a", "a/b.json"], ["a/.hidden"]),
        ("builds", ["builds/1.json", "builds/2026/1.json", "builds"], ["builds-old/1.json", "builds/.tmp"]),
        ("builds/.1.json", ["builds/.1.json"], ["builds/x1.json"]),
        ("builds/*.json", ["builds/1.json"], ["builds/2026/1.json", "builds/1.json.gz", "other/1.json"]),
        ("**/*.gz", ["a.gz", "x/a.gz", "x/y/a.gz"], ["x/a.gzip"]),
        ("builds/**", ["builds/a", "builds/a/b"], ["build", "buildsa"]),
        ("b[ab]/?.json", ["ba/1.json", "bb/2.json"], ["bc/1.json", "ba/12.json", "ba//.json"]),
        ("b[!a]/x", ["bc/x"], ["ba/x"]),
        ("builds/job[1].json", ["builds/job[1].json", "builds/job1.json"], ["builds/job2.json"]),
        ("builds/[x]/", ["builds/[x]/1.json"], ["builds/[x]/.tmp", "builds/x", "builds/[x].json"]),
        ("a+(b)/*.x", ["a+(b)/1.x"], ["aa(b)/1.x"]),
    ],
)
def test_globs_are_those_of_files(pattern: str, meant: list[str], not_meant: list[str]) -> None:
    """A star stays within a step, two are any number of steps, and the rest is what it is."""
    address = Address("s3://archive", pattern)
    assert [key for key in [*meant, *not_meant] if address.holds(key)] == meant


@given(st.from_regex(re.compile(r"[a-z.+(){}^$|-]+(/[a-z.+(){}^$|-]+){0,3}"), fullmatch=True))
def test_a_key_is_meant_by_itself(key: str) -> None:
    """Whatever signs it has, but for those of globs."""
    assert Address("s3://archive", key).holds(key)
    assert Address.of(f"s3://archive/{key}").pattern == key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s3:///key", "a bucket, a container or a host"),
        ("s3://key:s3cret@archive/x", "no password"),
        ("s3://key@archive/x", "no password"),
        ("sftp://ci:s3cret@host/x", "no password"),
        ("file://var/log", "three slashes"),
        ("ftp://host/x", "expected one of s3://, gs://, az://, file://, sftp://"),
    ],
)
def test_what_is_no_address_is_told_without_its_secret(text: str, message: str) -> None:
    """Credentials do not stand in a command, which others can see."""
    with pytest.raises(ValueError, match=message) as raised:
        Address.of(text)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("text", ["builds/2026", "/s3://x", "C:\\x", "https://host/x", "s3:/x"])
def test_files_are_no_objects(text: str) -> None:
    """What is no address is a path, as before."""
    assert not is_address(text)
