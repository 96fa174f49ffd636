"""What the Jenkins mappings tell, on request, of builds that deploy and of builds that pushed an image."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.mapping import load
from adapters.model import LOOKED_UP, CDEvent, Notification
from tests.mappings.support import HEARD, JENKINS, REGISTRY, event, events, golden, targets, translation

BUILD = "jenkins/build"
BOTH = pytest.mark.parametrize("mapping", [JENKINS, BUILD])
WANTED: dict[str, Any] = {"deploy_jobs": "deploy/.+", "image_jobs": "team/shop-image"}


def finished(mapping: str, name: str, changes: dict[str, Any] | None = None) -> Any:
    """A golden of the end of a build, with other parameters: one that is None is left out."""
    body = deepcopy(golden(mapping, f"{name}-finished.json"))
    holder = body["build"] if mapping == JENKINS else body
    given = holder["parameters"] | (changes or {})
    holder["parameters"] = {name: value for name, value in given.items() if value is not None}
    return body


def second(mapping: str, name: str, changes: dict[str, Any] | None = None, **variables: Any) -> CDEvent:
    """The event beside the end of the run."""
    run, found = events(mapping, finished(mapping, name, changes), **WANTED | variables)
    assert run.name == "pipelinerun.finished"
    return found


@BOTH
@pytest.mark.parametrize("name", ["deploy", "deploy-upgraded", "deploy-rolledback", "image"])
def test_nothing_is_deployed_or_packaged_unless_asked_for(mapping: str, name: str) -> None:
    """Without `deploy_jobs` and `image_jobs` a run is a run, whatever its parameters are called."""
    assert event(mapping, finished(mapping, name)).name == "pipelinerun.finished"


@BOTH
@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("deploy", "service.deployed"),
        ("deploy-upgraded", "service.upgraded"),
        ("deploy-rolledback", "service.rolledback"),
    ],
)
def test_a_parameter_says_what_a_deployment_was(mapping: str, name: str, type_: str) -> None:
    """Where, and of what, too; it follows the run's start, in the run's chain."""
    run, found = events(mapping, finished(mapping, name), **WANTED)
    assert found.name == type_
    assert found.content["environment"] == {"id": "production"}
    assert (found.chain_id, targets(found, "PATH")) == (run.chain_id, targets(run, "PATH"))


@BOTH
@pytest.mark.parametrize("name", ["deploy-failed", "image"])
def test_a_run_that_failed_or_is_of_another_job_deployed_nothing(mapping: str, name: str) -> None:
    """Only success deploys, and the pattern is of the job's whole name."""
    assert event(mapping, finished(mapping, name), deploy_jobs="deploy/.+").name == "pipelinerun.finished"


@BOTH
@pytest.mark.parametrize(("service", "subject"), [("", "deploy/shop"), (None, "deploy/shop"), ("api", "api")])
def test_a_service_is_the_job_unless_a_parameter_names_it(mapping: str, service: str | None, subject: str) -> None:
    """Jenkins sends an empty parameter where nothing was chosen."""
    assert second(mapping, "deploy", {"SERVICE": service}).subject_id == subject


@BOTH
def test_a_file_names_the_services_of_jobs(mapping: str, tmp_path: Path) -> None:
    """Of those that have no parameter for it; the service of a job that is not in it is the job, as without a file."""
    (file := tmp_path / "services.csv").write_text("job,service,team\ndeploy/shop,shop-frontend,red\n")
    services = {"services": str(file)}
    assert second(mapping, "deploy", {"SERVICE": None}, **services).subject_id == "shop-frontend"
    assert second(mapping, "deploy", {"SERVICE": "api"}, **services).subject_id == "api"
    file.write_text("job,service\ndeploy/cart,cart\n")
    other = tmp_path / "other.csv"
    file.rename(other)
    assert second(mapping, "deploy", {"SERVICE": None}, services=str(other)).subject_id == "deploy/shop"


@BOTH
def test_parameters_have_the_names_that_the_source_says(mapping: str) -> None:
    """An organisation's jobs were there before."""
    body = finished(mapping, "deploy", {"TARGET": "lab", "WHAT": "pkg:generic/shop@7", "HOW": "rolledback"})
    _, found = events(mapping, body, **WANTED, deploy_environment="TARGET", deploy_artifact="WHAT", deploy_action="HOW")
    assert found.name == "service.rolledback"
    assert found.content == {"environment": {"id": "lab"}, "artifactId": "pkg:generic/shop@7"}


@BOTH
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ENVIRONMENT": None}, "it has no ENVIRONMENT"),
        ({"ENVIRONMENT": ""}, "it is ''"),
        ({"ARTIFACT": None}, "it has no ARTIFACT"),
        ({"ARTIFACT": "registry.example.com/team/app"}, "is not an image with its digest"),
        ({"ACTION": "restarted"}, "restarted"),
    ],
)
def test_a_deployment_of_which_too_little_is_known_is_an_error(
    mapping: str, changes: dict[str, Any], reason: str
) -> None:
    """It is not made up and not passed over, and the run is told all the same."""
    found = translation(mapping, finished(mapping, "deploy", changes), **WANTED)
    assert [each.name for each in found.events] == ["pipelinerun.finished"]
    (error,) = found.errors
    assert "rule service-deployed" in error
    assert reason in error


@BOTH
@pytest.mark.parametrize(
    ("image", "purl"),
    [
        ("registry.example.com/team/app:1.4", "pkg:docker/team/app@1.4?repository_url=registry.example.com"),
        ("localhost:5000/app:1.4-rc.1", "pkg:docker/app@1.4-rc.1?repository_url=localhost:5000"),
        ("team/app:latest", "pkg:docker/team/app@latest"),
    ],
)
def test_an_image_that_is_deployed_by_its_tag_is_told_as_it_is(mapping: str, image: str, purl: str) -> None:
    """Or by its digest, where the source has a registry that knew it."""
    assert second(mapping, "deploy", {"ARTIFACT": image}).content["artifactId"] == purl
    digest = "sha256:" + "5d" * 32
    headers = {LOOKED_UP: orjson.dumps({purl: {"digest": digest}}).decode()}
    _, found = events(mapping, finished(mapping, "deploy", {"ARTIFACT": image}), headers, **WANTED)
    assert found.content["artifactId"].startswith(f"pkg:oci/app@{digest}")


@BOTH
def test_an_image_that_was_pushed_by_its_tag_is_told_as_one_that_is_deployed_by_it(mapping: str) -> None:
    """As it is, or by its digest, where the source has a registry: which is asked about it."""
    body = finished(mapping, "image", {"IMAGE": "registry.example.com/team/app:1.4"})
    purl = "pkg:docker/team/app@1.4?repository_url=registry.example.com"
    digest = "sha256:" + "5d" * 32
    headers = {LOOKED_UP: orjson.dumps({purl: {"digest": digest}}).decode()}
    for known, expected in (
        ({}, purl),
        (headers, f"pkg:oci/app@{digest}?repository_url=registry.example.com/team/app"),
    ):
        _, built, packaged = events(mapping, body, known, **WANTED)
        assert (built.content["artifactId"], packaged.subject_id) == (expected, expected)
    translator = load(mapping, instance="https://jenkins.example.com/", variables=WANTED)
    assert translator.images(Notification("jenkins", orjson.dumps(body), HEARD)) == {purl}


def test_a_build_without_parameters_is_one_dead_letter_that_names_the_first_one() -> None:
    """And the run is told."""
    body = finished(JENKINS, "deploy")
    del body["build"]["parameters"]
    found = translation(JENKINS, body, **WANTED)
    assert [each.name for each in found.events] == ["pipelinerun.finished"]
    (error,) = found.errors
    assert "rule service-deployed: it has no ENVIRONMENT" in error


def test_what_was_deployed_may_be_in_the_notes() -> None:
    """Where the parameter says it, that counts."""
    body = finished(JENKINS, "deploy", {"ARTIFACT": None})
    body["build"]["notes"] = "deployed pkg:generic/shop@7 at last"
    _, found = events(JENKINS, body, **WANTED, deploy_notes=r"deployed (\S+)")
    assert found.content["artifactId"] == "pkg:generic/shop@7"


@BOTH
def test_an_image_is_known_by_one_name_from_its_build_to_its_deployment(mapping: str) -> None:
    """The lead time for changes: commit, package, publication and deployment join without a look-up."""
    _, built, packaged = events(mapping, finished(mapping, "image"), **WANTED)
    published = event(REGISTRY, golden(REGISTRY, "push-image.json"))
    assert (built.name, packaged.name) == ("build.finished", "artifact.packaged")
    assert packaged.content["change"]["id"] == "3f0c6a1be9d24c7f8a1e5d0b9c8a7f6e5d4c3b2a"
    deployed = second(mapping, "deploy").content["artifactId"]
    assert {built.content["artifactId"], packaged.subject_id, deployed} == {published.subject_id}


@BOTH
def test_an_image_of_an_unknown_commit_is_built_but_not_packaged(mapping: str) -> None:
    """CDEvents wants the change of what is packaged: it is never made up."""
    assert second(mapping, "image-without-commit").name == "build.finished"


@BOTH
@pytest.mark.parametrize("image", [None, ""])
def test_a_build_that_names_no_image_pushed_none(mapping: str, image: str | None) -> None:
    """A job may push now and then."""
    assert event(mapping, finished(mapping, "image", {"IMAGE": image}), **WANTED).name == "pipelinerun.finished"


@pytest.mark.parametrize("name", ["deploy", "deploy-upgraded", "deploy-rolledback", "image"])
def test_both_ways_to_hear_of_a_build_give_the_same_ids(name: str) -> None:
    """By the plugin or from Jenkins' files, a deployment and an image are the same events."""
    plugin, files = (events(each, finished(each, name), **WANTED) for each in (JENKINS, BUILD))
    assert {(each.name, each.id) for each in plugin} == {(each.name, each.id) for each in files}
