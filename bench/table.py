"""The table that all benchmarks write their rows for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HEADER = ("what", "figure", "baseline", "ratio", "target", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `baseline` is the same work done otherwise.

    `at_most` and `at_least` bound the ratio, or the figure where there is no baseline.
    """

    what: str
    figure: float
    unit: str
    baseline: float | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float | None:
        """Figure to baseline, where there is one."""
        return None if self.baseline is None else self.figure / self.baseline

    @property
    def met(self) -> bool:
        """Whether the figure is what it should be; without a target it always is."""
        judged = self.figure if self.ratio is None else self.ratio
        return (self.at_most is None or judged <= self.at_most) and (self.at_least is None or judged >= self.at_least)

    def cells(self) -> tuple[str, ...]:
        """The row's texts, under those of `HEADER`."""
        baseline = "" if self.baseline is None else self._with_unit(self.baseline)
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return self.what, self._with_unit(self.figure), baseline, ratio, self._target(), "" if self.met else "MISSED"

    def _target(self) -> str:
        unit = self.unit if self.baseline is None else ""
        bounds = (("<=", self.at_most), (">=", self.at_least))
        return ", ".join(f"{sign} {bound:g} {unit}".strip() for sign, bound in bounds if bound is not None)

    def _with_unit(self, value: float) -> str:
        return f"{value:,.0f} {self.unit}" if value >= 1000 else f"{value:.3g} {self.unit}"


def lines(rows: Iterable[Row]) -> Iterator[str]:
    """The table as text, its columns aligned."""
    cells = [HEADER, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
