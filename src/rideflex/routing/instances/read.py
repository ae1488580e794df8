"""Published dial-a-ride and pick-up-and-delivery instances, read into service days."""

from __future__ import annotations

from pathlib import Path

from rideflex.errors import DataError, Problem
from rideflex.routing.instances.cordeau import read_cordeau
from rideflex.routing.instances.instance import Instance, check_extent, first_bytes, read_rows
from rideflex.routing.instances.li_lim import read_li_lim
from rideflex.routing.instances.sartori_buriol import read_sartori_buriol
from rideflex.routing.instances.vroom.read_problem import read_vroom

_LI_LIM_HEADER = 3


def read_instance(path: str | Path) -> Instance:
    """Read an instance of one of the formats that are known; how it begins tells them apart.

    Raises
    ------
    DataError
        If the file is in none of them; it names the line and the value.
    """
    start = first_bytes(path)
    if start.startswith((b"{", b"[")):
        return read_vroom(path)
    if start[:1].isalpha() and not start.startswith(b"PK"):
        return read_sartori_buriol(path)
    rows = read_rows(path)
    if len(rows) < 2:
        raise DataError(Problem(str(path), "holds a header and no nodes"))
    check_extent(rows[1:])
    return read_li_lim(path) if len(rows[0].values) == _LI_LIM_HEADER else read_cordeau(path)
