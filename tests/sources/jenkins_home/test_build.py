"""What a build.xml says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping import xml
from adapters.sources.jenkins_home import build
from adapters.sources.jenkins_home.xstream import Graph, class_name
from tests.sources.jenkins_home.homes import STARTED, freestyle, pipeline

URL = "job/shop/7/"
SAVED = STARTED + 5000

USER = "<hudson.model.Cause_-UserIdCause><userId>ada</userId></hudson.model.Cause_-UserIdCause>"
UPSTREAM = (
    "<hudson.model.Cause_-UpstreamCause><upstreamProject>team/{0}</upstreamProject>"
    "<upstreamUrl>job/team/job/{0}/</upstreamUrl><upstreamBuild>{1}</upstreamBuild>"
    "<upstreamCauses>{2}</upstreamCauses></hudson.model.Cause_-UpstreamCause>"
)
GIT = (
    "<hudson.plugins.git.util.BuildData><buildsByBranchName><entry><string>{branch}</string><Build><marked>"
    "<sha1>{commit}</sha1><branches class='singleton-set'><hudson.plugins.git.Branch><sha1 reference='../../../sha1'/>"
    "<name>{branch}</name></hudson.plugins.git.Branch></branches></marked><revision reference='../marked'/></Build>"
    "</entry></buildsByBranchName><lastBuild reference='../buildsByBranchName/entry/Build'/>"
    "<remoteUrls><string>{url}</string></remoteUrls></hudson.plugins.git.util.BuildData>"
)
LIBRARY = GIT.format(branch="master", commit="a" * 40, url="https://git.example.com/library.git")
SHOP = GIT.format(branch="main", commit="b" * 40, url="https://git.example.com/shop.git")
REVISION = (
    "<jenkins.scm.api.SCMRevisionAction><revision class='x'><head><name>feature/x</name></head>"
    f"<hash>{'b' * 40}</hash></revision></jenkins.scm.api.SCMRevisionAction>"
)


def described(text: str) -> dict[str, Any]:
    """The build that a build.xml describes."""
    root = xml.root(text.encode())
    return build.described(root, URL, SAVED, running=build.running(root))


@pytest.mark.parametrize("number", ["99999999999999999999", "", "none"])
def test_an_odd_number_in_the_queue_costs_only_itself(number: str) -> None:
    """Nothing that is told of a build needs it."""
    found = described(freestyle().replace("<queueId>5", f"<queueId>{number}"))
    assert (found["result"], found.get("queue_id")) == ("SUCCESS", None)


def causes(*some: str) -> str:
    """A CauseAction as of today."""
    entries = "".join(f"<entry>{cause}<int>1</int></entry>" for cause in some)
    return (
        f"<hudson.model.CauseAction><causeBag class='linked-hash-map'>{entries}</causeBag></hudson.model.CauseAction>"
    )


def test_a_build_that_is_over_has_its_times_and_result() -> None:
    """The end is the start and the duration; nothing is taken from the clock."""
    assert described(freestyle(result="UNSTABLE")) == {
        "pipeline": False,
        "running": False,
        "started": STARTED,
        "finished": STARTED + 1000,
        "duration": 1000,
        "result": "UNSTABLE",
        "queue_id": 5,
        "root": URL,
    }


@pytest.mark.parametrize(
    "text",
    [freestyle(result=None, duration=0), freestyle(result="FAILURE", duration=0), pipeline(completed=False)],
)
def test_a_build_that_goes_on_has_no_result(text: str) -> None:
    """A build may be saved in the middle, even with the result that it would have now."""
    found = described(text)
    assert found["running"]
    assert found.keys().isdisjoint({"result", "finished", "duration"})


def test_a_result_may_be_a_structure() -> None:
    """Some versions write it with its ordinal and colour."""
    text = freestyle().replace("SUCCESS", "<name>ABORTED</name><ordinal>4</ordinal>")
    assert described(text)["result"] == "ABORTED"


def test_without_times_the_end_is_when_it_was_saved() -> None:
    """Old cores kept the start in the name of the directory."""
    text = freestyle().replace(f"<timestamp>{STARTED - 4}</timestamp><startTime>{STARTED}</startTime>", "")
    assert (described(text)["started"], described(text)["finished"]) == (SAVED - 1000, SAVED)


def test_who_started_it() -> None:
    """A cause is its Java class, and a user where it has one."""
    found = described(freestyle(actions=causes(USER, "<hudson.triggers.TimerTrigger_-TimerTriggerCause/>")))
    assert found["causes"] == [
        {"type": "hudson.model.Cause$UserIdCause", "user": "ada"},
        {"type": "hudson.triggers.TimerTrigger$TimerTriggerCause"},
    ]


def test_causes_of_old_versions_are_read() -> None:
    """They were a list, before they were a map."""
    old = f"<hudson.model.CauseAction><causes>{USER}</causes></hudson.model.CauseAction>"
    assert described(freestyle(actions=old))["causes"] == described(freestyle(actions=causes(USER)))["causes"]


def test_the_root_is_the_build_that_started_it_all() -> None:
    """Upstream of upstream of upstream; the direct one is told as well."""
    found = described(freestyle(actions=causes(UPSTREAM.format("b", 2, UPSTREAM.format("a", 1, USER)))))
    assert (found["upstream"], found["root"]) == ("job/team/job/b/2/", "job/team/job/a/1/")


def test_causes_that_refer_to_themselves_end() -> None:
    """A loop of references is not followed for ever."""
    loop = UPSTREAM.format("a", 1, "<hudson.model.Cause_-UpstreamCause reference='../..'/>")
    assert described(freestyle(actions=causes(loop)))["root"] == "job/team/job/a/1/"


def test_the_commit_is_that_of_the_branch_and_not_of_a_library() -> None:
    """The revision says which of the checkouts it is about, whatever their order."""
    found = described(pipeline(actions=LIBRARY + SHOP + REVISION))
    assert found["scm"] == {"url": "https://git.example.com/shop.git", "branch": "feature/x", "commit": "b" * 40}


def test_a_single_checkout_is_what_was_built() -> None:
    """References lead from the last build to its revision."""
    found = described(freestyle(actions=SHOP))
    assert found["scm"] == {"url": "https://git.example.com/shop.git", "branch": "main", "commit": "b" * 40}


def test_of_several_checkouts_none_is_guessed() -> None:
    """Without a revision nothing says which it was."""
    assert "scm" not in described(pipeline(actions=LIBRARY + SHOP))


def test_parameters_are_texts_and_never_passwords() -> None:
    """Booleans are text too; passwords, credentials and files are left out; lists may be wrapped."""
    kinds = {
        "StringParameterValue": "<name>A</name><value>1</value>",
        "BooleanParameterValue": "<name>B</name><value>true</value>",
        "PasswordParameterValue": "<name>P</name><value>{AQAAABAAAAAQ}</value>",
        "com.cloudbees.plugins.credentials.CredentialsParameterValue": "<name>C</name><value>id</value>",
        "FileParameterValue": "<name>F</name><location>x</location>",
    }
    values = "".join(f"<hudson.model.{kind}>{inner}</hudson.model.{kind}>" for kind, inner in kinds.items())
    for wrapped in (values, f"<a class='hudson.model.ParameterValue-array'>{values}</a>"):
        action = f"<hudson.model.ParametersAction><parameters>{wrapped}</parameters></hudson.model.ParametersAction>"
        assert described(freestyle(actions=action))["parameters"] == {"A": "1", "B": "true"}


def test_class_names_are_unmangled() -> None:
    """XStream writes `$` as `_-` and `_` as `__`."""
    assert class_name("a.B_-C__d") == "a.B$C_d"


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("../one", "1"),
        ("../many[2]/x", "3"),
        ("../many/x", "2"),
        ("../../a/one", "1"),
        ("../nothing", None),
        ("../many[3]", None),
        ("../many[0]", None),
        ("../../../..", None),
        ("..[", None),
        ("", None),
        (".", None),
    ],
)
def test_references_are_followed(reference: str, text: str | None) -> None:
    """They are paths from the element itself; those that lead nowhere are nothing."""
    document = f"<a><one>1</one><many><x>2</x></many><many><x>3</x></many><r reference='{reference}'/></a>"
    graph = Graph(xml.root(f"<top>{document}</top>".encode()))
    assert graph.text(graph.root, "a", "r") == text


def test_references_to_each_other_are_nothing() -> None:
    """Two elements that stand for one another stand for nothing."""
    graph = Graph(xml.root(b"<a><x reference='../y'/><y reference='../x'/></a>"))
    assert graph.child(graph.root, "x") is None


_TREE = st.recursive(
    st.sampled_from(["", "5", "SUCCESS", "true", "x"]),
    lambda inner: st.lists(
        st.tuples(
            st.sampled_from(
                ["actions", "result", "duration", "completed", "name", "value", "causes", "hudson.model.CauseAction"]
                + [
                    "hudson.plugins.git.util.BuildData",
                    "lastBuild",
                    "revision",
                    "x.ParametersAction",
                    "x.TestResultAction",
                ]
            ),
            st.sampled_from(["", " reference='../x'", " reference='../..'", " class='x'"]),
            inner,
        ).map(lambda each: f"<{each[0]}{each[1]}>{each[2]}</{each[0]}>"),
        max_size=4,
    ).map("".join),
    max_leaves=20,
)


@given(tag=st.sampled_from(["build", "flow-build", "matrix-run"]), inside=_TREE)
def test_any_xml_is_a_build_or_a_reason(tag: str, inside: str) -> None:
    """Whatever the elements, it is described, or a ValueError says what is wrong."""
    try:
        found = described(f"<{tag}>{inside}</{tag}>")
    except ValueError as error:
        assert "should be a number" in str(error)
    else:
        assert found["pipeline"] == (tag == "flow-build")
        assert ("finished" in found) != found["running"]
