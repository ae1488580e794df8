"""Engines' answers, written by hand after their public documentation.

Three places near Berlin: A, B and D, in the order of the small service's travel times.
"""

from __future__ import annotations

from typing import Any

PLACES = {"A": (52.517037, 13.38886), "B": (52.529407, 13.397634), "D": (52.523219, 13.428555)}
PLACES_CSV = "zone,lat,lon\n" + "".join(f"{z},{a},{b}\n" for z, (a, b) in PLACES.items())
SECONDS = [[0, 600, 300], [600, 0, 400], [300, 400, 0]]


def _waypoint(place: tuple[float, float]) -> dict[str, Any]:
    latitude, longitude = place
    return {"hint": "KSoKADRYroqU", "distance": 4.152629, "name": "Friedrichstraße",
            "location": [longitude + 0.0001, latitude - 0.0001]}  # fmt: skip


def osrm(**changed: Any) -> dict[str, Any]:
    """OSRM's `table`: seconds with a tenth, waypoints of longitude and latitude."""
    points = [_waypoint(place) for place in PLACES.values()]
    durations = [[0, 600.4, 300.1], [599.6, 0, 400], [300, 400, 0]]
    answer = {"code": "Ok", "durations": durations, "sources": points, "destinations": points}
    return {**answer, **changed}


def valhalla(**changed: Any) -> dict[str, Any]:
    """Valhalla's `sources_to_targets`: a row of pairs a source."""
    pairs = [
        [
            {"from_index": i, "to_index": j, "time": seconds, "distance": seconds / 100}
            for j, seconds in enumerate(row)
        ]
        for i, row in enumerate(SECONDS)
    ]
    places = [{"lat": latitude, "lon": longitude} for latitude, longitude in PLACES.values()]
    answer = {"sources_to_targets": pairs, "sources": places, "targets": places}
    return {**answer, "units": "kilometers", "algorithm": "costmatrix", **changed}


def concise_valhalla(**changed: Any) -> dict[str, Any]:
    """The same, asked with `"verbose": false`."""
    matrices = {"durations": SECONDS, "distances": [[0.0, 6.0, 3.0]] * 3}
    return {"sources_to_targets": matrices, "units": "kilometers", **changed}


def openrouteservice(**changed: Any) -> dict[str, Any]:
    """Openrouteservice's `matrix`: seconds with hundredths, places with how far they were moved."""
    places = [
        {"location": [longitude, latitude], "snapped_distance": 119.2}
        for latitude, longitude in PLACES.values()
    ]
    durations = [[0.0, 600.38, 300.11], [599.64, 0.0, 400.0], [300.0, 400.0, 0.0]]
    answer = {"durations": durations, "destinations": places, "sources": places}
    return {**answer, "metadata": {"service": "matrix", "query": {"units": "m"}}, **changed}


ALL = {
    "OSRM": osrm,
    "Valhalla": valhalla,
    "Valhalla, concise": concise_valhalla,
    "openrouteservice": openrouteservice,
}
