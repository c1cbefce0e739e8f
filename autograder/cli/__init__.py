"""The command line: ``autograder VERB``, one module of this package for each verb.

Exit codes: 0 done (``check``: all passed), 1 a student's answer failed (``check``), 2 usage or authoring error,
3 the grader itself is broken or the sandbox is below the required level. Each verb imports only what it needs.
"""

import os
import pkgutil
from importlib import import_module
from typing import Any

import click

from autograder import __version__
from autograder.errors import AutograderError

INTERRUPTED = 130  # as a shell reports it
SHARED = "common"  # the one module here that is no verb
RESERVED = {"import"}  # words of Python: such a verb's module has an underscore behind its name


class _Verbs(click.Group):
    """Finds a verb in the module of its name, and turns our errors into one sentence and the right exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        names = {module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_"} - {SHARED}
        return sorted(name.rstrip("_").replace("_", "-") for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"{__name__}.{name}{'_' if name in RESERVED else ''}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        # Before numpy is imported: threads gain nothing on exercises, and make sums depend on their number.
        for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(variable, "1")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("autograder: interrupted; what was written is kept, run the command again to go on", err=True)
            ctx.exit(INTERRUPTED)
        except AutograderError as error:
            click.echo(f"autograder: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="autograder")
def main() -> None:
    """Grade numpy exercises that students hand in as notebooks."""
