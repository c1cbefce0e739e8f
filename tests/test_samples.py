"""The sample submissions are graded as their names say, twice, with identical documents."""

import json
import sys
from pathlib import Path

import jsonschema
import pytest

from autograder import report
from autograder.batch.find import find_submissions
from autograder.batch.pool import grade_here
from autograder.batch.task import open_task
from autograder.course import Course

ROOT = Path(__file__).parents[1]
SAMPLES = sorted(path for path in (ROOT / "submissions").iterdir() if path.is_dir() and path.name[:2].isdigit())

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code")


def documents(course, slug, files):
    """Grade files and return {student: document without its times}."""
    found = {}
    tasks = (open_task(student, path) for student, path in files)
    for _, made in grade_here(course.assignment(slug), tasks, "L2"):
        document = made.as_dict()
        jsonschema.validate(document, report.schema())
        for name in ("graded_at", "seconds"):
            del document["provenance"][name]
        found[made.student] = document
    return found


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda path: path.name)
def test_samples_score_what_their_names_say(folder):
    course = Course.find(ROOT)
    assignment = course.assignment(folder.name)
    found = find_submissions([folder], folder.name)
    assert found.problems == ()
    graded = documents(course, folder.name, found.files)
    points = assignment.exercise_points()
    names = list(points)
    expected = {
        "full": 100.0,
        "script": 100.0,
        "jupyter": 100.0,
        "raising": 100.0,
        "blank": 0.0,
        "not_json": 0.0,
        "cheating": 0.0,
        "endless": 100.0 - points[names[2]],
        "shuffled": 100.0 - points[names[4]] if len(names) > 4 else None,
    }
    for student, document in graded.items():
        if student.startswith("partial"):
            assert 0 < document["score"] < 100
            assert document["exercises"][-1]["score"] in (0, points[names[-1]])
        else:
            assert document["score"] == expected[student], (student, document["submission"]["notes"])
        assert document["max_score"] == 100
        assert document["status"] == ("unreadable" if student == "not_json" else "graded")
    if "endless" in graded:
        outcomes = {r["outcome"] for r in graded["endless"]["results"] if r["exercise"] == names[2] and r["max_score"]}
        assert outcomes == {"timed_out"}
    assert json.dumps(documents(course, folder.name, found.files)) == json.dumps(graded)
