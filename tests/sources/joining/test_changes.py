"""A rollout is linked to each change that it brings, if one sidecar hears of the merges as well."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

from adapters.cdevents import validation
from adapters.model import LOOKED_UP, Notification, Spec
from tests.mappings.support import golden
from tests.sources.joining.support import HEARD, Sidecar, commit, links, merged, rollout, translator


async def test_it_brings_all_that_was_merged_since_what_ran_before() -> None:
    """Of three changes to its branch the first ran already; what another branch got is not in it."""
    sidecar = Sidecar()
    ids = {}
    for number, minute, branch in ((1, 1, "main"), (2, 3, "main"), (9, 4, "next"), (3, 5, "main"), (4, 9, "main")):
        [event] = await sidecar.hear("gerrit", merged(number, minute, branch))
        ids[number] = event["context"]["id"]
    [first] = await sidecar.hear("cluster", rollout(1, 2))
    [second] = await sidecar.hear("cluster", rollout(3, 6))
    assert (links(first, "CHANGE"), links(second, "CHANGE")) == ([], [ids[2], ids[3]])
    assert validation.problems(second, Spec.V0_5_1) == []
    [back] = await sidecar.hear("cluster", rollout(1, 8, returned=True))
    assert links(back, "CHANGE") == []


async def test_what_ran_in_another_environment_is_no_matter() -> None:
    """Each has its own before."""
    sidecar = Sidecar()
    ids = [(await sidecar.hear("gerrit", merged(each, each)))[0]["context"]["id"] for each in (1, 2, 3)]
    for namespace, numbers in (("prod", (1, 3)), ("lab", (1, 2, 3))):
        for number in numbers:
            [event] = await sidecar.hear("cluster", rollout(number, number + 5, namespace=namespace))
        assert links(event, "CHANGE") == (ids[1:] if namespace == "prod" else ids[2:])


async def test_the_order_in_which_merges_are_heard_is_no_matter() -> None:
    """Their times count."""
    for order in permutations((1, 2, 3)):
        sidecar = Sidecar()
        for each in order:
            await sidecar.hear("gerrit", merged(each, each))
        await sidecar.hear("cluster", rollout(1, 7))
        [event] = await sidecar.hear("cluster", rollout(3, 8))
        assert len(links(event, "CHANGE")) == 2


async def test_what_ran_before_may_be_known_to_the_cluster_alone() -> None:
    """A sidecar that has heard of no rollout before goes by the labels of the image of before."""
    sidecar = Sidecar()
    ids = [(await sidecar.hear("gerrit", merged(each, each)))[0]["context"]["id"] for each in (1, 2, 3)]
    before = rollout(1, 4)["images"]
    said = rollout(3, 8, before={"revision": 4, "images": before})
    purl = f"pkg:oci/shop@sha256:{1:064d}?repository_url=registry.example.com/team/shop"
    labels = {purl: {"org.opencontainers.image.revision": commit(1)}}
    [event] = await sidecar.hear("cluster", said, {LOOKED_UP: json.dumps(labels)})
    assert links(event, "CHANGE") == ids[1:]
    asked = translator("cluster").images(Notification("cluster", json.dumps(said).encode(), HEARD))
    assert len(asked) == 2
    assert purl in asked


async def test_a_deployment_of_a_code_host_brings_what_its_webhook_told_of() -> None:
    """GitHub and GitLab tell of merges and of deployments: what was merged since the deployment before is in one."""
    for source, mapping, older in (("github", "github/events", 31), ("gitlab", "gitlab/events", 31)):
        sidecar = Sidecar()
        told = golden(mapping, "request-merged.json")
        [first] = await sidecar.hear(source, told)
        [second] = await sidecar.hear(source, _merged_later(told, older + 1, commit(2)))
        [before] = await sidecar.hear(source, golden(mapping, "deployment-success.json"))
        [deployed] = await sidecar.hear(source, _deployed_later(golden(mapping, "deployment-success.json"), commit(2)))
        assert before["customData"]["revision"] == first["customData"]["newRev"]
        assert links(before, "CHANGE") == []
        assert links(deployed, "CHANGE") == [second["context"]["id"]]


def _merged_later(told: Any, number: int, revision: str) -> Any:
    """The merge of another request to the same branch, as either host tells of it."""
    text = json.dumps(told).replace("11:00:0", "11:30:0")
    later = json.loads(text)
    request = later.get("pull_request") or later["object_attributes"]
    name = "number" if "pull_request" in later else "iid"
    request |= {name: number, "merge_commit_sha": revision}
    return later


def _deployed_later(told: Any, revision: str) -> Any:
    """Another deployment, of this commit."""
    later = json.loads(json.dumps(told).replace("11:04:00", "11:44:00").replace("13:04:00", "13:44:00"))
    if "deployment_status" in later:
        later["deployment"] |= {"id": 1, "sha": revision}
        return later
    return later | {"deployment_id": 1, "commit_url": f"https://gitlab.example.com/pay/till/-/commit/{revision}"}
