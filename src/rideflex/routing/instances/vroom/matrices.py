"""VROOM's matrices of durations, and where the places of its problems lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rideflex.routing.instances.vroom.json_fields import LARGEST, Fields, Unread
from rideflex.routing.problem import UNREACHABLE

_CAR = "car"
_PLACES = (("start_index", "start"), ("end_index", "end"))


@dataclass(frozen=True)
class Matrix:
    """Durations between the places of a problem.

    Parameters
    ----------
    seconds
        Of driving [Z, Z]; UNREACHABLE where the file has that or more.
    notes
        What the file says beside them that is not used.
    """

    seconds: npt.NDArray[np.int32]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many places there are."""
        return len(self.seconds)

    @property
    def nowhere(self) -> int:
        """Number of a further place, from and to which driving takes no time."""
        return self.size

    @property
    def longest(self) -> int:
        """The longest drive that can be driven."""
        return int(self.seconds[self.seconds < UNREACHABLE].max(initial=0))

    def used(self, zones: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Durations between all places, `nowhere` included if it is among the zones."""
        return np.pad(self.seconds, (0, int((zones >= self.size).any())))


Places = dict[int, tuple[float, float]]


def read_places(steps: Sequence[tuple[Fields, Fields]], vehicles: Sequence[Fields]) -> Places:
    """Read latitude and longitude of the zones, as far as they are told."""
    told: Places = {}
    pairs = [(end, "location_index", "location") for ends in steps for end in ends]
    pairs += [(one, index, place) for one in vehicles for index, place in _PLACES]
    for fields, index, place in pairs:
        where, zone = fields.place(place), fields.content.get(index)
        if where is not None and isinstance(zone, int):
            told.setdefault(zone, where)
    return told


def coordinates_of(told: Places, zones: int) -> npt.NDArray[np.float64] | None:
    """Latitude and longitude [Z, 2]; None unless those of every zone are told."""
    if set(told) != set(range(zones)):
        return None
    return np.array([told[zone] for zone in range(zones)])


def read_matrix(file: Fields, vehicles: Sequence[Fields]) -> Matrix:
    """Read the matrix of the profile that all vehicles have."""
    profiles = [one.text("profile") or _CAR for one in vehicles]
    for one, profile in zip(vehicles, profiles, strict=True):
        if profile != profiles[0]:
            cause = f"all vehicles drive alike here, and {vehicles[0].path} is a {profiles[0]!r}"
            one.refuse(cause, "profile" if "profile" in one.content else None)
    profile = profiles[0] if profiles else _CAR
    if "matrix" in file.content and "matrices" not in file.content:
        return Matrix(_square(file, "matrix"))
    if "matrices" not in file.content:
        file.refuse(
            "are missing, and no routing engine is asked here: write the seconds between all "
            'places as {"car": {"durations": [[0, ...], ...]}}',
            "matrices",
        )
        return Matrix(np.zeros((0, 0), dtype=np.int32))
    if "matrix" in file.content:
        file.refuse("is the old name of matrices, which are there too", "matrix")
    matrices = file.object("matrices")
    if profile not in matrices.content:
        matrices.refuse(f"has none for the profile {profile!r} of the vehicles")
        return Matrix(np.zeros((0, 0), dtype=np.int32))
    of = matrices.object(profile)
    same = of.content.get("durations")
    costs = Unread("routes are as cheap as they are short here; leave the costs out", (same,))
    of.only(("durations", "distances"), {"costs": costs})
    notes = []
    if "distances" in of.content:
        notes.append(f"{of.at('distances')} is not used: nothing is limited or paid by distance.")
    others = sorted(set(matrices.content) - {profile})
    if others:
        notes.append(f"The matrices of {', '.join(others)} are not used: no vehicle has them.")
    return Matrix(_square(of, "durations"), tuple(notes))


def _square(fields: Fields, key: str) -> npt.NDArray[np.int32]:
    rows: Any = fields.content.get(key)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        fields.refuse("is missing" if key not in fields.content else "is a list of lists", key)
        return np.zeros((0, 0), dtype=np.int32)
    matrix = np.zeros((len(rows), len(rows)), dtype=np.int64)
    for place, row in enumerate(rows):
        if len(row) != len(rows):
            fields.refuse(f"has {len(rows)} rows, and {len(row)} numbers in row {place}", key)
        elif all(type(one) is int for one in row) and 0 <= min(row) and max(row) <= LARGEST:
            matrix[place] = row
        else:
            wrong = next(
                k for k, one in enumerate(row) if type(one) is not int or not 0 <= one <= LARGEST
            )
            fields.refuse(
                f"holds {row[wrong]!r} at [{place}][{wrong}], which is no number of whole seconds "
                f"from 0 to {LARGEST:,}",
                key,
            )
    return np.minimum(matrix, UNREACHABLE).astype(np.int32)
