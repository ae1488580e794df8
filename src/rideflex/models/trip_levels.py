"""Context levels of a service area's trips."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.areas import ServiceArea
from rideflex.areas.folder import TRIPS
from rideflex.logs.trip_context import TripContext
from rideflex.tables.columns import CONTEXT
from rideflex.tables.csv_files import CsvFile
from rideflex.tables.readers import text
from rideflex.tables.table_files import read_rows


def levels_of_trips(
    area: ServiceArea, context: TripContext
) -> tuple[npt.NDArray[np.uint8], TripContext]:
    """Context level of each trip id of the decision table, uint8; and what makes level 1.

    Parameters
    ----------
    area
        A column of the context itself is taken from the decisions, another from `trips.csv`.
    context
        Settled by the column's two values where it names none.

    Raises
    ------
    DataError
        If `trips.csv` lacks the column.
    UsageError
        If the column has more than two values and none was named.
    """
    if context.column in CONTEXT:
        at = CONTEXT.index(context.column)
        values = [trip[at] for trip in area.table.contexts]
        settled = context.of_column(set(values))
        return settled.levels(values), settled
    with CsvFile(area.folder / TRIPS) as file:
        rows = read_rows(file, (context.column,))
    column = rows.coded(context.column, text)
    settled = context.of_column(column.values)
    levels = np.zeros(area.table.n_trips, dtype=np.uint8)
    known = area.trips.trip_id >= 0
    of_rows = settled.levels(column.values)[column.codes]
    levels[area.trips.trip_id[known]] = of_rows[known]
    return levels, settled
