"""Places that are zones of their own: their ids are their degrees, to about a meter."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

_DIGITS = 5
_ID = re.compile(rf"(-?\d{{1,2}}\.\d{{{_DIGITS}}}) (-?\d{{1,3}}\.\d{{{_DIGITS}}})", re.ASCII)
_MOST = (90.0, 180.0)


def rounded(places: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Places [n, 2] in hundred-thousandths of a degree: those that are alike are one place."""
    whole: npt.NDArray[np.int64] = np.rint(places * 10**_DIGITS).astype(np.int64)
    return whole


def place_id(place: tuple[float, float]) -> str:
    """Return the id of a place, its latitude and longitude.

    Examples
    --------
    >>> place_id((52.51704, 13.388862))
    '52.51704 13.38886'
    >>> place_at("52.51704 13.38886"), place_at("Market")
    ((52.51704, 13.38886), None)
    """
    latitude, longitude = (rounded(np.array(place)) / 10**_DIGITS + 0.0).tolist()
    return f"{latitude:.{_DIGITS}f} {longitude:.{_DIGITS}f}"


def place_at(zone: str) -> tuple[float, float] | None:
    """Return the place whose id a zone has; None where the id is a name."""
    found = _ID.fullmatch(zone)
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    inside = abs(latitude) <= _MOST[0] and abs(longitude) <= _MOST[1]
    return (latitude, longitude) if inside else None
