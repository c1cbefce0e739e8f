"""A fake of the few GitHub endpoints that grading on push uses, on loopback, over real git repositories.

It is as strict as GitHub where that matters: Apps sign with a real key, tokens expire and carry permissions, pages are
short, requests are counted, and check runs that are too long are refused. Faults are planted with ``fail``.

``python tests/push/simulator.py FOLDER`` runs it for a rehearsal, with five imaginary course members.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

APP = 4711
ACTIONS = 15368  # the App behind the workflows of students
QUIET = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
NOWHERE = "0" * 40
MB = 1 << 20


class Repository:
    """A bare git repository of a student, and what GitHub knows about it."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.visible = True
        self.activity: list[dict] = []
        self.runs: list[dict] = []
        self.statuses: list[dict] = []
        self.archives: dict[str, Callable[[], Iterator[bytes]]] = {}
        """What is sent instead of the archive of a commit."""
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(path), cwd=path.parent)

    def push(
        self, files: dict, when: str, *, force: bool = False, committed: str = "2026-01-01T00:00:00+00:00",
        branch: str = "main",
    ) -> str:  # fmt: skip
        """Push a commit of exactly these files and return its SHA.

        A value is the content, or a pair of mode and content: ``("120000", target)`` is a symbolic link and
        ``("160000", sha)`` a submodule. ``when`` is the time GitHub reports; ``committed`` is what the commit claims.
        """
        ref, seconds = f"refs/heads/{branch}", int(datetime.fromisoformat(committed).timestamp())
        before = self.head(branch)
        parts = [f"commit {ref}\ncommitter A Student <a@b.example> {seconds} +0000\ndata 4\npush".encode()]
        parts += [b"\nfrom " + before.encode()] if before != NOWHERE and not force else []
        parts.append(b"\ndeleteall")
        for name, content in files.items():
            mode, data = content if isinstance(content, tuple) else ("100644", content)
            data = data.encode() if isinstance(data, str) else data
            if mode == "160000":
                parts.append(f"\nM 160000 {data.decode()} {name}".encode())
            else:
                parts.append(f"\nM {mode} inline {name}\ndata {len(data)}\n".encode() + data)
        self._git("fast-import", "--quiet", "--force", input=b"".join(parts) + b"\n")
        sha = self.head(branch)
        kind = "branch_creation" if before == NOWHERE else "force_push" if force else "push"
        self.activity.insert(0, {
            "id": len(self.activity) + 1, "before": before, "after": sha, "ref": ref, "timestamp": when,
            "activity_type": kind,
        })  # fmt: skip
        return sha

    def head(self, branch: str = "main") -> str:
        found = self._git("rev-parse", "--quiet", "--verify", f"refs/heads/{branch}", check=False)
        return found.decode().strip() or NOWHERE

    def has(self, sha: str) -> bool:
        return bool(self._git("cat-file", "-t", sha, check=False))

    def archive(self, sha: str) -> Iterator[bytes]:
        if sha in self.archives:
            return self.archives[sha]()
        prefix = f"{self.name.replace('/', '-')}-{sha[:7]}/"
        return iter([self._git("archive", "--format=tar.gz", f"--prefix={prefix}", sha)])

    def _git(self, *words: str, input: bytes = b"", check: bool = True, cwd: Path | None = None) -> bytes:
        command = ["git", *words]
        done = subprocess.run(command, cwd=cwd or self.path, input=input, env=QUIET, check=check, capture_output=True)
        return done.stdout if done.returncode == 0 else b""


class Simulator:
    """All of the fake GitHub."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL)
        self.key = key.private_bytes(*pem, serialization.NoEncryption()).decode()
        self.public = key.public_key()
        self.repositories: dict[str, Repository] = {}
        self.granted = {"contents": "read", "checks": "write", "metadata": "read"}
        self.tokens: dict[str, dict] = {}
        self.faults: list[tuple[re.Pattern, int, dict, int]] = []
        self.requests: list[tuple[str, str, dict]] = []
        self.lock = threading.RLock()
        self.page = 2
        self.url = ""

    def repository(self, name: str) -> Repository:
        if name not in self.repositories:
            path = self.folder / f"{name.replace('/', '-')}.git"
            self.repositories[name] = Repository(name, path)
        return self.repositories[name]

    def fail(self, pattern: str, status: int, headers: dict | None = None, times: int = 1) -> None:
        """Answer the next requests whose method and path match with a failure."""
        self.faults.append((re.compile(pattern), status, headers or {}, times))

    def runs(self, repository: str, sha: str = "") -> list[dict]:
        """Return our own check runs."""
        runs = self.repositories[repository].runs
        return [run for run in runs if run["app"]["id"] == APP and sha in ("", run["head_sha"])]

    @contextmanager
    def serving(self) -> Iterator["Simulator"]:
        """Serve on a free port of loopback."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"github": self}))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    # ---- what it answers ---------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict, headers: dict, body: dict) -> tuple[int, dict, object]:
        for index, (pattern, status, extra, times) in enumerate(self.faults):
            if pattern.search(f"{method} {path}"):
                if times == 1:
                    del self.faults[index]
                else:
                    self.faults[index] = (pattern, status, extra, times - 1)
                if extra.pop("after doing it", None):
                    self._do(method, path, query, headers, body)
                return status, extra, iter([b"planted"]) if status == 200 else {"message": "planted"}
        return self._do(method, path, query, headers, body)

    def _do(self, method: str, path: str, query: dict, headers: dict, body: dict) -> tuple[int, dict, object]:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if path.startswith("/codeload/"):
            return self._codeload(path, query, token)
        if path.startswith("/app/"):
            return self._app(method, path, query, token, body)
        known = self.tokens.get(token)
        if known is None or known["expires"] < time.time():
            return 401, {}, {"message": "Bad credentials"}
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)/(.+)", path)
        repository = self.repositories.get(match[1]) if match else None
        if repository is None or not repository.visible or match[1].split("/")[0] != known["owner"]:
            return 404, {}, {"message": "Not Found"}
        return self._repository(method, repository, match[2], query, known["permissions"], body)

    def _app(self, method: str, path: str, query: dict, token: str, body: dict) -> tuple[int, dict, object]:
        try:
            claims = jwt.decode(token, self.public, algorithms=["RS256"], options={"require": ["exp", "iat", "iss"]})
        except jwt.PyJWTError:
            return 401, {}, {"message": "A JSON web token could not be decoded"}
        if claims["iss"] != str(APP) or claims["exp"] - claims["iat"] > 600:
            return 401, {}, {"message": "Expiration time claim ('exp') is too far in the future"}
        owners = sorted({name.split("/")[0] for name in self.repositories})
        installations = [{"id": 100 + n, "account": {"login": owner}} for n, owner in enumerate(owners)]
        if path == "/app/installations":
            return self._paged(path, query, installations)
        number = int(path.split("/")[3])
        wanted = body.get("permissions", self.granted)
        ranks = ["read", "write"]
        for name, level in wanted.items():
            if name not in self.granted or ranks.index(level) > ranks.index(self.granted[name]):
                return 422, {}, {"message": "The permissions requested are not granted to this installation."}
        value = f"ghs_{len(self.tokens):06}"
        owner = next(i["account"]["login"] for i in installations if i["id"] == number)
        self.tokens[value] = {"permissions": wanted, "expires": time.time() + 3600, "owner": owner}
        return 201, {}, {"token": value}

    def _repository(
        self, method: str, repository: Repository, rest: str, query: dict, may: dict, body: dict
    ) -> tuple[int, dict, object]:
        if rest == "activity" and may.get("contents"):
            found = [entry for entry in repository.activity if query.get("ref") in (None, entry["ref"])]
            return self._paged(f"/repos/{repository.name}/activity", query, found)
        if match := re.fullmatch(r"tarball/([0-9a-f]{40})", rest):
            if not may.get("contents") or not repository.has(match[1]):
                return 404, {}, {"message": "Not Found"}
            secret = base64.urlsafe_b64encode(hashlib.sha256(match[1].encode()).digest()).decode()
            return 302, {"location": f"{self.url}/codeload/{repository.name}/{match[1]}?token={secret}"}, None
        if match := re.fullmatch(r"commits/([0-9a-f]{40})/check-runs", rest):
            runs = [run for run in repository.runs if run["head_sha"] == match[1]]
            if "app_id" in query:
                runs = [run for run in runs if str(run["app"]["id"]) == query["app_id"]]
            status, headers, page = self._paged(f"/repos/{repository.name}/{rest}", query, runs)
            return status, headers, {"total_count": len(runs), "check_runs": page}
        if may.get("checks") != "write":
            return 403, {}, {"message": "Resource not accessible by integration"}
        if method == "POST" and rest == "check-runs":
            return self._create(repository, body)
        if method == "PATCH" and (match := re.fullmatch(r"check-runs/(\d+)", rest)):
            run = next(run for run in repository.runs if run["id"] == int(match[1]))
            if refusal := _refusal(body.get("output", {})):
                return 422, {}, {"message": refusal}
            run["output"]["annotations"] += body["output"]["annotations"]
            return 200, {}, run
        return 404, {}, {"message": "Not Found"}

    def _create(self, repository: Repository, body: dict) -> tuple[int, dict, object]:
        if not repository.has(body["head_sha"]):
            return 422, {}, {"message": f"No commit found for SHA: {body['head_sha']}"}
        if refusal := _refusal(body["output"]):
            return 422, {}, {"message": refusal}
        run = {**body, "id": 1000 + len(repository.runs), "app": {"id": APP}}
        repository.runs.append(run)
        return 201, {}, run

    def _codeload(self, path: str, query: dict, token: str) -> tuple[int, dict, object]:
        _, _, owner, name, sha = path.split("/")
        secret = base64.urlsafe_b64encode(hashlib.sha256(sha.encode()).digest()).decode()
        if token:
            return 400, {}, {"message": "a token went to another host"}
        if query.get("token") != secret:
            return 404, {}, {"message": "Not Found"}
        return 200, {}, self.repositories[f"{owner}/{name}"].archive(sha)

    def _paged(self, path: str, query: dict, entries: list) -> tuple[int, dict, object]:
        start = int(query.get("after", "0"))
        headers = {}
        if start + self.page < len(entries):
            rest = "&".join(f"{name}={value}" for name, value in query.items() if name != "after")
            headers["link"] = f'<{self.url}{path}?{rest}&after={start + self.page}>; rel="next"'
        return 200, headers, entries[start : start + self.page]


def _refusal(output: dict) -> str:
    """Say what GitHub would refuse in the output of a check run."""
    if not output.get("title") or not output.get("summary"):
        return "title and summary are required"
    if max(len(output["summary"]), len(output.get("text", ""))) > 65_535:
        return "summary or text is too long"
    annotations = output.get("annotations", [])
    if len(annotations) > 50:
        return "too many annotations"
    needed = {"path", "start_line", "end_line", "annotation_level", "message"}
    if any(needed - a.keys() or len(a["message"]) > 64 << 10 or len(a.get("title", "")) > 255 for a in annotations):
        return "an annotation is incomplete or too long"
    return ""


class _Handler(BaseHTTPRequestHandler):
    github: Simulator
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for its headers to be acknowledged

    def _serve(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        text = self.rfile.read(int(headers.get("content-length", 0)))
        with self.github.lock:
            self.github.requests.append((self.command, url.path, headers))
            body = json.loads(text) if text else {}
            status, extra, answer = self.github.answer(self.command, url.path, query, headers, body)
        with suppress(ConnectionError):
            self._send(status, extra, answer)

    def _send(self, status: int, extra: dict, answer: object) -> None:
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, str(value))
        if isinstance(answer, Iterator):
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for chunk in answer:
                self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        text = json.dumps(answer).encode()
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - names that http.server wants

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    """Serve a course of five until interrupted; their homework is the sample submissions of an assignment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="new folder for repositories, key and settings")
    parser.add_argument("--samples", type=Path, default=Path("submissions/02_networks"), help="folder of notebooks")
    options = parser.parse_args()
    slug, folder = options.samples.name, options.folder
    simulator = Simulator((folder / "repositories").absolute())  # git works in other folders
    now = datetime.now(UTC).replace(microsecond=0)
    names = sorted(path.stem for path in options.samples.glob("*.ipynb"))[:5]
    for number, name in enumerate(names):
        content = (options.samples / f"{name}.ipynb").read_bytes()
        when = (now - timedelta(hours=number)).isoformat()
        simulator.repository(f"course/homework-{name}").push({f"{slug}/{slug}.ipynb": content}, when)
    with simulator.serving(), suppress(KeyboardInterrupt):
        (folder / "key.pem").write_text(simulator.key)
        students = "".join(f'{name} = "course/homework-{name}"\n' for name in names)
        (folder / "push.toml").write_text(
            f'[github]\napi = "{simulator.url}"\n\n[assignments.{slug}]\n\n[students]\n{students}'
        )
        sys.stdout.write(
            f'export AUTOGRADER_APP_ID={APP}\nexport AUTOGRADER_APP_KEY="$(cat {folder}/key.pem)"\n'
            f"# the settings are in {folder}/push.toml; end with Ctrl-C\n"
        )
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
