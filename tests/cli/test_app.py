"""The program as a whole: help, version, exit codes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
import typer
from typer.testing import CliRunner

from rideflex.cli.app import app


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, as a user starts it."""
    return subprocess.run(
        [sys.executable, "-m", "rideflex", *arguments], capture_output=True, text=True, check=False
    )


def every_command() -> list[list[str]]:
    """The words that call each command, those of `bench` included."""
    program = typer.main.get_command(app)
    found = []
    for name, command in program.commands.items():
        inner = getattr(command, "commands", None)
        found += [[name, word] for word in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_help_teaches_with_an_example(words):
    """Each command's help shows at least one line that can be pasted."""
    shown = CliRunner().invoke(app, [*words, "--help"], terminal_width=200)
    assert shown.exit_code == 0
    assert f"rideflex {' '.join(words)}" in shown.output.replace("\n", " ")
    assert "Example" in shown.output


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_that_measures_takes_json(words):
    """Figures can be had as a file by machines."""
    if words[0] in {"bench", "evaluate", "check", "route", "report"}:
        shown = CliRunner().invoke(app, [*words, "--help"], terminal_width=200)
        assert "--json" in shown.output


def test_version_and_no_arguments():
    """The version is the package's, and no argument at all shows the help."""
    assert run("--version").stdout.startswith("rideflex 0.")
    assert "generate" in CliRunner().invoke(app, []).output


def test_usage_errors_end_with_2_and_data_errors_with_1(tmp_path):
    """An unknown command is bad usage; a folder that is not there is bad data."""
    assert run("frobnicate").returncode == 2
    absent = run("check", str(tmp_path / "absent"))
    assert absent.returncode == 1
    assert "absent" in absent.stdout + absent.stderr
    assert "Traceback" not in absent.stderr


@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_an_interrupt_ends_a_command_with_130(city, tmp_path, seconds):
    """While libraries are imported and later: at most one line, no traceback, nothing left."""
    words = ("train", "--data", city.folder, "--out", tmp_path / "run", "--epochs", "9999")
    command = [sys.executable, "-m", "rideflex", *map(str, words)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in told
    assert len(told.splitlines()) <= 1
