"""The JUnit plugin's `junitResult.xml`: how many tests there were, and the names of those that failed. Pure."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from adapters.sources.jenkins_home.actions import counts

_MOST_NAMES = 1000


def described(root: Element) -> dict[str, Any]:
    """The member `tests` of a build, with at most a thousand names in `failed_tests`."""
    cases = list(root.iterfind("suites/suite/cases/case"))
    failed = [case for case in cases if (case.findtext("failedSince") or "0").strip() != "0"]
    skipped = sum((case.findtext("skipped") or "").strip() == "true" for case in cases)
    names = [_name(case) for case in failed[:_MOST_NAMES]]
    return {**counts(len(cases), len(failed), skipped), **({"failed_tests": names} if names else {})}


def _name(case: Element) -> str:
    return f"{(case.findtext('className') or '').strip()}.{(case.findtext('testName') or '').strip()}"
