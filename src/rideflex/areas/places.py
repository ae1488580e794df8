"""Places of trips in degrees: read, doubted, and averaged by zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.tables.readers import number, text

PLACES = ("origin_gps", "destination_gps")

Degrees = npt.NDArray[np.float64]

_KM_PER_DEGREE = 111.2
_NULL_DEGREES = 0.01
# A place is far from others when it is this many times as far as theirs are, and so many km.
_TIMES, _ZONE_KM, _AREA_KM = 20, 25.0, 50.0
_FEW = 3  # places of a zone below which their middle says little


def coordinates(value: Any) -> tuple[float, float]:
    """Read `[latitude, longitude]` in degrees; NaN where the cell is blank.

    Raises
    ------
    ValueError
        If the cell holds something else; it says the cause.
    """
    plain = text(value).strip("[]()")
    if not plain:
        return np.nan, np.nan
    try:
        latitude, longitude = map(number, plain.split(";" if ";" in plain else ","))
    except ValueError:
        latitude = longitude = np.nan
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("is not [latitude, longitude] in degrees")
    return latitude, longitude


@dataclass(frozen=True)
class PlaceDoubts:
    """Which of n places are hardly meant, each bool [n]; at most one is said of a place.

    Parameters
    ----------
    null
        At 0, 0, where geocoders put what they can't find.
    exchanged
        Far from all others, and among them with latitude and longitude exchanged.
    far
        Far from the others of their zone.
    km
        Distance to the middle of their zone, float64 [n].
    """

    null: npt.NDArray[np.bool_]
    exchanged: npt.NDArray[np.bool_]
    far: npt.NDArray[np.bool_]
    km: npt.NDArray[np.float64]

    @property
    def any(self) -> npt.NDArray[np.bool_]:
        """Which places are doubted at all, bool [n]."""
        return self.null | self.exchanged | self.far


def doubt(places: Degrees, zone: npt.NDArray[np.int32], n_zones: int) -> PlaceDoubts:
    """Find places [n, 2] that lie where they hardly can; NaN is unknown and not doubted.

    `zone` is the zone number of each, int32 [n].
    """
    known = np.isfinite(places).all(axis=1)
    if not known.any():
        none = np.zeros(len(places), dtype=np.bool_)
        return PlaceDoubts(none, none, none, np.full(len(places), np.nan))
    middle = np.median(places[known], axis=0)
    from_middle = _km(places, middle)
    wide = max(_AREA_KM, _TIMES * float(np.median(from_middle[known])))
    away = known & (from_middle > wide)
    null = away & (np.abs(places) < _NULL_DEGREES).all(axis=1)
    exchanged = away & ~null & (_km(places[:, ::-1], middle) <= wide)
    from_zone = _km(places, _middles(places, zone, n_zones)[zone])
    near = max(_ZONE_KM, _TIMES * float(np.median(from_zone[known])))
    far = known & (from_zone > near) & ~null & ~exchanged
    return PlaceDoubts(null, exchanged, far, from_zone)


def zone_means(
    places: Degrees, zone: npt.NDArray[np.int32], n_zones: int, used: npt.NDArray[np.bool_]
) -> Degrees | None:
    """Mean place of each zone [Z, 2] over the places that are used; None where none is.

    A zone without any stands in the middle of the others.
    """
    if not used.any():
        return None
    total, count = np.zeros((n_zones, 2)), np.zeros(n_zones)
    np.add.at(total, zone[used], places[used])
    np.add.at(count, zone[used], 1)
    named = count > 0
    means = total / np.maximum(count, 1)[:, None]
    means[~named] = means[named].mean(axis=0)
    return means


def _middles(places: Degrees, at: npt.NDArray[np.int32], n_zones: int) -> Degrees:
    """Median place of each zone [Z, 2]; of all places where a zone has few."""
    known = np.isfinite(places).all(axis=1)
    middles = np.tile(np.median(places[known], axis=0), (n_zones, 1))
    order = np.argsort(at[known], kind="stable")
    zones, starts = np.unique(at[known][order], return_index=True)
    for zone, own in zip(zones, np.split(places[known][order], starts[1:]), strict=True):
        if len(own) >= _FEW:
            middles[zone] = np.median(own, axis=0)
    return middles


def _km(places: Degrees, middle: Degrees) -> Degrees:
    """Distance of places to a middle, as on a plane that touches the globe there."""
    step = (places - middle) * _KM_PER_DEGREE
    east = step[..., 1] * np.cos(np.radians(middle[..., 0]))
    km: Degrees = np.hypot(step[..., 0], east)
    return km
