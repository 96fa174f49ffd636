"""Dashboards as Grafana reads them: their queries, with variables and macros put in as it puts them in.

Variables: docs "Variable syntax" (formats `sqlstring`, and Prometheus' own). Macros of PostgreSQL:
grafana/grafana pkg/tsdb/grafana-postgresql-datasource/sqleng/macros. Of Prometheus: pkg/promlib/models/query.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.checkout import ROOT

Variables = Mapping[str, str | Sequence[str]]

_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(?!__)(\w+)")
_TIME_GROUP = re.compile(r"\$__timeGroupAlias\((\w+),\s*'?(\d+)s'?\)")


def dashboard(name: str) -> dict[str, Any]:
    """One of those that are shipped."""
    file = ROOT / "config" / "grafana" / "dashboards" / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def panels(board: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What shows something, by row and title."""
    found, row = {}, ""
    for each in board["panels"]:
        if each["type"] == "row":
            row = each["title"]
        else:
            found[f"{row}: {each['title']}"] = each
    return found


def chosen(board: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """The variables as they are when it is opened; what stands for all of them is put in."""
    return {each["name"]: _current(each) for each in board["templating"]["list"] if each["type"] != "datasource"}


def _current(variable: Mapping[str, Any]) -> Any:
    value = variable["current"]["value"]
    return variable["allValue"] if value == ["$__all"] else value


@dataclass(frozen=True)
class Range:
    """What of time is shown, and the steps of it in seconds."""

    begin: datetime
    end: datetime
    step: int = 3600

    def sql(self, text: str, variables: Variables) -> str:
        """A query of PostgreSQL."""
        begin, end = (f"'{each.isoformat().replace('+00:00', 'Z')}'" for each in (self.begin, self.end))
        text = _put_in(text.replace("$__interval", f"{self.step}s"), variables)
        text = text.replace("$__timeFrom()", begin).replace("$__timeTo()", end)
        text = re.sub(r"\$__timeFilter\((\w+)\)", rf"\1 BETWEEN {begin} AND {end}", text)
        text = _TIME_GROUP.sub(r'floor(extract(epoch from \1)/\2)*\2 AS "time"', text)
        return _complete(text)

    def promql(self, text: str, variables: Variables, scrape: int) -> str:
        """A query of Prometheus, which scrapes every so many seconds."""
        seconds = round((self.end - self.begin).total_seconds())
        text = text.replace("$__rate_interval", f"{max(self.step + scrape, 4 * scrape)}s")
        return _complete(_put_in(text.replace("$__range", f"{seconds}s"), variables))


def _put_in(text: str, variables: Variables) -> str:
    def value(found: re.Match[str]) -> str:
        given = variables[found[1] or found[3]]
        if found[2] == "sqlstring":
            values = [given] if isinstance(given, str) else given
            return ",".join("'" + each.replace("'", "''") + "'" for each in values)
        assert found[2] is None, f"a format that this does not know: {found[0]}"
        if isinstance(given, str):
            return given
        escaped = [re.sub(r"([\\^$*+?.()|{}\[\]])", r"\\\\\1", each) for each in given]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"

    return _VARIABLE.sub(value, text)


def _complete(text: str) -> str:
    assert "$" not in text, f"not put in: {text}"
    return text


def queries(board: Mapping[str, Any], member: str) -> Iterator[tuple[str, str]]:
    """Each query of its panels, with its place."""
    for place, panel in panels(board).items():
        for target in panel["targets"]:
            yield f"{place} {target['refId']}", target[member]
