"""Traveler features as one-hot columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rideflex.decisions.coding import column_of
from rideflex.errors import UsageError


@dataclass(frozen=True)
class TravelerFeatures:
    """The levels of each feature, as they stood in the frame it was learned from.

    Parameters
    ----------
    levels
        By feature: its levels in order. A level outside them is unknown and all zeros.

    Examples
    --------
    >>> features = TravelerFeatures.of({"age": ["18-25", "65+", "18-25"]}, ["age"])
    >>> features.encode({"age": ["65+", "unheard of"]}).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """

    levels: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, frame: Any, names: Sequence[str]) -> TravelerFeatures:
        """Take the levels that stand in columns of a frame."""
        if not names:
            raise UsageError("name at least one feature")
        return cls({name: tuple(sorted(set(_texts(frame, name)) - {""})) for name in names})

    @property
    def width(self) -> int:
        """Columns of the one-hot matrix."""
        return sum(map(len, self.levels.values()))

    def encode(self, frame: Any) -> torch.Tensor:
        """Encode the features of n travelers, float32 [n, width]."""
        blocks = []
        for name, levels in self.levels.items():
            number = {level: at for at, level in enumerate(levels)}
            codes = torch.tensor([number.get(text, len(levels)) for text in _texts(frame, name)])
            blocks.append(torch.nn.functional.one_hot(codes, len(levels) + 1)[:, :-1])
        return torch.cat(blocks, dim=1).float()


def _texts(frame: Any, name: str) -> list[str]:
    return [
        "" if cell is None else str(cell).strip() for cell in column_of(frame, name).to_pylist()
    ]
