"""The few endpoints of GitHub that grading on push uses, as an App with as little permission as each step needs.

Reading never trusts what students can write: commit statuses and check runs of other Apps (a workflow of the student's
own is one) are not looked at.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import jwt

from autograder.errors import AutograderError, GraderBroken, UsageError
from autograder.push.queue import SHA, Push

APP, KEY = "AUTOGRADER_APP_ID", "AUTOGRADER_APP_KEY"
READ = {"contents": "read", "checks": "read", "metadata": "read"}
WRITE = {"checks": "write", "metadata": "read"}
PUSHES = ("push", "force_push", "branch_creation", "pr_merge", "merge_queue_merge")
PAUSES = (1.0, 4.0, 15.0)  # seconds between attempts when GitHub itself fails
LONGEST = 120.0  # seconds to wait for a rate limit
PATIENCE = 3  # questions in a row that GitHub leaves unanswered before a step asks no more
MOST_PAGES = 20
MOST_ANNOTATIONS = 50  # in one request

Done = Callable[[], httpx.Response | None]  # asked before a request is repeated: what it would answer if it was done


class NoAccess(AutograderError):
    """GitHub does not show this repository, commit or account to the App; others go on."""


class TryLater(GraderBroken):
    """GitHub does not answer now; a later run takes up what is left."""


class GitHub:
    """A GitHub App at work on repositories of several owners."""

    def __init__(
        self, app: str, key: str, permissions: dict[str, str], api: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self.app, self.key, self.permissions, self.api = app, key, permissions, api
        self.sleep = sleep
        self.client = httpx.Client(timeout=30, headers={
            "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", "User-Agent": "autograder",
        })  # fmt: skip
        self._installations: dict[str, int] | None = None
        self._tokens: dict[str, str] = {}

    @classmethod
    def from_environment(cls, permissions: dict[str, str], api: str) -> "GitHub":
        """Return the App named by two environment variables; ``UsageError`` where they are not set."""
        missing = [name for name in (APP, KEY) if not os.environ.get(name)]
        if missing:
            raise UsageError(f"{' and '.join(missing)} must be set: the number of your GitHub App and its private key")
        return cls(os.environ[APP], os.environ[KEY], permissions, api)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    # ---- reading -----------------------------------------------------------------------------------------------

    def pushes(self, repository: str, branch: str) -> Iterator[Push]:
        """Yield the pushes to a branch, newest first, with the times at which GitHub received them."""
        query = {"ref": f"refs/heads/{branch}", "direction": "desc", "per_page": "100"}
        for page in self._pages(f"/repos/{repository}/activity", repository, query):
            for entry in page:
                if entry["activity_type"] in PUSHES and SHA.fullmatch(entry["after"]) and entry["after"].strip("0"):
                    yield Push(entry["after"], entry["timestamp"], entry["id"])

    def known(self, repository: str, sha: str) -> dict[str, int]:
        """Return our own check runs on a commit: their numbers by external id."""
        query = {"app_id": self.app, "filter": "all", "per_page": "100"}
        runs: dict[str, int] = {}
        for page in self._pages(f"/repos/{repository}/commits/{sha}/check-runs", repository, query):
            for run in page["check_runs"]:
                if str((run.get("app") or {}).get("id")) == self.app and run["status"] == "completed":
                    runs.setdefault(run["external_id"], run["id"])
        return runs

    @contextmanager
    def archive(self, repository: str, sha: str) -> Iterator[Iterator[bytes]]:
        """Open the stream of a commit's ``.tar.gz``: no history, no submodules, no LFS."""
        answer = self._ask("GET", f"/repos/{repository}/tarball/{sha}", repository)
        place = answer.headers.get("location", "")
        if answer.status_code != httpx.codes.FOUND or urlsplit(place).scheme != urlsplit(self.api).scheme:
            raise TryLater(f"GitHub did not say where the archive of {repository} is (status {answer.status_code})")
        try:
            with self.client.stream("GET", place) as stream:  # another host: it gets no token of ours
                if stream.status_code != httpx.codes.OK:
                    raise TryLater(f"the archive of {repository} could not be downloaded (status {stream.status_code})")
                yield stream.iter_bytes(64 << 10)
        except httpx.HTTPError as error:
            raise TryLater(f"the archive of {repository} broke off ({type(error).__name__})") from None

    # ---- writing -----------------------------------------------------------------------------------------------

    def post(self, repository: str, sha: str, run: dict[str, Any]) -> bool:
        """Create a check run unless there is one with its external id; return whether it was created.

        Annotations beyond the first 50 follow in updates.
        """
        output, annotations = run["output"], run["output"]["annotations"]
        if run["external_id"] in self.known(repository, sha):
            return False
        first = {**run, "head_sha": sha, "output": {**output, "annotations": annotations[:MOST_ANNOTATIONS]}}

        def done() -> httpx.Response | None:
            """Find the run after all, where the answer was lost and not the request."""
            number = self.known(repository, sha).get(run["external_id"])
            return None if number is None else httpx.Response(httpx.codes.OK, json={"id": number})

        answer = self._ask("POST", f"/repos/{repository}/check-runs", repository, first, done)
        for start in range(MOST_ANNOTATIONS, len(annotations), MOST_ANNOTATIONS):
            more = {**output, "annotations": annotations[start : start + MOST_ANNOTATIONS]}
            path = f"/repos/{repository}/check-runs/{_json(answer)['id']}"
            self._ask("PATCH", path, repository, {"output": more})
        return True

    # ---- asking ------------------------------------------------------------------------------------------------

    def _pages(self, path: str, repository: str, query: dict[str, str]) -> Iterator[Any]:
        url: str | None = str(httpx.URL(self.api + path, params=query))
        for _ in range(MOST_PAGES):
            if url is None:
                return
            answer = self._ask("GET", url, repository)
            yield _json(answer)
            url = answer.links.get("next", {}).get("url")
            if url is not None and not url.startswith(f"{self.api}/"):
                raise TryLater("GitHub's next page lies on another host")

    def _ask(
        self, method: str, path: str, repository: str, body: Any = None, done: Done = lambda: None
    ) -> httpx.Response:
        """Ask with the installation's token, a fresh one if it has expired."""
        owner = repository.partition("/")[0].lower()
        for fresh in (False, True):
            answer = self._send(method, path, self._token(owner, fresh=fresh), body, done)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                break
        if answer.status_code in (401, 403, 404, 409, 410, 422, 451):
            raise NoAccess(
                f"GitHub does not let the App use {repository} (status {answer.status_code}); "
                "does it exist, and is the App installed there?"
            )
        return self._good(answer)

    def _token(self, owner: str, *, fresh: bool) -> str:
        if fresh or owner not in self._tokens:
            number = self._installation(owner)
            path = f"/app/installations/{number}/access_tokens"
            answer = self._send("POST", path, self._signed(), {"permissions": self.permissions})
            if answer.status_code in (403, 404, 422):
                wanted = ", ".join(f"{name}: {level}" for name, level in self.permissions.items())
                raise NoAccess(
                    f"the App's installation at {owner} does not grant {wanted}; accept its permissions there"
                )
            self._tokens[owner] = _json(self._good(answer))["token"]
        return self._tokens[owner]

    def _installation(self, owner: str) -> int:
        if self._installations is None:
            found: dict[str, int] = {}
            url: str | None = "/app/installations?per_page=100"
            for _ in range(MOST_PAGES):
                if url is None:
                    break
                answer = self._send("GET", url, self._signed())
                if answer.status_code in (401, 403, 404):
                    raise UsageError(f"GitHub does not accept {KEY} for App {self.app}; make a new key in its settings")
                for entry in _json(self._good(answer)):
                    found[entry["account"]["login"].lower()] = entry["id"]
                url = answer.links.get("next", {}).get("url")
            self._installations = found
        if owner not in self._installations:
            raise NoAccess(f"the App is not installed at {owner}; install it there")
        return self._installations[owner]

    def _signed(self) -> str:
        """Return a token that proves who the App is, for ten minutes."""
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + 540, "iss": self.app}
        try:
            return jwt.encode(claims, self.key, algorithm="RS256")
        except (jwt.PyJWTError, ValueError, TypeError):
            raise UsageError(
                f"{KEY} is no private key; it should hold the whole .pem file that GitHub gave you"
            ) from None

    def _send(self, method: str, path: str, token: str, body: Any = None, done: Done = lambda: None) -> httpx.Response:
        """Send one request; wait and send it again while GitHub is failing or asks to wait, within reason."""
        url = path if path.startswith(self.api) else self.api + path
        problem = ""
        for pause in (*PAUSES, None):
            try:
                answer = self.client.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"})
            except httpx.HTTPError as error:
                problem, wait = type(error).__name__, pause
            else:
                if (limited := _seconds_to_wait(answer)) is not None:
                    if limited > LONGEST:
                        raise TryLater(f"GitHub asks to wait {limited:.0f} s (rate limit); a later run takes it up")
                    problem, wait = "rate limit", limited
                elif answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                    problem, wait = f"status {answer.status_code}", pause
                else:
                    return answer
            if wait is None or pause is None:
                break
            self.sleep(wait)
            if (earlier := done()) is not None:
                return earlier
        raise TryLater(f"GitHub did not answer after {len(PAUSES) + 1} attempts ({problem}); a later run takes it up")

    def _good(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            raise TryLater(f"GitHub answered {answer.status_code} to {answer.request.method} {answer.request.url.path}")
        return answer


def _seconds_to_wait(answer: httpx.Response) -> float | None:
    """Return how long a rate limit asks to wait, or None if the answer is about something else."""
    if answer.status_code not in (403, 429):
        return None
    if (after := answer.headers.get("retry-after", "")).isdigit():
        return float(after)
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        return max(1.0, float(reset) - datetime.now(UTC).timestamp()) if reset.isdigit() else PAUSES[-1]
    return PAUSES[-1] if answer.status_code == httpx.codes.TOO_MANY_REQUESTS else None


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise TryLater(f"GitHub answered {answer.request.url.path} with something that is no JSON") from None
