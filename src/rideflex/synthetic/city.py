"""A made-up city: zones on a map, streets that are slower one way, and places people go to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CENTER = (44.05, -92.45)
KM_PER_DEGREE = 111.2
_SPACING_KM = 1.5
_DETOUR = 1.3


@dataclass(frozen=True)
class City:
    """A city of Z zones.

    Parameters
    ----------
    zones
        Ids of the zones.
    coordinates
        Latitude and longitude of each zone's middle, float64 [Z, 2].
    seconds
        Driving seconds, int32 [Z, Z], not symmetric.
    housing, attraction
        Shares of homes and of places to go to, float64 [Z]; both lie in a few zones.
    """

    zones: tuple[str, ...]
    coordinates: npt.NDArray[np.float64]
    seconds: npt.NDArray[np.int32]
    housing: npt.NDArray[np.float64]
    attraction: npt.NDArray[np.float64]


def build_city(n_zones: int, rng: np.random.Generator) -> City:
    """Draw a city: a hexagonal map around a center that draws most trips."""
    km = _hexagons(n_zones, rng)
    from_center = np.hypot(*km.T)
    radius = max(from_center.max(), _SPACING_KM)
    attraction = np.exp(-3 * from_center / radius) * rng.gamma(0.6, size=n_zones)
    housing = (0.2 + from_center / radius) * rng.gamma(0.35, size=n_zones)
    return City(
        zones=tuple(f"zone-{number:03d}" for number in range(1, n_zones + 1)),
        coordinates=_degrees(km),
        seconds=_driving_seconds(km, from_center / radius, rng),
        housing=_shares(housing),
        attraction=_shares(attraction),
    )


def distance_miles(
    origin: npt.NDArray[np.float64], destination: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Street distance between places given in degrees [n, 2], as the crow flies times 1.3."""
    step = (destination - origin) * KM_PER_DEGREE
    step[:, 1] *= np.cos(np.radians(CENTER[0]))
    miles: npt.NDArray[np.float64] = _DETOUR * np.hypot(*step.T) / 1.609
    return miles


def _hexagons(n_zones: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    reach = int(np.sqrt(n_zones)) + 2
    row, column = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1)
    grid = _SPACING_KM * np.stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)], axis=1)
    # An uneven outline: some cells at the edge are left out for others a little farther away.
    farness = np.hypot(*grid.T) + rng.normal(0, 0.4 * _SPACING_KM, len(grid))
    chosen = grid[np.argsort(farness)[:n_zones]]
    return chosen + rng.normal(0, 0.1 * _SPACING_KM, chosen.shape)


def _driving_seconds(
    km: npt.NDArray[np.float64], outlying: npt.NDArray[np.float64], rng: np.random.Generator
) -> npt.NDArray[np.int32]:
    n = len(km)
    length = _DETOUR * np.hypot(*(km[:, None] - km[None]).transpose(2, 0, 1))
    km_per_hour = 17 + 9 * (outlying[:, None] + outlying[None])
    one_way = rng.normal(1, 0.07, (n, n)).clip(0.8, 1.25)
    seconds = 75 + 3600 * length / km_per_hour * one_way
    np.fill_diagonal(seconds, 0)
    for via in range(n):
        np.minimum(seconds, seconds[:, via, None] + seconds[None, via], out=seconds)
    # Measured times are not exact shortest paths: a few triangles are off by seconds.
    measured: npt.NDArray[np.float64] = seconds * rng.normal(1, 0.004, (n, n))
    return np.rint(measured).astype(np.int32)


def _degrees(km: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    latitude = CENTER[0] + km[:, 1] / KM_PER_DEGREE
    longitude = CENTER[1] + km[:, 0] / (KM_PER_DEGREE * np.cos(np.radians(CENTER[0])))
    return np.stack([latitude, longitude], axis=1)


def _shares(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    floored: npt.NDArray[np.float64] = weights + 0.002 * weights.sum()
    return floored / np.sum(floored)
