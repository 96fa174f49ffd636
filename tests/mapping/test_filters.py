"""The vocabulary of filters: each does one thing, and refuses what it does not understand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from adapters.mapping.failures import Absent, Failure, Unknown
from adapters.mapping.filters import FILTERS
from tests.mapping.support import evaluate

DIGEST = "sha256:" + "0af" * 21 + "0"

WORKS = [
    ("Ab", "lower", "ab"),
    ("Ab", "upper", "AB"),
    (" a ", "strip", "a"),
    ("refs/heads/main", 'removeprefix("refs/heads/")', "main"),
    ("main", 'removeprefix("refs/heads/")', "main"),
    ("a.git", 'removesuffix(".git")', "a"),
    ("a_b_c", 'replace("_", "-")', "a-b-c"),
    ("a/b/c", 'split("/", -1)', "c"),
    ("a/b/c", 'split("/", 0)', "a"),
    ("abcdef", "truncate(3)", "abc"),
    ("\nfirst \r\nsecond", "first_line", "first "),
    ("change 12 of 13", r'capture("change (\\d+)")', "12"),
    ("change 12", r'capture("\\d+")', "12"),
    (7, "string", "7"),
    (True, "string", "true"),
    (1.5, "string", "1.5"),
    (200.0, "string", "200"),
    ("7", "int", 7),
    (7.0, "int", 7),
    (-3, "abs", 3),
    ("aGk=", "base64", "hi"),
    ('{"a": 1}', "json", {"a": 1}),
    ([1, 2], "length", 2),
    (["a", "b"], 'join(", ")', "a, b"),
    ({"a": 1, "b": 2, "c": None}, 'pick("a", "c")', {"a": 1}),
    ([{"a": 1, "b": 2}, {"b": 3}], 'pick("b")', [{"b": 2}, {"b": 3}]),
    ([{"k": "x", "v": 1}, {"k": "y", "v": 2}], 'find("k", "y", "v")', 2),
    ([{"k": 1}, {"k": None}, {"l": 2}, 3], 'having("k")', [{"k": 1}]),
    (
        [{"k": 1}, 7, {"k": 1, "l": 2}, {}, {}],
        'numbered("n", "k")',
        [{"k": 1, "n": 1}, {"k": 1, "l": 2, "n": 2}, {"n": 1}, {"n": 2}],
    ),
    ([{}, {"k": 1}], 'numbered("n")', [{"n": 1}, {"k": 1, "n": 2}]),
    ("x", 'none_if("y")', "x"),
    ({"LOW": 2, "HIGH": 0, "CRITICAL": None}, 'first_key("CRITICAL", "HIGH", "LOW")', "LOW"),
    ("High", "in(list)", True),
    ("Low", "in(list)", False),
    (1718000067, "epoch_s", "2024-06-10T06:14:27Z"),
    ("1718000067", "epoch_s", "2024-06-10T06:14:27Z"),
    (1.417566161e9, "epoch_s", "2014-12-03T00:22:41Z"),
    (1718000067456, "epoch_ms", "2024-06-10T06:14:27.456Z"),
    ("1718000067000", "epoch_ms", "2024-06-10T06:14:27.000Z"),
    ("2026-11-21T11:23:16.498182566Z", "iso", "2026-11-21T11:23:16.498182566Z"),
    ("2016-03-09T14:44:26.402973972-08:00", "iso", "2016-03-09T22:44:26.402973972Z"),
    ("2024-05-01T10:00:00.000+0800", "iso", "2024-05-01T02:00:00.000Z"),
    ("2020-08-28 11:00:01,391 +0200", "iso", "2020-08-28T09:00:01.391Z"),
    ("2020-08-28 11:00:01.000000000", 'iso("Z")', "2020-08-28T11:00:01.000000000Z"),
    ("2020-07-01 12:00:00", 'iso("Europe/Berlin")', "2020-07-01T10:00:00Z"),
    ("2020-07-01 12:00:00", 'iso("-03:30")', "2020-07-01T15:30:00Z"),
    ("28/Aug/2020:11:00:01 +0200", 'strptime("%d/%b/%Y:%H:%M:%S %z")', "2020-08-28T09:00:01Z"),
    ("May 01, 2019 1:02:03 PM", 'strptime("%b %d, %Y %I:%M:%S %p", "Z")', "2019-05-01T13:02:03Z"),
    ("job/a/1/", "url_join('https://ci')", "https://ci/job/a/1/"),
    ("job/a b/é/", "url_join('https://ci/x')", "https://ci/x/job/a%20b/%C3%A9/"),
    ("../up", "url_join('https://ci/x/')", "https://ci/up"),
    ("team/app", "url_encode", "team%2Fapp"),
    ("team%252Fapp", "url_decode", "team%2Fapp"),
    ("https://u:p@host:8443/x", "url_host", "host:8443"),
    ("https://host/a/b/?q", "url_path", "a/b"),
    ("https://host/a/b", 'url_below("https://host/a/")', "b"),
    ("https://host/a/b", 'url_below("https://host/a")', "b"),
    ("https://host/a", 'url_below("https://host/a") | default("-")', "-"),
    ("https://hostile/a/b", 'url_below("https://host") | default("-")', "-"),
    ("HTTP://Host:80/a/B?q", 'url_below("https://host:443/a")', "B?q"),
    ("https://user@HOST./a/b", 'url_below("http://host/a/")', "b"),
    ("https://host:8443/a", 'url_below("https://host") | default("-")', "-"),
    ("https://host:80/a", 'url_below("https://host") | default("-")', "-"),
    ("https://host@hostile/a", 'url_below("https://host") | default("-")', "-"),
    ("https://host\\@hostile/a", 'url_below("https://host") | default("-")', "-"),
    ("https://host/A", 'url_below("https://host/a") | default("-")', "-"),
    ("/b", 'url_below("") | default("-")', "-"),
    ("https://user:secret@host/a?b", "url_public", "https://host/a?b"),
    *(
        (text, "git_remote", "git.example.com/Team/app")
        for text in [
            "https://git.example.com/Team/app",
            "https://ada:secret@Git.example.com:8443/Team/app.git/",
            "https://ada:secret@acme@git.example.com/Team/app",
            "git@git.example.com:Team/app.git",
            "git@git.example.com:/Team/app",
            "ssh://git@git.example.com:7999/Team/app.git",
            "git://git.example.com/Team/app",
            "https://git.example.com/scm/Team/app.git",
        ]
    ),
    ("git@ssh.dev.azure.com:v3/acme/shop/app", "git_remote", "dev.azure.com/acme/shop/_git/app"),
    ("https://acme@dev.azure.com/acme/shop/_git/app", "git_remote", "dev.azure.com/acme/shop/_git/app"),
    *((text, 'git_remote | default("-")', "-") for text in ("", "app", "https://host/", "a b:c", "a:b\nc")),
    ("job/team/job/shop/job/feature%252Fx/", "jenkins_job_name", "team/shop/feature%2Fx"),
    ("job/grid/OS=linux,JDK=17/", "jenkins_job_name", "grid/OS=linux,JDK=17"),
    ("job/parent/org.acme$core/", "jenkins_job_name", "parent/org.acme:core"),
    ("job/shop/promotion/process/To%20QA/", "jenkins_job_name", "shop/promotion/To QA"),
    ("job/shop/7/", "jenkins_job_name", "shop"),
    ("view/All/job/team/view/x/job/a%28b%29/7", "jenkins_path", "job/team/job/a(b)/7/"),
    ("https://ci/user/ada/my-views/view/all/job/a~b%20c/", "jenkins_path", "job/a%7Eb%20c/"),
    ("/job/view/job/shop/job/feature%252Fx/3/", "jenkins_path", "job/view/job/shop/job/feature%252Fx/3/"),
    ("job/grid/OS%3Dlinux/7/", "jenkins_path", "job/grid/OS=linux/7/"),
    ("job/parent/org.acme%24core/7/", "jenkins_path", "job/parent/org.acme$core/7/"),
    ("job/caf%E9/7/", "jenkins_path", "job/caf%E9/7/"),
    ("team/a (b)/feature%2Fx", "jenkins_job_path", "job/team/job/a%20(b)/job/feature%252Fx/"),
    ("grid/OS=linux,JDK=17", "jenkins_job_path", "job/grid/OS=linux,JDK=17/"),
    ("OS=linux", "jenkins_job_path", "job/OS=linux/"),
    ("parent/org.acme:core", "jenkins_job_path", "job/parent/org.acme$core/"),
    (DIGEST, 'oci_purl("team/App")', f"pkg:oci/app@{DIGEST}"),
    (DIGEST, 'oci_purl("team/app", "r:5000")', f"pkg:oci/app@{DIGEST}?repository_url=r:5000/team/app"),
    (f"team/App@{DIGEST}", "image_purl", f"pkg:oci/app@{DIGEST}"),
    (f"r:5000/team/app:1.4@{DIGEST}", "image_purl", f"pkg:oci/app@{DIGEST}?repository_url=r:5000/team/app"),
    (f"localhost/app@{DIGEST}", "image_purl", f"pkg:oci/app@{DIGEST}?repository_url=localhost/app"),
    ("r:5000/team/app:1.4-rc.1", "tag_purl", "pkg:docker/team/app@1.4-rc.1?repository_url=r:5000"),
    ("team/app:latest", "tag_purl", "pkg:docker/team/app@latest"),
    *((text, 'tag_purl | default("-")', "-") for text in ("r:5000/app", "pkg:docker/app@1", f"app:1@{DIGEST}", "app:")),
    ({"HOST": "lab"}, 'get("HOST")', "lab"),
    ("a=1 b= c=3", r'find_all("(?P<k>\\w)=(?P<v>\\d)?")', [{"k": "a", "v": "1"}, {"k": "b"}, {"k": "c", "v": "3"}]),
    ("2024-06-10T06:13:20.5Z", "plus(1)", "2024-06-10T06:13:21.500000Z"),
    ("2024-06-10T06:13:20+02:00", 'plus("0.5")', "2024-06-10T04:13:20.500000Z"),
    ("2024-06-10T06:13:20.25Z", 'minus("2024-06-10T08:13:20+02:00")', 0.25),
    ("2024-06-10T06:13:20Z", 'minus("2024-06-10T06:13:21Z")', -1),
    ("2024-06-10T06:13:20Z", "minus(20.5)", "2024-06-10T06:12:59.500000Z"),
    (5, "plus(0.5)", 5.5),
    (0.3, "minus(0.1)", 0.2),
    (0.1, "plus(0.2)", 0.3),
    (1.5, "times(2)", 3),
    (1718000067456, "div(1000)", 1718000067.456),
    (6, "div(2)", 3),
    (-2.5, "round", -3),
    (2.675, "round(2)", 2.68),
    (90, "minutes", 1.5),
    (3600, "hours", 1),
    (0.0015, "ms", 1.5),
    ("a/b", 'split("/")', ["a", "b"]),
    ("a-b", r'regex_replace("(?P<x>a)-(b)|c", "ü\\g<2>\\g<x>\\\\n\\0")', r"üba\na-b"),
    ("c", r'regex_replace("(a)|c", "<\\1>")', "<>"),
    ("r1-r22", r'regex_replace("r(?P<n>\\d+)", "\\g<n>!")', "1!-22!"),
    ([{"a": [{"b": 1}, {"b": 2}]}, {"a": []}], 'map("a[*].b")', [1, 2]),
    ([{"s": {"t": 1}}, {"s": {"t": True}}, {}, 1], 'where("s.t", 1, "x")', [{"s": {"t": 1}}]),
    ([{"k": "7", "v": 1}, {"k": 7, "v": 2}], 'find("k", 7, "v")', 2),
    (1, "in(mixed)", False),
    (True, "in(mixed)", True),
    (False, "none_if(0)", False),
    (1, "none_if(true)", 1),
    ({"a": 1, "b": 1}, "merge(more)", {"a": 1, "b": 2}),
    (True, 'if("yes", no.such)', "yes"),
    (False, 'if(no.such, "no")', "no"),
    ("team/app", 'purl("docker", "1.4", "quay.io")', "pkg:docker/team/app@1.4?repository_url=quay.io"),
    ("@acme/ui", 'purl("npm", "1.0.0")', "pkg:npm/%40acme/ui@1.0.0"),
    ("app", 'purl("docker", "1.0+a")', "pkg:docker/app@1.0%2Ba"),
    ("target/a.war", 'generic_purl("ci/shop", "7")', "pkg:generic/ci/shop/target/a.war@7"),
]


@pytest.mark.parametrize(("value", "call", "result"), WORKS)
def test_filter_gives(value: object, call: str, result: object) -> None:
    """Each filter gives the value that its docstring promises."""
    assert evaluate(f"it | {call}", {"it": value, "list": ["High"], "mixed": [True, "1"], "more": {"b": 2}}) == result


@pytest.mark.parametrize(
    ("value", "call", "message"),
    [
        (5, "lower", "lower takes text, found a number '5'"),
        ([1], "lower", "found a list of 1"),
        (True, "int", "int takes a number or text, found true or false"),
        ("x", "int", "int: "),
        (2.5, "int", "2.5 is not a whole number"),
        ("9" * 30, "int", "beyond 64 bits"),
        ("7.0", "int", "7.0 is not a whole number"),
        ("1_000", "int", "int: '1_000' is not a number"),
        ("٣", "int", "int: '٣' is not a number"),
        ("1_767_312_000", "epoch_s", "epoch_s: '1_767_312_000' is not a number"),
        ("nan", "epoch_s", "epoch_s: 'nan' is not a number"),
        ("2024-06-10T06:13:20Z", 'plus("1_0")', "plus: '1_0' is not a number"),
        ("9" * 5000, "int", "int: "),
        ("a/b", 'split("/", 2)', "has no piece 2"),
        ("a/b", 'split("", 0)', "split: "),
        ("x", "base64", "base64: "),
        ("{", "json", "json: "),
        (["a", 1], 'join(",")', "the list has a number in it"),
        (1718000067456, "epoch_s", "out of range"),
        (1718000067, "epoch_ms", "it would be 1970-01-20: is the unit right?"),
        (10**300, "epoch_s", "epoch_s: "),
        (float("inf"), "epoch_s", "epoch_s: "),
        ("soon", "epoch_ms", "epoch_ms: "),
        ("2024-01-01 10:00:00", "iso", "does not say its zone"),
        ("2024-13-01T10:00:00Z", "iso", "iso: "),
        ("yesterday", "iso", "is not an ISO 8601 time"),
        ("2024-01-01 10:00:00", "iso(zone)", "no time zone 'Mars/Base'"),
        ("2024-01-01 10:00:00 CET", "moment(zone)", "no time zone 'Mars/Base'"),
        ("abc", "truncate(-1)", "there are no -1 characters"),
        ("28.08.2020", 'strptime("%d/%m/%Y", "Z")', "strptime: "),
        ("/x", "url_host", "without a host"),
        ("%ff", "url_decode", "url_decode: "),
        ("https://[::1", "url_host", "url_host: "),
        ("x/y", "jenkins_job_name", "is not the URL of a Jenkins job"),
        ("view/all/", "jenkins_path", "is not the URL of a Jenkins job"),
        ("sha256:short", 'oci_purl("a")', "is not a sha256 or sha512 digest"),
        ("team/app:1.4", "image_purl", "is not an image with its digest"),
        ("app@sha256:short", "image_purl", "is not a sha256 or sha512 digest"),
        ("2024-06-10T06:13:20", "plus(1)", "does not say its zone"),
        ("2024-06-10T06:13:20Z", 'plus("nan")', "plus: "),
        ("2024-06-10T06:13:20Z", 'plus("1e30")', "plus: "),
        (float("nan"), "round", "round: NaN is not a finite number"),
        (10**19, "plus(1)", "plus: 1e+19 is beyond 64 bits"),
        (1e300, "times(0.5)", "beyond 64 bits"),
        (1, "div(0.0)", "div: 1 cannot be divided by zero"),
        (1, 'if("a", "b")', "if takes true or false, found a number '1'"),
        (True, "times(2)", "times takes a number, found true or false"),
        (DIGEST, 'oci_purl(" ")', "a purl needs a name"),
        ("team/", 'purl("docker", "1")', "purl: "),
    ],
)
def test_filter_refuses(value: object, call: str, message: str) -> None:
    """A filter names itself and what it was given, rather than guess."""
    with pytest.raises(Failure) as failure:
        evaluate(f"it | {call}", {"it": value, "zone": "Mars/Base"})
    assert message in str(failure.value)


@pytest.mark.parametrize(
    ("value", "call"),
    [
        ("abc", 'capture("x")'),
        ("b", 'capture("(a)|b")'),
        (0, "none_if(0)"),
        ({"LOW": 0}, 'first_key("LOW")'),
        ([{"k": 1}], 'find("k", "z", "v")'),
        ({"a": None}, 'get("a")'),
        ([{"a": 1}, {}], 'map("a")'),
        (True, 'if(no.such, "no")'),
    ],
)
def test_filter_finds_nothing(value: object, call: str) -> None:
    """A filter that looks for something says that there is nothing, so that defaults and `?` work."""
    assert isinstance(evaluate(f"it | {call}", {"it": value}), Absent)
    assert evaluate(f'it | {call} | default("other")', {"it": value}) == "other"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_ARGUMENTS = {str: "text", int: "1", list: "list", dict: "object"}


@given(value=_JSON, name=st.sampled_from(sorted(FILTERS)))
def test_no_value_breaks_a_filter(value: object, name: str) -> None:
    """Whatever the payload holds, a filter gives a value, Absent or a Failure: never another exception."""
    arguments = [
        _ARGUMENTS.get(each.types[0], '"x"') if each.types and not each.known else '"x"'
        for each in FILTERS[name].parameters
    ]
    try:
        evaluate(f"it | {name}({', '.join(arguments)})", {"it": value, "text": "x", "list": [1], "object": {"a": 1}})
    except Failure as error:
        assert str(error)


@given(st.datetimes(min_value=datetime(1990, 1, 2), timezones=st.just(UTC)))
def test_times_agree_whatever_the_unit(moment: datetime) -> None:
    """Seconds, milliseconds and ISO text of one moment give one time."""
    moment = moment.replace(microsecond=0)
    seconds = int(moment.timestamp())
    as_seconds = evaluate("it | epoch_s", {"it": seconds})
    assert evaluate("it | epoch_ms", {"it": seconds * 1000}) == as_seconds[:-1] + ".000Z"
    assert evaluate("it | iso", {"it": as_seconds}) == as_seconds
    assert evaluate("it | iso", {"it": moment.isoformat()}) == as_seconds


@given(st.text(min_size=1), st.text(min_size=1))
def test_purls_parse_back(name: str, namespace: str) -> None:
    """A purl made of any names is one that its own library reads back to the same text, or is refused."""
    try:
        scope = {"name": name, "space": namespace}
        purls = [evaluate(f"name | {call}", scope) for call in ("generic_purl(space, 'v1')", "purl('docker', space)")]
    except Failure:
        return
    assert [PackageURL.from_string(purl).to_string() for purl in purls] == purls


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('iso("Mars/Base")', "iso: there is no time zone 'Mars/Base'"),
        ('moment("America")', "moment: there is no time zone 'America'"),
        ('iso("+25:00")', "iso: there is no time zone '+25:00'"),
        ("moment($zone)", "$zone: moment: there is no time zone 'Europe/Berln'"),
        ('strptime("%d.%Q", zone)', "strptime: 'Q' is a bad directive"),
        (r'regex_replace("(a)", "\\2")', "regex_replace: '(a)' has no group 2"),
        (r'regex_replace("a", "\\n")', r"regex_replace: '\n' has a backslash before neither"),
        (r'regex_replace("a", "\\")', r"regex_replace: '\' has a backslash before neither"),
    ],
)
def test_what_is_wrong_whatever_the_value_is_told_when_the_mapping_loads(call: str, message: str) -> None:
    """An argument that is known then: a misspelt zone must not wait for the first night."""
    with pytest.raises(Unknown) as problem:
        evaluate(f"it | {call}", {}, zone="Europe/Berln")
    assert message in str(problem.value)


def test_a_variable_may_be_the_pattern() -> None:
    """What is known when the mapping loads is as good as what is written out."""
    assert evaluate("it | capture($wanted)", {"it": "v1.4"}, wanted="v(.*)") == "1.4"
    assert evaluate('it | regex_replace($wanted, "")', {"it": "v1.4-rc"}, wanted="-.*") == "v1.4"
    assert evaluate('it | where($by, "x") | map($by)', {"it": [{"k": "x"}]}, by="k") == ["x"]


def test_a_list_says_which_item_has_not_what_all_have() -> None:
    """By its index, at any depth."""
    jobs = [{"runs": [{"id": 1}]}, {"runs": [{"id": 2}, {}]}]
    assert evaluate("jobs[*].runs[*].id", {"jobs": jobs}) == Absent("jobs[1].runs[1].id is missing")
    assert evaluate("jobs[*].runs[0].id", {"jobs": jobs}) == [1, 2]
    assert evaluate("$all[*].runs", {}, all={"runs": 1}) == Absent("$all is not a list")
    assert evaluate("jobs[*]", {"jobs": [1, None]}) == Absent("jobs[1] is missing")


_SEGMENTS = ["job", "view", "user", "me", "my-views", "a", "%25", "%2F", "%7E", "~", "%c3", "é", ":", "", "7"]


@given(st.lists(st.sampled_from(_SEGMENTS)))
def test_a_path_of_jenkins_is_the_same_wherever_it_is_read(segments: list[str]) -> None:
    """By itself, as Jenkins tells it, or in a whole URL; and what is as Jenkins writes it stays so."""
    path = "/".join(["job", "a", *segments, ""])
    found = evaluate("it | jenkins_path", {"it": f"https://ci.example.com/{path}"})
    assert evaluate("it | jenkins_path", {"it": path}) == found
    assert evaluate("it | jenkins_path", {"it": found}) == found
