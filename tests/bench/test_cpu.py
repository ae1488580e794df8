"""The benchmark of processor time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rideflex.bench import cpu
from tests.commands import call


def test_the_figures_have_their_names(
    city_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both measurements are told alone and beside busy cores, as milliseconds above 0."""
    for name in ("STEPS", "QUOTES", "WARM_UP_STEPS", "WARM_UP_QUOTES"):
        monkeypatch.setattr(cpu, name, 12)
    text = call("bench", "cpu", "--data", city_folder, "--json", tmp_path / "cpu.json")
    figures = json.loads((tmp_path / "cpu.json").read_text())
    names = {"step_cpu_ms", "step_cpu_ms_busy", "quote_cpu_ms", "quote_cpu_ms_busy"}
    assert figures.keys() == names | {"cores"}
    assert all(figures[name] > 0 for name in names)
    assert "one day's quote" in text


def test_the_busy_processes_end_with_the_block() -> None:
    """Nothing is left running, also when the measurement fails."""
    started = []
    original = cpu.subprocess.Popen

    class Noted(original):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            started.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cpu.subprocess, "Popen", Noted)
        with pytest.raises(ValueError, match="broken"), cpu.busy_cores(2):
            assert [other.poll() for other in started] == [None, None]
            raise ValueError("broken")
    assert len(started) == 2
    assert all(other.poll() is not None for other in started)
