"""A server that answers as OSRM's `table` does, from straight lines."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_MOST = 100  # as `osrm-routed --max-table-size` has it by default


@dataclass
class OsrmStandIn:
    """What the server does, and what it was asked.

    Parameters
    ----------
    url
        Its address.
    asked
        Path and question of each request.
    island
        Places (longitude, latitude) that no way leads to.
    answer
        Status and text that it answers instead, if any.
    fails_after
        From which request on it answers so; it answers as OSRM before.
    shift
        Degrees of longitude by which it moves places to its streets.
    """

    url: str = ""
    asked: list[str] = field(default_factory=list)
    island: set[tuple[float, float]] = field(default_factory=set)
    answer: tuple[int, str] | None = None
    fails_after: int = 0
    shift: float = 0.0

    def table(self, path: str) -> tuple[int, dict[str, Any]]:
        """Answer a request for `table`."""
        parts = urlsplit(path)
        service, version, profile, places = parts.path.strip("/").split("/")
        if (service, version) != ("table", "v1") or profile != "driving":
            return 400, {"code": "InvalidUrl", "message": "URL string malformed"}
        points = [tuple(map(float, place.split(","))) for place in places.split(";")]
        chosen = {
            side: [int(index) for index in told[0].split(";")]
            for side, told in parse_qs(parts.query, separator="&").items()
            if side in ("sources", "destinations")
        }
        sources = [points[index] for index in chosen.get("sources", range(len(points)))]
        targets = [points[index] for index in chosen.get("destinations", range(len(points)))]
        if len(sources) * len(targets) > _MOST**2:
            return 400, {"code": "TooBig", "message": "Too many table coordinates"}
        durations = [[self._seconds(one, other) for other in targets] for one in sources]
        waypoints = [{"location": [a + self.shift, b], "name": ""} for a, b in sources]
        return 200, {"code": "Ok", "durations": durations, "sources": waypoints}

    def _seconds(self, one: tuple[float, ...], other: tuple[float, ...]) -> float | None:
        if one != other and {one, other} & self.island:
            return None
        return round(10_000 * (abs(one[0] - other[0]) + 2 * max(0, one[1] - other[1])), 1)


@contextmanager
def osrm_stand_in() -> Iterator[OsrmStandIn]:
    """Run the server on a free port of this machine."""
    state = OsrmStandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            if state.answer is not None and len(state.asked) > state.fails_after:
                status, text = state.answer
            else:
                status, told = state.table(self.path)
                text = json.dumps(told)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
