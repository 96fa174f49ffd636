"""Jobs as Hudson's own forms would save them."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

_PARAMETERS = "hudson.model.ParametersDefinitionProperty"
_REPORTS = (
    "<hudson.tasks.junit.JUnitResultArchiver><testResults>*.xml</testResults></hudson.tasks.junit.JUnitResultArchiver>"
)
_ARCHIVE = "<hudson.tasks.ArtifactArchiver><artifacts>*.txt</artifacts></hudson.tasks.ArtifactArchiver>"


def freestyle(
    command: str, *, parameters: Sequence[str] = (), archives: bool = False, reports: bool = False, then: str = ""
) -> str:
    """A job of one shell script, with text parameters.

    It may archive `*.txt`, take `*.xml` for reports of tests, and then start another job.
    """
    return _job(
        "project", command, parameters, [_ARCHIVE] * archives + [_REPORTS] * reports + [_trigger(then)] * bool(then)
    )


def matrix(command: str, axis: str, values: Sequence[str]) -> str:
    """A job that runs its script once for each value of an axis."""
    listed = "".join(f"<string>{escape(value)}</string>" for value in values)
    axes = f"<axes><hudson.matrix.TextAxis><name>{axis}</name><values>{listed}</values></hudson.matrix.TextAxis></axes>"
    return _job("matrix-project", command, (), (), axes)


def _job(kind: str, command: str, parameters: Sequence[str], publishers: Sequence[str], more: str = "") -> str:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><{kind}><actions/><description/>{_properties(parameters)}"
        f'<scm class="hudson.scm.NullSCM"/><triggers class="vector"/>{more}'
        f"<builders><hudson.tasks.Shell><command>{escape(command)}</command></hudson.tasks.Shell></builders>"
        f"<publishers>{''.join(publishers)}</publishers><buildWrappers/></{kind}>"
    )


def _properties(parameters: Sequence[str]) -> str:
    defined = "".join(
        f"<hudson.model.StringParameterDefinition><name>{name}</name><description/><defaultValue/>"
        "</hudson.model.StringParameterDefinition>"
        for name in parameters
    )
    inner = f"<{_PARAMETERS}><parameterDefinitions>{defined}</parameterDefinitions></{_PARAMETERS}>" if defined else ""
    return f"<properties>{inner}</properties>"


def _trigger(job: str) -> str:
    return (
        f"<hudson.tasks.BuildTrigger><childProjects>{escape(job)}</childProjects><threshold><name>SUCCESS</name>"
        "<ordinal>0</ordinal><color>BLUE</color></threshold></hudson.tasks.BuildTrigger>"
    )
