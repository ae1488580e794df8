"""Travel times estimated from places: great circle, detour and speed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.areas.settings import Driving

_EARTH_KM = 6371.0


def great_circle_km(
    places: npt.NDArray[np.float64], others: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Distance in km between places in degrees [..., 2], pair by pair (haversine, Sinnott 1984)."""
    (latitude, longitude), (to_latitude, to_longitude) = (
        np.moveaxis(np.radians(one), -1, 0) for one in (places, others)
    )
    half_chord = np.sin((latitude - to_latitude) / 2) ** 2
    half_chord = half_chord + (
        np.cos(latitude) * np.cos(to_latitude) * np.sin((longitude - to_longitude) / 2) ** 2
    )
    km: npt.NDArray[np.float64] = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(half_chord, 1)))
    return km


def road_km(places: npt.NDArray[np.float64], driving: Driving) -> npt.NDArray[np.float64]:
    """Estimate kilometres by road [Z, Z] between places in degrees [Z, 2]: with the detour."""
    return driving.detour * great_circle_km(places[:, None], places[None])


def estimated_times(places: npt.NDArray[np.float64], driving: Driving) -> npt.NDArray[np.int32]:
    """Estimate driving seconds, int32 [Z, Z], between places in degrees [Z, 2].

    The way is the great circle's times the detour factor.

    Examples
    --------
    >>> places = np.array([[52.0, 13.0], [52.0, 13.1]])
    >>> estimated_times(places, Driving(detour=1.3, speed_kmh=30)).tolist()
    [[0, 1068], [1068, 0]]
    """
    seconds = 3600 * road_km(places, driving) / driving.speed_kmh
    return np.asarray(np.rint(seconds), dtype=np.int32)
