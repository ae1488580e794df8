"""The machine a figure was taken on, in words."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def describe_machine() -> str:
    """Name the processor, its cores, the memory and the versions that matter."""
    gibibytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("numpy", "numba", "polars", "pandas")
    )
    return (
        f"{_processor()}, {os.cpu_count()} cores, {gibibytes:.0f} GiB, "
        f"{platform.system()}; Python {platform.python_version()}, {packages}"
    )


def _processor() -> str:
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.is_file():
        for line in cpu_info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
