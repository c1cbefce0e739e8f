"""The client against the fake GitHub: credentials, pages, and everything that fails on the way."""

import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from autograder.errors import UsageError
from autograder.push.github import READ, WRITE, GitHub, NoAccess, TryLater

RUN = {"name": "autograder / x", "external_id": "e", "status": "completed", "conclusion": "success",
       "output": {"title": "t", "summary": "s", "annotations": []}}  # fmt: skip


@pytest.fixture
def github(run):
    """Return a function that makes clients, all of which are closed at the end."""
    made = []

    def make(permissions=READ):
        made.append(run.github(permissions))
        return made[-1]

    yield make
    for client in made:
        client.client.close()


def test_pushes_come_newest_first_over_several_pages_with_the_times_of_the_server(github, hand_in):
    shas = [
        hand_in("ada", {"f": str(n)}, f"2026-10-0{n}T00:00:00Z", committed="2001-01-01T00:00:00Z") for n in range(1, 6)
    ]
    hand_in("ada", {"f": "x"}, branch="other")
    pushes = list(github().pushes("course/ada", "main"))
    assert [push.sha for push in pushes] == shas[::-1]
    assert [push.time.day for push in pushes] == [5, 4, 3, 2, 1]


def test_deleting_a_branch_is_no_push(github, hand_in, simulator):
    hand_in("ada")
    simulator.repository("course/ada").activity.insert(
        0, {"id": 9, "after": "0" * 40, "ref": "refs/heads/main", "timestamp": "x", "activity_type": "branch_deletion"}
    )
    assert len(list(github().pushes("course/ada", "main"))) == 1


@pytest.mark.parametrize("missing", ["AUTOGRADER_APP_ID", "AUTOGRADER_APP_KEY"])
def test_missing_credentials_are_named(simulator, monkeypatch, missing):
    monkeypatch.delenv(missing)
    with pytest.raises(UsageError, match=f"^{missing} must be set: the number of your GitHub App and its private key"):
        GitHub.from_environment(READ, simulator.url)


def test_a_key_that_is_none_and_a_key_that_is_not_ours(github, hand_in, monkeypatch):
    hand_in("ada")
    monkeypatch.setenv("AUTOGRADER_APP_KEY", "hello")
    with pytest.raises(UsageError, match=r"AUTOGRADER_APP_KEY is no private key; it should hold the whole \.pem file"):
        list(github().pushes("course/ada", "main"))
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    monkeypatch.setenv("AUTOGRADER_APP_KEY", other.private_bytes(*pem).decode())
    with pytest.raises(UsageError, match="GitHub does not accept AUTOGRADER_APP_KEY for App 4711; make a new key"):
        list(github().pushes("course/ada", "main"))
    elliptic = ec.generate_private_key(ec.SECP256R1())
    monkeypatch.setenv("AUTOGRADER_APP_KEY", elliptic.private_bytes(*pem).decode())
    with pytest.raises(UsageError, match="is no private key"):
        list(github().pushes("course/ada", "main"))


def test_an_owner_without_the_app_and_a_repository_out_of_its_reach(github, hand_in, simulator):
    hand_in("ada")
    client = github()
    with pytest.raises(NoAccess, match="the App is not installed at elsewhere; install it there"):
        list(client.pushes("elsewhere/ada", "main"))
    simulator.repository("course/ada").visible = False
    with pytest.raises(NoAccess, match=r"does not let the App use course/ada \(status 404\)"):
        list(client.pushes("course/ada", "main"))


def test_installations_beyond_the_first_page_are_found(github, simulator):
    for n in range(5):
        simulator.repository(f"owner{n}/x").push({"f": "x"}, "2026-10-01T00:00:00Z")
    assert len(list(github().pushes("Owner4/x".lower(), "main"))) == 1


def test_permissions_that_were_not_granted_are_named(github, hand_in, simulator):
    hand_in("ada")
    simulator.granted = {"metadata": "read"}
    with pytest.raises(NoAccess, match="does not grant contents: read, checks: read, metadata: read; accept"):
        list(github().pushes("course/ada", "main"))


def test_the_step_that_fetches_cannot_write_and_the_one_that_posts_cannot_read_code(github, hand_in):
    sha = hand_in("ada")
    with pytest.raises(NoAccess, match="status 403"):
        github(READ).post("course/ada", sha, RUN)
    with pytest.raises(NoAccess, match="status 404"), github(WRITE).archive("course/ada", sha):
        pass


def test_an_expired_token_is_renewed(github, hand_in, simulator):
    hand_in("ada")
    client = github()
    list(client.pushes("course/ada", "main"))
    for token in simulator.tokens.values():
        token["expires"] = time.time() - 1
    assert len(list(client.pushes("course/ada", "main"))) == 1
    assert len(simulator.tokens) == 2


def test_a_token_that_is_refused_twice_is_no_access(github, hand_in, simulator):
    hand_in("ada")
    simulator.fail("activity", 401, times=2)
    with pytest.raises(NoAccess, match="status 401"):
        list(github().pushes("course/ada", "main"))


def test_a_rate_limit_is_waited_for_if_it_is_short(github, hand_in, simulator, run):
    hand_in("ada")
    simulator.fail("activity", 429, {"retry-after": "7"})
    simulator.fail("activity", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 40)})
    assert len(list(github().pushes("course/ada", "main"))) == 1
    assert run.waited[0] == 7
    assert 30 < run.waited[1] <= 41


def test_a_long_rate_limit_is_left_to_a_later_run(github, hand_in, simulator, run):
    hand_in("ada")
    simulator.fail("activity", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 3000)})
    with pytest.raises(TryLater, match=r"asks to wait \d{4} s \(rate limit\); a later run takes it up"):
        list(github().pushes("course/ada", "main"))
    assert run.waited == []


def test_a_502_is_asked_again_and_many_are_left_to_a_later_run(github, hand_in, simulator, run):
    hand_in("ada")
    simulator.fail("activity", 502, times=3)
    assert len(list(github().pushes("course/ada", "main"))) == 1
    assert run.waited == [1, 4, 15]
    simulator.fail("activity", 502, times=4)
    with pytest.raises(TryLater, match=r"did not answer after 4 attempts \(status 502\)"):
        list(github().pushes("course/ada", "main"))


def test_nobody_there_is_left_to_a_later_run(github, run, simulator):
    client = github()
    client.api = "http://127.0.0.1:9"
    with pytest.raises(TryLater, match=r"after 4 attempts \(ConnectError\)"):
        list(client.pushes("course/ada", "main"))


def test_a_client_error_that_nobody_foresaw_is_left_to_a_later_run(github, hand_in, simulator):
    hand_in("ada")
    simulator.fail("activity", 418)
    with pytest.raises(TryLater, match="GitHub answered 418 to GET /repos/course/ada/activity"):
        list(github().pushes("course/ada", "main"))


def test_a_page_on_another_host_is_not_asked_for(github, hand_in, simulator):
    for n in range(3):
        hand_in("ada", {"f": str(n)})
    simulator.url = simulator.url.replace("127.0.0.1", "localhost")  # what the links to next pages begin with
    client = github()
    client.api = simulator.url.replace("localhost", "127.0.0.1")
    with pytest.raises(TryLater, match="GitHub's next page lies on another host"):
        list(client.pushes("course/ada", "main"))


def test_an_answer_that_is_no_json_is_left_to_a_later_run(github, hand_in, simulator):
    hand_in("ada")
    simulator.fail("activity", 200)
    with pytest.raises(TryLater, match="answered /repos/course/ada/activity with something that is no JSON"):
        list(github().pushes("course/ada", "main"))


def test_the_archive_is_fetched_from_another_host_without_our_token(github, hand_in, simulator):
    sha = hand_in("ada")
    with github().archive("course/ada", sha) as chunks:
        assert b"".join(chunks)[:2] == b"\x1f\x8b"
    assert [headers.get("authorization") for _, path, headers in simulator.requests if "codeload" in path] == [None]


def test_an_archive_that_does_not_come_is_left_to_a_later_run(github, hand_in, simulator):
    sha = hand_in("ada")
    client = github()
    simulator.fail("tarball", 200)
    with (
        pytest.raises(TryLater, match=r"did not say where the archive of course/ada is \(status 200\)"),
        client.archive("course/ada", sha),
    ):
        pass
    simulator.fail("codeload", 500)
    with pytest.raises(TryLater, match=r"could not be downloaded \(status 500\)"), client.archive("course/ada", sha):
        pass
    simulator.repository("course/ada").archives[sha] = lambda: (1 / 0 for _ in "x")
    with pytest.raises(TryLater, match="broke off"), client.archive("course/ada", sha) as chunks:
        list(chunks)


def test_a_check_run_is_posted_once_even_when_the_answer_was_lost(github, hand_in, simulator):
    sha = hand_in("ada")
    client = github(WRITE)
    simulator.fail("POST .*check-runs", 502, {"after doing it": True})
    assert client.post("course/ada", sha, RUN)
    assert not client.post("course/ada", sha, RUN)
    assert len(simulator.runs("course/ada")) == 1


def test_many_annotations_follow_in_updates(github, hand_in, simulator):
    sha = hand_in("ada")
    one = {"path": "f", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "m"}
    many = {**RUN, "output": {**RUN["output"], "annotations": [one] * 120}}
    simulator.fail("POST .*check-runs", 502, {"after doing it": True})
    github(WRITE).post("course/ada", sha, many)
    (run,) = simulator.runs("course/ada")
    assert len(run["output"]["annotations"]) == 120


def test_check_runs_of_others_are_not_ours(github, hand_in, simulator):
    sha = hand_in("ada")
    simulator.repository("course/ada").runs.append({**RUN, "id": 1, "head_sha": sha, "app": {"id": 15368}})
    assert github().known("course/ada", sha) == {}
    assert github(WRITE).post("course/ada", sha, RUN)
    assert list(github().known("course/ada", sha)) == ["e"]
