"""Confusion matrix of the flexibility types: who was taken for whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.training.trained_run import TrainedRun


@dataclass(frozen=True)
class TypeConfusion:
    """Travelers by true and by learned type.

    Parameters
    ----------
    types
        The names of the L types.
    learned
        Travelers learned as each type [L].
    matrix
        Travelers by true type (row) and learned type (column), int [L, L]; None where the folder
        does not say who is what.
    """

    types: tuple[str, ...]
    learned: npt.NDArray[np.int64]
    matrix: npt.NDArray[np.int64] | None

    @classmethod
    def of(cls, trained: TrainedRun) -> TypeConfusion:
        """Hold a run's likeliest types against the true ones.

        Where travelers change, the true types are those after the change, as on unseen days.
        """
        n_types = len(trained.area.table.types)
        phases = trained.area.types_by_phase
        learned = trained.model.predict_proba(np.arange(trained.model.n_travelers)).argmax(axis=1)
        matrix = None
        if phases is not None:
            matrix = np.zeros((n_types, n_types), dtype=np.int64)
            np.add.at(matrix, (phases[-1], learned), 1)
        return cls(trained.area.table.types, np.bincount(learned, minlength=n_types), matrix)

    @property
    def found(self) -> int | None:
        """Travelers learned as what they are; None where nobody says what that is."""
        return None if self.matrix is None else int(self.matrix.trace())

    @property
    def worst(self) -> tuple[str, str, int] | None:
        """The true type, learned type and travelers of the largest confusion; None without any."""
        if self.matrix is None:
            return None
        wrong = self.matrix - np.diag(self.matrix.diagonal())
        true, learned = np.unravel_index(wrong.argmax(), wrong.shape)
        n = int(wrong[true, learned])
        return (self.types[true], self.types[learned], n) if n else None

    def rows(self) -> list[tuple[str, int | None, int | str, int]]:
        """For each type: name, travelers who are it, how many of those were found, learned as it.

        Where the folder does not say who is what, the second is None and the third "-".
        """
        if self.matrix is None:
            pairs = zip(self.types, self.learned.tolist(), strict=True)
            return [(name, None, "-", learned) for name, learned in pairs]
        columns = (self.matrix.sum(axis=1), self.matrix.diagonal(), self.learned)
        return list(zip(self.types, *(column.tolist() for column in columns), strict=True))
