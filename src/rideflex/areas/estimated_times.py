"""Travel times estimated from places: great circle, detour and speed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.areas.settings import Driving

_EARTH_KM = 6371.0


def estimated_times(places: npt.NDArray[np.float64], driving: Driving) -> npt.NDArray[np.int32]:
    """Estimate driving seconds, int32 [Z, Z], between places in degrees [Z, 2].

    The way is the great circle's (haversine formula, Sinnott 1984) times the detour factor.

    Examples
    --------
    >>> places = np.array([[52.0, 13.0], [52.0, 13.1]])
    >>> estimated_times(places, Driving(detour=1.3, speed_kmh=30)).tolist()
    [[0, 1068], [1068, 0]]
    """
    latitude, longitude = np.radians(places).T
    half_chord = np.sin((latitude[:, None] - latitude) / 2) ** 2
    half_chord += (
        np.cos(latitude)[:, None]
        * np.cos(latitude)
        * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    km = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(half_chord, 1)))
    seconds = 3600 * driving.detour * km / driving.speed_kmh
    return np.asarray(np.rint(seconds), dtype=np.int32)
