"""Jenkins' relative URLs: what names a job and a build through every transport."""

from __future__ import annotations

from adapters.mapping.filters.jenkins import encoded, jenkins_path


def job_url(folder: str, name: str) -> str:
    """The URL of a job in a folder (`""` is the top): `job/team/job/shop/`.

    A branch's name is encoded already (`feature%2Fx`), and is encoded once more: `job/shop/job/feature%252Fx/`.
    """
    return f"{folder}job/{encoded(name)}/"


def build_url(job: str, number: int) -> str:
    """The URL of a build: `job/team/job/shop/42/`."""
    return f"{job}{number}/"


def upstream_url(url: object, number: object) -> str | None:
    """The URL of the build that is named as the cause of another; None where that is none.

    Who triggers a build in a view has its URL in that view: the build is the same.
    """
    if not url or not number:
        return None
    try:
        return build_url(jenkins_path(str(url)), int(str(number)))
    except ValueError:
        return None
