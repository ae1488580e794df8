"""Published dial-a-ride and pick-up-and-delivery instances, read into service days."""

from __future__ import annotations

from pathlib import Path

from rideflex.errors import DataError, Problem
from rideflex.routing.instances.cordeau import read_cordeau
from rideflex.routing.instances.instance import Instance, check_extent, read_rows
from rideflex.routing.instances.li_lim import read_li_lim

_LI_LIM_HEADER = 3


def read_instance(path: str | Path) -> Instance:
    """Read an instance of Li and Lim or of Cordeau; the first line tells them apart.

    Raises
    ------
    DataError
        If the file is in neither format; it names the line and the value.
    """
    rows = read_rows(path)
    if len(rows) < 2:
        raise DataError(Problem(str(path), "holds a header and no nodes"))
    check_extent(rows[1:])
    return read_li_lim(path) if len(rows[0].values) == _LI_LIM_HEADER else read_cordeau(path)
