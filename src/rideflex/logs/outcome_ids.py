"""Ids of outcomes: what was logged twice counts once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.logs.row_hashes import Hashes


class OutcomeIds:
    """The ids of outcomes read, remembered in 16 bytes each: hashes of the id and of the row.

    Parameters
    ----------
    repeated
        Rows whose id was read before.
    differing
        Those of them that say something else than the first row with their id.
    """

    def __init__(self) -> None:
        self.repeated = self.differing = 0
        self._ids = np.empty(0, dtype=np.uint64)
        self._rows = np.empty(0, dtype=np.uint64)

    def fresh(self, ids: Hashes, rows: Hashes) -> npt.NDArray[np.bool_]:
        """Whether each row is the first with its id, bool [n]; remembers the ids.

        Parameters
        ----------
        ids, rows
            Hashes of the ids and of what the rows say, uint64 [n].
        """
        distinct, first, id_of_row = np.unique(ids, return_index=True, return_inverse=True)
        places = np.searchsorted(self._ids, distinct)
        known = np.isin(distinct, self._ids)
        said = rows[first]
        said[known] = self._rows[places[known]]
        fresh = np.zeros(len(ids), dtype=np.bool_)
        fresh[first[~known]] = True
        self.repeated += int((~fresh).sum())
        self.differing += int((rows != said[id_of_row]).sum())
        self._ids = np.insert(self._ids, places[~known], distinct[~known])
        self._rows = np.insert(self._rows, places[~known], said[~known])
        return fresh
