"""The files that a command writes, known to be writable before its work begins."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from rideflex.cli.console import print_wrapped
from rideflex.errors import UsageError
from rideflex.storage.atomic import check_folder_writable, check_writable, write_json

PICTURES = (".png", ".svg", ".pdf")
Json = Annotated[Path | None, typer.Option(help="Write the figures to this file too.")]
_FILES = (
    *("json", "plot", "page", "csv", "geojson", "runs", "log"),
    *("vroom", "vroom_solution", "out"),
)
_MAKE_FOLDERS = {"generate", "train", "import"}


class WritingCommand(TyperCommand):
    """A command whose `--json`, `--plot`, `--out` and other files are checked before it runs."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command.

        Raises
        ------
        DataError
            If what an option names can't be written.
        UsageError
            If the ending of a picture's name is not one that can be drawn.
        """
        plot = ctx.params.get("plot")
        if plot is not None and plot.suffix.lower() not in PICTURES:
            raise UsageError(f"--plot {plot}: name the picture .png, .svg or .pdf")
        for option in _FILES:
            path = ctx.params.get(option)
            if isinstance(path, Path):
                folder = option == "out" and self.name in _MAKE_FOLDERS
                (check_folder_writable if folder else check_writable)(path)
        return super().invoke(ctx)


def write_figures(console: Console, path: Path | None, figures: Any) -> None:
    """Write what a command measured as JSON, where a file was named, and say so."""
    if path is not None:
        write_json(path, figures)
        print_wrapped(console, f"Wrote {path}.")
