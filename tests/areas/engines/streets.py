"""A Valhalla on this machine with a town of 32 crossings, made from nothing.

Streets 400 m apart: five rows of six crossings, all of them two-way but the southernmost, which
leads east; and a street of its own, two crossings, that none of the others meets.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

ROWS, COLUMNS = 5, 6
SOUTH, WEST = 52.5, 13.4
STEP = 0.004
ISLAND = ((SOUTH, WEST + 20 * STEP), (SOUTH, WEST + 21 * STEP))
_SECONDS_TO_START = 60


def crossing(row: int, column: int) -> tuple[float, float]:
    """Latitude and longitude of a crossing, rows from south and columns from west."""
    return round(SOUTH + row * STEP, 5), round(WEST + column * STEP, 5)


@contextmanager
def valhalla() -> Iterator[str]:
    """Build the town, run the service, and yield its address.

    Where the wheel does not fit the machine the test is skipped, but not in CI.
    """
    try:
        import osmium
        from valhalla import PYVALHALLA_DIR
        from valhalla.config import get_config
    except ImportError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"needs a Valhalla, and pyvalhalla-weekly has no wheel here: {error}")
    with tempfile.TemporaryDirectory(prefix="streets") as made:  # a short name, for its sockets
        home = Path(made)
        _write_streets(osmium, home / "town.osm.pbf")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        (home / "tiles").mkdir()
        config = get_config(tile_extract="", tile_dir=home / "tiles")
        config["mjolnir"]["concurrency"] = 1
        config["httpd"]["service"] = {
            **config["httpd"]["service"],
            "listen": f"tcp://{address}",
            "loopback": f"ipc://{home}/loopback",
            "interrupt": f"ipc://{home}/interrupt",
        }
        for part in ("loki", "thor", "odin"):
            config[part]["service"]["proxy"] = f"ipc://{home}/{part}"
        (home / "valhalla.json").write_text(json.dumps(config))
        programs, settings = Path(PYVALHALLA_DIR) / "bin", str(home / "valhalla.json")
        build = [programs / "valhalla_build_tiles", "-c", settings, home / "town.osm.pbf"]
        # It writes lists of what it finds odd to where it runs.
        subprocess.run(build, check=True, capture_output=True, timeout=_SECONDS_TO_START, cwd=home)
        with (home / "log").open("wb") as log:
            run = [programs / "valhalla_service", settings, "1"]
            service = subprocess.Popen(run, stdout=log, stderr=subprocess.STDOUT, cwd=home)
        try:
            _await(f"http://{address}/status", service, home / "log")
            yield f"http://{address}"
        finally:
            service.kill()
            service.wait()


def _write_streets(osmium, path: Path) -> None:
    number = {
        (row, column): 1 + row * COLUMNS + column
        for row in range(ROWS)
        for column in range(COLUMNS)
    }
    streets = [
        ([number[row, column] for column in range(COLUMNS)], {"oneway": "yes"} if row == 0 else {})
        for row in range(ROWS)
    ]
    streets += [([number[row, column] for row in range(ROWS)], {}) for column in range(COLUMNS)]
    places = {number[at]: crossing(*at) for at in number}
    places |= dict(zip((101, 102), ISLAND, strict=True))
    streets.append(([101, 102], {}))
    make = osmium.osm.mutable
    with osmium.SimpleWriter(str(path)) as writer:
        for node, (latitude, longitude) in places.items():
            writer.add_node(make.Node(id=node, version=1, location=(longitude, latitude)))
        for way, (nodes, tags) in enumerate(streets, 1):
            tags = {"highway": "residential", **tags}
            writer.add_way(make.Way(id=way, version=1, nodes=nodes, tags=tags))


def _await(url: str, service: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and service.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"Valhalla did not start: {log.read_text()[-2000:]}")
