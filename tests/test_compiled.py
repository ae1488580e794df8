"""Kernels, with and without a place for their machine code."""

from __future__ import annotations

import logging

import numba.core.caching
import pytest

from rideflex import _compiled as compiled


def test_without_a_folder_for_machine_code_kernels_still_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """They are compiled in this process alone, named, and told of once."""
    monkeypatch.setattr(numba.core.caching.CacheImpl, "_locator_classes", [])
    monkeypatch.setattr(compiled, "uncached", [])

    def double(number: int) -> int:
        return 2 * number

    def half(number: int) -> float:
        return number / 2

    with caplog.at_level(logging.WARNING):
        assert compiled.compiled()(double)(4) == 8
        assert compiled.compiled()(half)(4) == 2
    assert compiled.uncached == ["double", "half"]
    assert caplog.text.count("NUMBA_CACHE_DIR") == 1


def test_machine_code_is_kept_where_it_can_be() -> None:
    """In this checkout every kernel has its place on disk."""
    from rideflex.decisions import kernels

    assert compiled.uncached == []
    assert kernels.gather.stats.cache_path
