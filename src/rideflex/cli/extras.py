"""What to install for a command whose libraries come with an extra."""

from __future__ import annotations

from typing import Any

import typer

from rideflex.cli.outputs import WritingCommand
from rideflex.errors import RideflexError

EXTRA_OF = {
    "gymnasium": "train",
    "highspy": "solve",
    "jinja2": "train",
    "matplotlib": "plot",
    "pandas": "train",
    "pyvrp": "solve",
    "river": "bench",
    "sb3_contrib": "train",
    "stable_baselines3": "train",
    "tensorboard": "train",
    "torch": "train",
}
"""The smallest extra that brings a library that `pip install rideflex` leaves out."""

_BRINGS_ALL = {"bench": "bench", "train": "train", "evaluate": "train", "report": "train"}


class MissingExtraError(RideflexError):
    """A command needs a library that is not installed."""

    exit_code = 2

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"{library} is not installed; it comes with pip install 'rideflex[{extra}]'"
        )


class InterruptedCommandError(RideflexError):
    """Somebody interrupted a command."""

    exit_code = 130


class ProgramCommand(WritingCommand):
    """A command that says which extra brings the library it lacks, and that it was interrupted."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command.

        Raises
        ------
        MissingExtraError
            If it imports a library of an extra that is not installed.
        InterruptedCommandError
            If it was interrupted.
        """
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise InterruptedCommandError("interrupted") from None
        except ModuleNotFoundError as error:
            library = str(error.name).partition(".")[0]
            if library not in EXTRA_OF:
                raise
            words = ctx.command_path.split()
            whole = next((_BRINGS_ALL[word] for word in words if word in _BRINGS_ALL), None)
            raise MissingExtraError(library, whole or EXTRA_OF[library]) from error
