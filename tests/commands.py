"""The command line, called from tests."""

from __future__ import annotations

from typer.testing import CliRunner

from rideflex.cli.app import app
from rideflex.errors import UsageError

SMALL = ["--epochs", "4", "--envs", "4", "--update-every", "2", "--buffer", "100"]


def call(*arguments: object) -> str:
    """What a command prints; its errors are raised."""
    shown = CliRunner().invoke(
        app, [str(word) for word in arguments], catch_exceptions=False, terminal_width=200
    )
    assert shown.exit_code == 0, shown.output
    return shown.output


def refused(*arguments: object) -> int:
    """The exit code of a command that is refused on purpose."""
    shown = CliRunner().invoke(app, [str(word) for word in arguments])
    assert isinstance(shown.exception, UsageError | SystemExit), shown.output
    return getattr(shown.exception, "exit_code", shown.exit_code)
