"""Whose fault a problem of a mapping is: the mapping's own, or that of a variable which a source gives it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.errors import ConfigError, Problem
from adapters.mapping.compiling import WrongVariables
from adapters.yamlfile import Placed

Make = Callable[[Mapping[str, Any]], object]
"""Makes something of a mapping with some variables; raises ConfigError."""


def to_blame(problems: Sequence[Problem], variables: Mapping[str, Any], asked: Placed, make: Make) -> list[Problem]:
    """The problems, those of a mapping that are not there without a variable being told where that is given."""
    without = {name: _problems(make, _others(variables, name), problems) for name in variables}

    def blamed(problem: Problem) -> Problem:
        culprits = [name for name, left in without.items() if problem not in left]
        if not culprits or _in_table(problem):
            return problem
        hint = "; ".join(filter(None, (problem.hint, f"at {problem.where}")))
        return asked(("variables", culprits[0]), problem.message, hint)

    return [blamed(problem) for problem in problems]


def _others(variables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return {each: value for each, value in variables.items() if each != name}


def _problems(make: Make, variables: Mapping[str, Any], unknown: Collection[Problem]) -> Collection[Problem]:
    try:
        make(variables)
    except WrongVariables:
        return unknown
    except ConfigError as error:
        return error.problems
    return ()


def _in_table(problem: Problem) -> bool:
    """Whether it is in a file that a variable names, and is to be mended there."""
    return Path(problem.where.rsplit(":", 2)[0]).suffix == ".csv"
