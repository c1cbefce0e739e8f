"""``autograder certify``: the tests of the tests."""

import json

import click

from autograder.cli.common import JSON, open_course, show
from autograder.errors import UsageError


@click.command("certify")
@click.argument("names", nargs=-1)
@JSON
def command(names: tuple[str, ...], as_json: bool) -> None:
    """Test the tests: solutions score full, blanks zero, mistakes and alternatives as declared."""
    from autograder.certify import certify as certify_assignments
    from autograder.render import certificate

    course = open_course()
    slugs = [course.assignment(name).slug for name in names] or course.names()
    tasks = [(slug, exercise) for slug in slugs for exercise in course.assignment(slug).source().exercises]
    certificates = certify_assignments(course, tasks)
    if as_json:
        click.echo(json.dumps([c.as_dict() for c in certificates], indent=1, ensure_ascii=False))
    else:
        show(certificate.table(certificates))
    failed = [f"{c.assignment} {c.exercise}" for c in certificates if not c.holds]
    if failed:
        raise UsageError(f"not certified: {', '.join(failed)}; the table says what to repair in each")
