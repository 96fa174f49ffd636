"""How it is set."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The variables of the mapping by their names; the patterns match a job's full name, where there are any."""

    instance: str
    gerrit: str = ""
    failed_tests: bool = False
    artifacts: bool = False
    deploy_jobs: re.Pattern[str] | None = None
    image_jobs: re.Pattern[str] | None = None
