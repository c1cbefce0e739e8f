"""The relay and the rehearsal of the documentation, and CI's summary.

The git hook is tried in ``tests/cli/test_push_grade.py``.
"""

import hashlib
import hmac
import json
import runpy
import signal
import subprocess
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from autograder.push.config import read_settings

RELAY = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "examples" / "relay.py"))
SUMMARY = runpy.run_path(str(Path(__file__).parents[1] / ".ci" / "summary.py"))
SECRET = "quiet"
PUSH = {"ref": "refs/heads/main", "repository": {"default_branch": "main"}}


def signed(body, secret=SECRET):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("document", "event", "secret", "counts"),
    [
        (PUSH, "push", SECRET, True),
        (PUSH, "push", "guessed", False),
        (PUSH, "ping", SECRET, False),
        ({**PUSH, "ref": "refs/heads/other"}, "push", SECRET, False),
    ],
)
def test_only_a_signed_push_to_the_default_branch_counts(document, event, secret, counts):
    body = json.dumps(document).encode()
    assert RELAY["is_push"](body, event, signed(body, secret), SECRET) is counts
    assert not RELAY["is_push"](body, event, signed(body, ""), "")


def test_a_push_starts_the_workflow_and_tells_nothing_about_itself(monkeypatch):
    asked = []

    class GitHub(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, self.headers["Authorization"], body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    RELAY["Relay"].log_message = GitHub.log_message
    servers = [HTTPServer(("127.0.0.1", 0), handler) for handler in (GitHub, RELAY["Relay"])]
    github, relay = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    for name, value in {"SECRET": SECRET, "TOKEN": "t", "REPOSITORY": "course/grading", "API": github}.items():
        monkeypatch.setenv(f"RELAY_{name}", value)
    threads = [threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}) for server in servers]
    for thread in threads:
        thread.start()
    try:
        body = json.dumps(PUSH).encode()
        answers = []
        for signature in (signed(body), signed(body, "guessed")):
            headers = {"X-GitHub-Event": "push", "X-Hub-Signature-256": signature}
            with urllib.request.urlopen(urllib.request.Request(relay, body, headers), timeout=10) as answer:
                answers.append(answer.status)
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
    assert answers == [202, 204]
    place = "/repos/course/grading/actions/workflows/grade.yml/dispatches"
    assert asked == [(place, "Bearer t", b'{"ref": "main"}')]


def test_cis_summary_shows_certificate_and_grades_and_fails_for_a_solution_without_full_marks(tmp_path, capsys):
    for name, score in (("01_a", 10.0), ("02_b", 9.0)):
        (tmp_path / "solutions" / name).mkdir(parents=True)
        (tmp_path / "solutions" / name / "source.py").write_text("")
        (tmp_path / "demo" / name).mkdir(parents=True)
        table = f"student,status,score,max_score,f,notes\nblank,graded,0.0,10.0,0.0,\nfull,graded,{score},10.0,1,\n"
        (tmp_path / "demo" / name / "summary.csv").write_text(table)
    assert SUMMARY["main"](tmp_path) == 1
    shown = capsys.readouterr().out
    assert "| 01_a | blank | graded | 0.0 | 10.0 |" in shown
    assert "**the solution of 02_b was not graded with full marks**" in shown
    (tmp_path / "demo" / "02_b" / "summary.csv").write_text(table.replace("9.0", "10.0"))
    (tmp_path / "solutions" / "CERTIFICATE.md").write_text("# It holds\n")
    assert SUMMARY["main"](tmp_path) == 0
    assert "# It holds" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="there is no interrupt to send there")
def test_the_rehearsal_writes_settings_for_five_course_members_and_ends_when_asked(tmp_path):
    root = Path(__file__).parents[1]
    folder = tmp_path / "rehearsal"
    command = [sys.executable, "tests/push/simulator.py", str(folder)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline() for _ in range(3)]
        settings = read_settings(folder / "push.toml")
        process.send_signal(signal.SIGINT)
    assert process.returncode == 0
    assert said[:2] == [
        "export AUTOGRADER_APP_ID=4711\n", f'export AUTOGRADER_APP_KEY="$(cat {folder}/key.pem)"\n',
    ]  # fmt: skip
    assert (folder / "key.pem").read_text().startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert len(settings.students) == 5
    assert [due.assignment for due in settings.assignments] == ["02_networks"]
