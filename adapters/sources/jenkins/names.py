"""Jenkins' relative URLs: what names a job and a build through every transport."""

from __future__ import annotations

from adapters.mapping.filters.jenkins import encoded


def job_url(folder: str, name: str) -> str:
    """The URL of a job in a folder (`""` is the top): `job/team/job/shop/`.

    A branch's name is encoded already (`feature%2Fx`), and is encoded once more: `job/shop/job/feature%252Fx/`.
    """
    return f"{folder}job/{encoded(name)}/"


def build_url(job: str, number: int) -> str:
    """The URL of a build: `job/team/job/shop/42/`."""
    return f"{job}{number}/"
