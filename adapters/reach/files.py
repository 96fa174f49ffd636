"""Files and folders, tried."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.errors import AdapterError
from adapters.sinks.file import FileSettings
from adapters.sources.jenkins_home.settings import JenkinsHomeSettings
from adapters.sources.tail.files import listed
from adapters.sources.tail.settings import TailSettings
from adapters.yamlfile import shown


async def tail(settings: TailSettings) -> str:
    """Whether there are files, and all can be read."""
    found = [each.path for each in listed(settings.paths, settings.exclude).values()]
    if not found:
        raise AdapterError(f"no file is named {' or '.join(settings.paths)}, or it is in a folder that cannot be read")
    if hidden := [path for path in found if not os.access(path, os.R_OK)]:
        raise AdapterError(f"{hidden[0]} cannot be read by this user")
    return f"{len(found)} file{'s' if len(found) > 1 else ''} to read"


async def home(settings: JenkinsHomeSettings) -> str:
    """Whether it is one."""
    jobs = Path(settings.home) / "jobs"
    if not jobs.is_dir():
        raise AdapterError(f"{settings.home} is no home of Jenkins: there is no folder {jobs}, or it cannot be read")
    if not os.access(jobs, os.R_OK | os.X_OK):
        raise AdapterError(f"{jobs} cannot be read by this user")
    return "a home of Jenkins"


async def file(settings: FileSettings) -> str:
    """Whether it can be written, or made."""
    return writable_file(settings.path)


def writable_file(path: Path) -> str:
    """That a file can be written, or made; raises AdapterError, also for a folder of its name."""
    if path.is_dir():
        raise AdapterError(f"{path} is a folder: name a file")
    return writable(path)


def writable(path: Path) -> str:
    """That a file or folder can be written, or made; raises AdapterError."""
    there = next(each for each in (path.absolute(), *path.absolute().parents) if os.access(each, os.F_OK))
    if there != path.absolute() and not there.is_dir():
        raise AdapterError(f"{path} cannot be made: {shown(there)} is no folder")
    if there.is_relative_to("/proc") or not os.access(there, os.W_OK if there.is_file() else os.W_OK | os.X_OK):
        raise AdapterError(f"{path} cannot be written: {shown(there)} is not for this user to write")
    return "can be written"
