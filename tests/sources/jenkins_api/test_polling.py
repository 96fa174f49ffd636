"""One test for each thing that happens between two polls."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import structlog

from adapters.model import Checkpoint, Notification
from adapters.sources.jenkins_api.source import PAGE
from tests.sources.jenkins_api.fake import Answer, FakeJenkins, Nap, pipeline, run, source
from tests.sources.jenkins_home.homes import STARTED, Heard

DOWN: Answer = (503, {}, b"Please wait while Jenkins is getting ready to work")
BROKEN: Answer = (500, {}, b"<html>Oops!</html>")
SHOP = "job/shop/"


async def test_what_was_there_is_told_in_order(jenkins: FakeJenkins, heard: Heard) -> None:
    """Each job's builds from the oldest, with folders and branches; four requests for two jobs."""
    jenkins.jobs = {SHOP: [run(1), run(3)], "job/team/job/web/job/feature%252Flogin/": [run(7)]}
    await source().poll(heard)
    expected = ["shop/1", "shop/3", "team/job/web/job/feature%252Flogin/7"]
    assert heard.events == [f"{event} job/{build}/" for build in expected for event in ("started", "finished")]
    assert len(jenkins.asked) == 4


@pytest.mark.parametrize("headers", [{}, {"X-Jenkins": "1.567"}])
async def test_one_that_knows_no_ranges_is_asked_for_all(
    jenkins: FakeJenkins, heard: Heard, headers: dict[str, str]
) -> None:
    """As Hudson, which fails at one: all builds that are new are told, once and in order, and the log says why."""
    jenkins.headers = headers
    jenkins.jobs = {SHOP: [run(number) for number in range(1, PAGE + 3)]}
    poller = source()
    with structlog.testing.capture_logs() as logs:
        await poller.poll(heard)
        jenkins.jobs[SHOP].append(run(PAGE + 3))
        await poller.poll(heard)
    builds = [f"job/shop/{number}/" for number in range(1, PAGE + 4)]
    assert heard.events == [f"{event} {build}" for build in builds for event in ("started", "finished")]
    assert len([log for log in logs if "old" in log["event"]]) == 1


@pytest.mark.parametrize("version", ["1.568", "2.7.4", "2.516.3-rc1"])
async def test_one_that_says_that_it_knows_ranges_is_not_probed(
    jenkins: FakeJenkins, heard: Heard, version: str
) -> None:
    """Not even where it fails for a while."""
    jenkins.headers, jenkins.jobs = {"X-Jenkins": version}, {SHOP: [run(1)]}
    jenkins.failures = {"job/shop/api": [BROKEN]}
    await source().poll(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]
    assert len(jenkins.asked) == 4


async def test_one_behind_a_proxy_that_hides_its_version_is_asked_for_ranges(
    jenkins: FakeJenkins, heard: Heard
) -> None:
    """Once it has shown that it takes one."""
    jenkins.headers, jenkins.ranges, jenkins.jobs = {}, True, {SHOP: [run(1)], "job/web/": [run(1)]}
    await source().poll(heard)
    assert len(heard.events) == 4
    assert len(jenkins.asked) == 5


async def test_a_poll_of_a_jenkins_at_rest_is_two_requests(jenkins: FakeJenkins, heard: Heard) -> None:
    """However many jobs there are; nothing is told again."""
    jenkins.jobs = {f"job/j{number}/": [run(1)] for number in range(20)}
    poller = source()
    await poller.poll(heard)
    jenkins.asked.clear()
    again = Heard()
    await poller.poll(again)
    assert jenkins.asked == ["queue/api/json", "api/json"]
    assert (again.notifications, again.checkpoints) == ([], {})


async def test_without_history_only_what_comes_is_told(jenkins: FakeJenkins, heard: Heard) -> None:
    """Builds from before the very first start are passed over."""
    jenkins.jobs = {SHOP: [run(1), run(2)]}
    poller = source(history=False)
    await poller.poll(heard)
    jenkins.jobs[SHOP].append(run(3))
    await poller.poll(heard)
    assert heard.events == ["started job/shop/3/", "finished job/shop/3/"]


async def test_a_build_is_told_when_it_starts_and_when_it_ends(jenkins: FakeJenkins, heard: Heard) -> None:
    """While it runs, it is asked after at each poll, and a later one is not held up."""
    jenkins.jobs = {SHOP: [run(1, result=None)]}
    poller = source()
    await poller.poll(heard)
    jenkins.jobs[SHOP].append(run(2))
    await poller.poll(heard)
    jenkins.jobs[SHOP][0] = run(1, result="ABORTED")
    await poller.poll(heard)
    assert heard.events == [
        f"{each}/" for each in ("started job/shop/1", "started job/shop/2", "finished job/shop/2")
    ] + ["finished job/shop/1/"]
    assert heard.progress == {SHOP: '{"top":2,"open":{}}'}


@pytest.mark.parametrize("count", [PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 7])
async def test_many_builds_are_told_page_by_page(jenkins: FakeJenkins, heard: Heard, count: int) -> None:
    """All of them, in order, in as few requests as pages."""
    jenkins.jobs = {SHOP: [run(number) for number in range(1, count + 1)]}
    await source().poll(heard)
    assert heard.events[::2] == [f"started job/shop/{number}/" for number in range(1, count + 1)]
    assert jenkins.asked.count("job/shop/api/json") == -(-count // PAGE)


async def test_gaps_between_builds_lose_nothing(jenkins: FakeJenkins, heard: Heard) -> None:
    """Deleted builds make a list shorter than the numbers say."""
    numbers = [*range(1, 30), *range(150, 190), 400]
    jenkins.jobs = {SHOP: [run(number) for number in numbers]}
    await source().poll(heard)
    assert heard.events[::2] == [f"started job/shop/{number}/" for number in numbers]


async def test_builds_that_come_while_pages_are_read_move_nothing(jenkins: FakeJenkins, heard: Heard) -> None:
    """A page that was counted from another newest build is read again."""
    jenkins.jobs = {SHOP: [run(number) for number in range(1, 3 * PAGE + 1)]}

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        await heard(notifications, checkpoints)
        if len(jenkins.jobs[SHOP]) < 3 * PAGE + 3:
            jenkins.jobs[SHOP].append(run(len(jenkins.jobs[SHOP]) + 1))

    poller = source()
    await poller.poll(receive)
    await poller.poll(receive)
    total = len(jenkins.jobs[SHOP])
    assert total == 3 * PAGE + 3
    assert heard.events[::2] == [f"started job/shop/{number}/" for number in range(1, total + 1)]


async def test_stages_are_told_while_a_pipeline_runs(jenkins: FakeJenkins, heard: Heard) -> None:
    """As they begin and end in the stage view; one that waits for input goes on."""
    stage = {"id": "6", "name": "Build", "startTimeMillis": STARTED + 6, "durationMillis": 3}
    jenkins.jobs = {"job/web/": [pipeline(1, result=None)]}
    jenkins.stages = {"job/web/1/": [{**stage, "status": "PAUSED_PENDING_INPUT"}]}
    poller = source()
    await poller.poll(heard)
    error = {"message": "script returned exit code 1", "type": "hudson.AbortException"}
    jenkins.stages = {"job/web/1/": [{**stage, "status": "FAILED", "error": error}]}
    await poller.poll(heard)
    jenkins.jobs = {"job/web/": [pipeline(1, result="FAILURE")]}
    await poller.poll(heard)
    assert [document["event"] for document in heard.documents] == ["started", "progress", "progress", "finished"]
    began = {"id": "6", "name": "Build", "started": STARTED + 6}
    ended = {**began, "finished": STARTED + 9, "status": "FAILED", "error": "script returned exit code 1"}
    assert heard.documents[1]["stages_started"] == [began]
    assert heard.documents[2]["stages_finished"] == [ended]


@pytest.mark.parametrize("answers", [[], [BROKEN] * 9])
async def test_without_the_stage_view_there_are_no_stages(
    jenkins: FakeJenkins, heard: Heard, answers: list[Answer]
) -> None:
    """The plugin may not be there, or fail at a build for ever: the build is told all the same."""
    jenkins.jobs = {"job/web/": [pipeline(1)]}
    jenkins.failures = {"wfapi": answers}
    await source().poll(heard)
    assert heard.events == ["started job/web/1/", "finished job/web/1/"]


async def test_a_jenkins_that_stops_between_a_build_and_its_stages_is_asked_again(
    jenkins: FakeJenkins, heard: Heard
) -> None:
    """A build is not told without its stages only because nobody was there to tell them."""
    jenkins.jobs = {"job/web/": [pipeline(1)]}
    jenkins.stages = {"job/web/1/": [{"id": "6", "name": "Build", "status": "SUCCESS", "startTimeMillis": STARTED}]}
    jenkins.failures = {"wfapi": [DOWN] * 5}
    poller = source()
    await poller.poll(heard)
    assert heard.events == []
    await poller.poll(heard)
    assert [stage["id"] for stage in heard.documents[1]["stages_finished"]] == ["6"]


async def test_stages_that_nobody_wants_are_not_asked_for(jenkins: FakeJenkins, heard: Heard) -> None:
    """One request less for each Pipeline's build."""
    jenkins.jobs = {"job/web/": [pipeline(1)]}
    await source(stages=False).poll(heard)
    assert not [path for path in jenkins.asked if "wfapi" in path]


async def test_a_build_that_was_seen_in_the_queue_has_waited(jenkins: FakeJenkins, heard: Heard) -> None:
    """Since when it did is known only of items that were there at a poll; of others nothing is made up."""
    jenkins.jobs = {SHOP: [run(1)]}
    jenkins.queue = [{"_class": "hudson.model.Queue$BuildableItem", "id": 1002, "inQueueSince": STARTED - 5000}]
    poller = source()
    await poller.poll(heard)
    jenkins.queue.clear()
    jenkins.jobs[SHOP].append(run(2))
    await poller.poll(heard)
    waited = {document["number"]: document.get("queued") for document in heard.documents}
    assert waited == {1: None, 2: STARTED - 5000}


async def test_the_root_is_the_build_that_started_it_all(jenkins: FakeJenkins, heard: Heard) -> None:
    """The API names the direct upstream only: what started that is asked for once, whichever job is first."""
    cause = {"upstreamUrl": "job/first/", "upstreamBuild": 1, "_class": "hudson.model.Cause$UpstreamCause"}
    second = {**cause, "upstreamUrl": "view/All/job/second/"}
    jenkins.jobs = {
        "job/a-third/": [run(1, actions=[{"causes": [second]}]), run(2, actions=[{"causes": [second]}])],
        "job/second/": [run(1, actions=[{"causes": [cause]}])],
        "job/first/": [run(1)],
    }
    await source().poll(heard)
    assert {document["root"] for document in heard.documents} == {"job/first/1/"}
    assert len(heard.events) == 8
    assert [path for path in jenkins.asked if path.count("/") == 4] == ["job/second/1/api/json", "job/first/1/api/json"]


async def test_builds_that_name_each_other_end(jenkins: FakeJenkins, heard: Heard) -> None:
    """A circle, and a build that was deleted, are no reason to ask for ever."""
    cause = {"upstreamUrl": "job/b/", "upstreamBuild": 1}
    jenkins.jobs = {
        "job/a/": [run(1, actions=[{"causes": [cause]}])],
        "job/b/": [run(1, actions=[{"causes": [{**cause, "upstreamUrl": "job/a/"}]}])],
        "job/c/": [run(1, actions=[{"causes": [{**cause, "upstreamUrl": "job/gone/"}]}])],
    }
    await source().poll(heard)
    roots = {document["url"]: document["root"] for document in heard.documents}
    assert roots["job/c/1/"] == "job/gone/1/"
    assert roots["job/a/1/"] == roots["job/b/1/"]


async def test_cells_and_modules_are_parts(jenkins: FakeJenkins, heard: Heard) -> None:
    """Under the URLs that Jenkins gives them, and of the run with their number."""
    jenkins.jobs = {"job/grid/": [run(7)], "job/maven/": [run(8)]}
    jenkins.parts = {"job/grid/OS=linux/": [run(7)], "job/maven/org.acme$core/": [run(8)]}
    await source().poll(heard)
    parts = {document["url"]: (document.get("part_of"), document["root"]) for document in heard.documents}
    assert parts == {
        "job/grid/7/": (None, "job/grid/7/"),
        "job/grid/OS=linux/7/": ("job/grid/7/", "job/grid/7/"),
        "job/maven/8/": (None, "job/maven/8/"),
        "job/maven/org.acme$core/8/": ("job/maven/8/", "job/maven/8/"),
    }


async def test_a_branch_that_is_a_change_says_so(jenkins: FakeJenkins, heard: Heard) -> None:
    """Of the plugin Gerrit Code Review, the API has the name of the branch, and where it is from."""
    checkout = {"lastBuiltRevision": {"SHA1": "ab12"}, "remoteUrls": ["https://gerrit.example.com/a/team/app"]}
    jenkins.jobs = {"job/web/job/11%252F4711%252F2/": [pipeline(1, actions=[checkout])]}
    await source().poll(heard)
    assert heard.documents[0]["gerrit"] == {
        "GERRIT_EVENT_TYPE": "patchset-created",
        "GERRIT_PROJECT": "team/app",
        "GERRIT_CHANGE_NUMBER": "4711",
        "GERRIT_PATCHSET_NUMBER": "2",
        "GERRIT_HOST": "gerrit.example.com",
    }


@pytest.mark.parametrize(
    ("jobs", "level", "event"),
    [(["job/a/", "job/b/"], "info", "Jenkins answers"), ([], "warning", "Jenkins shows no jobs with builds")],
)
async def test_the_start_says_what_was_found(
    jenkins: FakeJenkins, heard: Heard, jobs: list[str], level: str, event: str
) -> None:
    """Once; a Jenkins that shows nothing is worth a warning with what to look at."""
    jenkins.jobs = {job: [run(1)] for job in jobs}
    poller = source()
    with structlog.testing.capture_logs() as logs:
        await poller.poll(heard)
        await poller.poll(heard)
    assert [(log["log_level"], log["event"], log.get("jobs", 0)) for log in logs] == [(level, event, len(jobs))]


async def test_a_queue_item_without_an_id_is_passed_over(jenkins: FakeJenkins, heard: Heard) -> None:
    """It is nobody's wait."""
    jenkins.jobs = {SHOP: [run(1)]}
    jenkins.queue = [{"_class": "hudson.model.Queue$WaitingItem", "inQueueSince": STARTED}, {"id": 2**63}, {}]
    await source().poll(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]


async def test_a_restart_goes_on_where_it_was(jenkins: FakeJenkins, heard: Heard) -> None:
    """With the checkpoints of a first process, a second tells only what came between and after."""
    jenkins.jobs = {SHOP: [run(1), run(2, result=None)]}
    await source().poll(heard)
    jenkins.jobs = {SHOP: [run(1), run(2), run(3)]}
    await source(heard.checkpoints).poll(heard)
    assert heard.twice() == []
    assert heard.events[3:] == ["finished job/shop/2/", "started job/shop/3/", "finished job/shop/3/"]


async def test_jobs_and_builds_that_are_deleted_are_forgotten(jenkins: FakeJenkins, heard: Heard) -> None:
    """A build that ran is not asked after for ever, nor is a job."""
    jenkins.jobs = {SHOP: [run(1), run(2, result=None)], "job/gone/": [run(1)]}
    poller = source()
    await poller.poll(heard)
    jenkins.jobs = {SHOP: [run(1)]}
    jenkins.next_numbers = {SHOP: 3}
    await poller.poll(heard)
    assert heard.progress == {SHOP: '{"top":2,"open":{}}'}


async def test_a_job_that_is_made_anew_counts_from_the_start(jenkins: FakeJenkins, heard: Heard) -> None:
    """The number of its next build gives it away."""
    jenkins.jobs = {SHOP: [run(1), run(2), run(3)]}
    poller = source()
    await poller.poll(heard)
    jenkins.jobs = {SHOP: [run(1, result="FAILURE")]}
    await poller.poll(heard)
    assert heard.events[6:] == ["started job/shop/1/", "finished job/shop/1/"]


async def test_a_jenkins_without_any_job_is_not_believed(jenkins: FakeJenkins, heard: Heard) -> None:
    """A permission that was taken away is no reason to forget, and to tell everything again later."""
    jenkins.jobs = {SHOP: [run(1)]}
    poller = source()
    await poller.poll(heard)
    jenkins.jobs = {}
    await poller.poll(heard)
    assert heard.progress == {SHOP: '{"top":1,"open":{}}'}


@pytest.mark.parametrize(
    "answer",
    [
        DOWN,
        BROKEN,
        (200, {}, b"<html>Log in</html>"),
        (200, {}, b"[]"),
        (403, {}, b"<html>Authentication required</html>"),
        (429, {}, b""),
    ],
    ids=["starting", "broken", "login page", "not an object", "refused", "too many"],
)
async def test_trouble_is_waited_out(jenkins: FakeJenkins, heard: Heard, answer: Answer) -> None:
    """Each attempt waits longer than the last; the log says what is wrong, once, and never the token."""
    jenkins.jobs = {SHOP: [run(1)]}
    jenkins.failures = {"^api/json": [answer] * 4}
    nap = Nap()
    with structlog.testing.capture_logs() as logs:
        await source(nap=nap, user="ada", token="s3cret", requests_per_second=1e9).poll(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]
    waits = [each for each in nap.naps if each >= 1]
    assert waits == sorted(waits)
    assert len(waits) == 4
    assert [log["log_level"] for log in logs] == ["warning", "info"]
    assert "s3cret" not in repr(logs)


async def test_a_job_in_trouble_does_not_hold_up_the_others(jenkins: FakeJenkins, heard: Heard) -> None:
    """After some attempts it is left for the next poll."""
    jenkins.jobs = {"job/bad/": [run(1)], SHOP: [run(1)]}
    jenkins.failures = {"^job/bad/": [BROKEN] * 5}
    poller = source()
    await poller.poll(heard)
    assert heard.events == ["started job/shop/1/", "finished job/shop/1/"]
    await poller.poll(heard)
    assert heard.events[2:] == ["started job/bad/1/", "finished job/bad/1/"]


async def test_a_build_that_is_not_as_builds_are_is_skipped(jenkins: FakeJenkins, heard: Heard) -> None:
    """What a plugin answers in its place costs only itself."""
    jenkins.jobs = {SHOP: [{"number": 1}, run(2, actions=["x"]), run(3)]}
    with structlog.testing.capture_logs() as logs:
        await source().poll(heard)
    assert heard.events == ["started job/shop/3/", "finished job/shop/3/"]
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == ["build skipped, it is not as builds are"]


async def test_requests_keep_their_distance(jenkins: FakeJenkins, heard: Heard) -> None:
    """No more a second than is allowed, even at the first look."""
    jenkins.jobs = {f"job/j{number}/": [run(1)] for number in range(10)}
    nap = Nap()
    await source(nap=nap, requests_per_second=2).poll(heard)
    assert len(jenkins.asked) == 12
    assert sum(nap.naps) > 0
    assert max(nap.naps) == pytest.approx(11 / 2, abs=0.5)


async def test_it_asks_as_its_user_and_for_no_more_than_it_needs(jenkins: FakeJenkins, heard: Heard) -> None:
    """Basic authentication with the token; what is asked for is named, but for the stage view."""
    jenkins.jobs = {SHOP: [pipeline(1)]}
    await source(user="ada", token="s3cret").poll(heard)
    for request in jenkins.requests:
        assert request.headers["Authorization"] == "Basic YWRhOnMzY3JldA=="
        assert "tree=" in str(request.url) or "wfapi" in str(request.url)


async def test_folders_are_looked_into_as_deep_as_is_wanted(jenkins: FakeJenkins, heard: Heard) -> None:
    """With none, only jobs at the top are seen."""
    jenkins.jobs = {SHOP: [run(1)], "job/team/job/web/": [run(1)], "job/team/job/deep/job/er/": [run(1)]}
    await source(folders=1).poll(heard)
    assert heard.events[::2] == ["started job/shop/1/", "started job/team/job/web/1/"]
