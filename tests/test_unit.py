"""The systemd units, as systemd itself judges them."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.cli.exits import Exit
from adapters.config.models import Server
from tests.checkout import ROOT

UNIT = ROOT / "config" / "systemd" / "cdevents-adapters.service"
SOCKET = UNIT.with_suffix(".socket")


def analyzed(*words: str) -> subprocess.CompletedProcess[str]:
    """What `systemd-analyze` says; skips where there is none."""
    if (program := shutil.which("systemd-analyze")) is None:
        pytest.skip("there is no systemd-analyze")
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, timeout=60)


def setting(section: str, name: str, unit: Path = UNIT) -> str:
    """One of a unit's settings that is there once."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, encoding="utf-8")
    return parser[section][name]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """Every setting of them is one that it knows, with a program that is here in the place of the installed one."""
    text = UNIT.read_text(encoding="utf-8").replace("/opt/cdevents-adapters/bin/cdevents-adapters", sys.executable)
    (tmp_path / UNIT.name).write_text(text, encoding="utf-8")
    units = [str(tmp_path / UNIT.name), str(shutil.copy(SOCKET, tmp_path))]
    result = analyzed("verify", "--man=no", "--recursive-errors=no", *units)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_socket_is_where_the_service_listens() -> None:
    """Unless either is told otherwise; both have one name, by which systemd hands one to the other."""
    assert setting("Socket", "ListenStream", SOCKET) == Server().listen
    assert setting("Install", "WantedBy", SOCKET) == "sockets.target"
    assert SOCKET.is_file()


def test_it_is_exposed_as_little_as_a_service_with_a_network_can_be() -> None:
    """10 is what may do everything; under 3 is asked for."""
    result = analyzed("security", "--offline=true", "--no-pager", str(UNIT))
    if "--offline" in result.stderr or "nrecognized" in result.stderr:
        pytest.skip("this systemd-analyze judges no files")
    [score] = re.findall(r"Overall exposure level for \S+: ([\d.]+)", result.stdout)
    assert float(score) < 3


def test_it_is_enabled_started_again_and_given_up_at_last() -> None:
    """A start limit that can be reached: so many starts fit into its interval, and not where starting does not help."""
    assert setting("Install", "WantedBy") == "multi-user.target"
    assert setting("Service", "Restart") == "always"
    assert setting("Service", "RestartPreventExitStatus") == str(int(Exit.USAGE))
    every = int(setting("Service", "RestartSec").removesuffix("s"))
    limit = 60 * int(setting("Unit", "StartLimitIntervalSec").removesuffix("min"))
    assert 0 < every * int(setting("Unit", "StartLimitBurst")) < limit
