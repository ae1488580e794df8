"""Confusion matrix of the flexibility types: who was taken for whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.models.answer_fitting import OWN
from rideflex.models.answers import AnswerModel, held_types
from rideflex.training.trained_run import TrainedRun


@dataclass(frozen=True)
class TypeConfusion:
    """Travelers by true type and by what they were learned as.

    Parameters
    ----------
    types
        The names of the L types.
    learned
        Travelers learned as each type, and last, where the model knows such, those of tolerances
        of their own, [L] or [L + 1].
    matrix
        Travelers by true type (row) and what they were learned as (column), int [L, L] or
        [L, L + 1]; None where the folder does not say who is what.
    """

    types: tuple[str, ...]
    learned: npt.NDArray[np.int64]
    matrix: npt.NDArray[np.int64] | None

    @classmethod
    def of(cls, trained: TrainedRun) -> TypeConfusion | None:
        """Hold a run's likeliest types against the true ones; None where the model knows no types.

        Where travelers change, the true types are those after the change, as on unseen days.
        """
        model, phases = trained.model, trained.area.types_by_phase
        held = held_types(model, np.arange(model.n_travelers))
        n_types = held.shape[1]
        if not n_types:
            return None
        if isinstance(model, AnswerModel):
            held = np.concatenate([held, 1.0 - held.sum(axis=1, keepdims=True)], axis=1)
        learned, n_columns = held.argmax(axis=1), held.shape[1]
        matrix = None
        if phases is not None:
            matrix = np.zeros((n_types, n_columns), dtype=np.int64)
            np.add.at(matrix, (phases[-1], learned), 1)
        return cls(trained.area.table.types, np.bincount(learned, minlength=n_columns), matrix)

    @property
    def columns(self) -> tuple[str, ...]:
        """What travelers were learned as: the types, and tolerances of their own."""
        return (*self.types, OWN)[: len(self.learned)]

    @property
    def found(self) -> int | None:
        """Travelers learned as what they are; None where nobody says what that is."""
        return None if self.matrix is None else int(self.matrix.trace())

    @property
    def worst(self) -> tuple[str, str, int] | None:
        """The true type, what it was taken for, and travelers of the largest confusion, if any."""
        if self.matrix is None:
            return None
        wrong = self.matrix.copy()
        np.fill_diagonal(wrong, 0)
        true, learned = np.unravel_index(wrong.argmax(), wrong.shape)
        n = int(wrong[true, learned])
        return (self.types[true], self.columns[learned], n) if n else None

    def rows(self) -> list[tuple[str, int | None, int | str, int]]:
        """For each column: name, travelers who are it, how many of those were found, learned as it.

        Where nobody is known to be it, the second is None and the third "-".
        """
        names, learned = self.columns, self.learned.tolist()
        true: list[int | None] = [None] * len(names)
        found: list[int | str] = ["-"] * len(names)
        if self.matrix is not None:
            n_types = len(self.types)
            true[:n_types] = self.matrix.sum(axis=1).tolist()
            found[:n_types] = self.matrix.diagonal().tolist()
        return list(zip(names, true, found, learned, strict=True))
