"""Figures in words for people; what is not known is a dash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.delivery.report import ALL, Figure, LeftOut, Report

HEADER = ("metric", "of", "value", "p50", "p75", "p95", "from")
UNKNOWN = "-"
_FEW = 6
"""Scopes that a line can name."""
_SPANS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def rows(report: Report) -> Iterator[Sequence[str]]:
    """The cells of each figure, under HEADER."""
    for each in report.figures:
        numbers = (each.value, each.p50, each.p75, each.p95)
        yield each.metric, scope(each.scope), *(number(value, each.unit) for value in numbers), basis(each)


def left_out(report: Report) -> Iterator[str]:
    """A line for each reason, of all together, and of how many in which scopes where these are few."""
    for each in report.left_out:
        if each.scope == ALL:
            yield f"{each.metric}: {each.events:,} {each.reason}{_by_scope(report, each)}"


def scope(text: str) -> str:
    """A scope's name."""
    return "all" if text == ALL else text


def basis(figure: Figure) -> str:
    """What a figure was made from."""
    return f"{figure.events:,}" if figure.events else "no data"


def number(value: float | None, unit: str) -> str:
    """A value with its unit: `2.5 h`, `12.5 %`, `0.43/day`."""
    if value is None:
        return UNKNOWN
    if unit == "s":
        return _span(value)
    if unit == "share":
        return f"{value * 100:.1f} %"
    return f"{value:.2f}{unit}" if unit else f"{value:g}"


def heading(report: Report) -> str:
    """Which days, by which clock, and which environments."""
    production = ", ".join(report.production) or "none"
    left = f"; left out: {', '.join(report.others)}" if report.others else ""
    if report.others and not report.production:
        left += " (say with --environment which is production)"
    days = f"{report.since:%Y-%m-%d} to before {report.until:%Y-%m-%d} ({report.zone})"
    return f"{days}. Environments of deployments and incidents: {production}{left}."


def _by_scope(report: Report, all_: LeftOut) -> str:
    parts = [
        f"{each.scope} {each.events:,}"
        for each in report.left_out
        if (each.metric, each.reason) == (all_.metric, all_.reason) and each.scope != ALL
    ]
    return f" ({', '.join(sorted(parts))})" if 0 < len(parts) <= _FEW else ""


def _span(seconds: float) -> str:
    size, unit = next((each for each in _SPANS if abs(seconds) >= each[0]), _SPANS[-1])
    return f"{seconds / size:.1f} {unit}"
