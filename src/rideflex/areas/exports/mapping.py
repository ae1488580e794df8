"""Which column of an export is which column of bookings: proposed by name, or told by a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rideflex.areas.exports.moments import read_date, read_time
from rideflex.errors import DataError, Problem

# Names that booking software and spreadsheets give to the columns, the surest first.
KNOWN: Mapping[str, tuple[str, ...]] = {
    "booking_id": (
        "booking_id", "booking", "booking_number", "booking_no", "trip_id", "trip_number",
        "reservation_id", "reservation", "order_id", "request_id", "id",
    ),
    "traveler_id": (
        "traveler_id", "traveller_id", "traveler", "client_id", "client", "customer_id", "customer",
        "rider_id", "rider", "passenger_id", "passenger", "person_id", "user_id", "member_id",
    ),
    "date": ("date", "service_date", "trip_date", "travel_date", "ride_date", "day", "ldate"),
    "leave_at": (
        "leave_at", "requested_pickup_time", "requested_pickup", "req_pickup", "pickup_time",
        "pick_up_time", "pu_time", "departure_time", "pickup", "requested_time", "start_time",
        "time",
    ),
    "arrive_by": (
        "arrive_by", "appointment_time", "appt_time", "appt", "requested_dropoff_time",
        "dropoff_time", "drop_off_time", "do_time", "arrival_time", "dropoff",
    ),
    "origin": ("origin", "origin_zone", "origin_h3", "pickup_zone", "pu_zone", "from_zone", "from"),
    "destination": (
        "destination", "destination_zone", "destination_h3", "dropoff_zone", "do_zone", "to_zone",
        "to",
    ),
    "origin_lat": ("origin_lat", "pickup_lat", "pu_lat", "from_lat", "origin_latitude",
                   "pickup_latitude", "start_lat"),
    "origin_lon": ("origin_lon", "pickup_lon", "pu_lon", "from_lon", "origin_longitude",
                   "pickup_longitude", "origin_lng", "pickup_lng", "start_lon", "start_lng"),
    "destination_lat": ("destination_lat", "dropoff_lat", "do_lat", "to_lat",
                        "destination_latitude", "dropoff_latitude", "end_lat"),
    "destination_lon": ("destination_lon", "dropoff_lon", "do_lon", "to_lon",
                        "destination_longitude", "dropoff_longitude", "destination_lng",
                        "dropoff_lng", "end_lon", "end_lng"),
    "seats": ("seats", "passengers", "number_of_passengers", "riders", "ambulatory", "pax"),
    "wheelchairs": ("wheelchairs", "wheelchair_spaces", "wheelchair", "wc"),
    "booked_at": ("booked_at", "created_at", "booking_time", "request_time", "requested_at",
                  "entered_at", "created"),
    "appointment": ("appointment", "is_appointment", "hard_appointment"),
    "boarding_min": ("boarding_min", "load_time", "boarding_minutes"),
    "max_ride_min": ("max_ride_min", "max_ride_time", "maximum_ride_time"),
    "status": ("status", "trip_status", "booking_status", "outcome", "disposition"),
    "trip_purpose": ("trip_purpose", "purpose"),
}  # fmt: skip
_NEARLY_ALL = 0.9
_NEEDED = ("traveler_id", "date")
_TIMES = ("leave_at", "arrive_by")
_PLACES = ("origin_lat", "origin_lon", "destination_lat", "destination_lon")
_ENDS = ("origin", "destination")


@dataclass(frozen=True)
class ColumnMap:
    """What each column of bookings is read from.

    Parameters
    ----------
    columns
        Column of the export by column of bookings.
    values
        By column of bookings: what words of the export stand for.
    day_first
        Whether 3/2/2026 is in February; None where the files are to tell.
    """

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    day_first: bool | None = None

    @property
    def has_places(self) -> bool:
        """Whether trips are given by latitude and longitude."""
        return set(_PLACES) <= set(self.columns)

    def missing(self) -> list[str]:
        """Say what bookings can't do without and the map lacks."""
        found = [name for name in _NEEDED if name not in self.columns]
        if "date" in found and any(name in self.columns for name in _TIMES):
            found.remove("date")  # the times may be stamps that hold it
        if not any(name in self.columns for name in _TIMES):
            found.append(" or ".join(_TIMES))
        if not self.has_places and not set(_ENDS) <= set(self.columns):
            found.append("origin and destination, by zone or by latitude and longitude")
        return found


def proposed(cells: Mapping[str, Sequence[Any]]) -> ColumnMap:
    """Propose a map by the names of an export's columns, and else by what is in them.

    Parameters
    ----------
    cells
        The first cells of each column, by its name. Each column is used once.
    """
    columns = _by_name([*cells])
    rest = [name for name in cells if name not in columns.values()]
    if "date" not in columns:
        columns |= _by_content("date", rest, cells, lambda cell: read_date(cell, first=True))
    if not set(_TIMES) & set(columns):
        rest = [name for name in rest if name not in columns.values()]
        columns |= _by_content("leave_at", rest, cells, lambda cell: read_time(cell, None))
    return ColumnMap(columns)


def _by_content(
    target: str,
    names: Sequence[str],
    cells: Mapping[str, Sequence[Any]],
    reader: Callable[[Any], Any],
) -> dict[str, str]:
    # The one column nearly all of whose cells can be read; where there are two it is not clear.
    found = [name for name in names if _readable(cells[name], reader)]
    return {target: found[0]} if len(found) == 1 else {}


def _readable(cells: Sequence[Any], reader: Callable[[Any], Any]) -> bool:
    told = [cell for cell in cells if cell is not None and str(cell).strip()]
    read = 0
    for cell in told:
        try:
            reader(cell)
        except ValueError:
            continue
        read += 1
    return bool(told) and read >= _NEARLY_ALL * len(told)


def _by_name(names: Sequence[str]) -> dict[str, str]:
    plain = {_plain(name): name for name in reversed(names)}
    columns: dict[str, str] = {}
    for target, known in KNOWN.items():
        name = next((plain[one] for one in known if one in plain), None)
        if name is not None and name not in columns.values():
            columns[target] = name
    return columns


def read_map(path: Path, cells: Mapping[str, Sequence[Any]]) -> ColumnMap:
    """Read a map from TOML: `[columns]`, `[values.status]` and `day_first`.

    What the file does not say is proposed (`proposed`).

    Raises
    ------
    DataError
        If the file can't be read, or names a column that is not there.
    """
    file = str(path)
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(Problem(file, f"can't be read as TOML ({error})")) from None
    problems = [
        Problem(file, "is no key of a map; known are columns, values, day_first", column=key)
        for key in set(told) - {"columns", "values", "day_first"}
    ]
    columns = told.get("columns", {})
    for target, name in columns.items():
        if target not in KNOWN:
            known = ", ".join(KNOWN)
            problems.append(
                Problem(file, f"is no column of bookings; known are {known}", column=target)
            )
        elif name not in cells:
            listed = ", ".join(cells)
            cause = f"is no column of the export; it has {listed}"
            problems.append(Problem(file, cause, column=target, value=name))
    if problems:
        raise DataError(problems)
    rest = proposed({name: cells[name] for name in cells if name not in columns.values()})
    both = {**{key: name for key, name in rest.columns.items() if key not in columns}, **columns}
    values = {key: {_plain(word): to for word, to in words.items()}
              for key, words in told.get("values", {}).items()}  # fmt: skip
    return ColumnMap(both, values, told.get("day_first"))


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
