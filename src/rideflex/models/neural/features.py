"""Traveler features as one-hot columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rideflex.errors import UsageError
from rideflex.tables.frames import column_of


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
    >>> features.unknown_words({"age": ["65+", "unheard of"]})
    {'age': ('unheard of',)}
    """

    levels: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, frame: Any, names: Sequence[str]) -> TravelerFeatures:
        """Take the levels that stand in columns of a frame."""
        if not names:
            raise UsageError("name at least one feature")
        return cls({name: tuple(sorted(set(_texts(frame, name)) - {""})) for name in names})

    @classmethod
    def from_levels(cls, levels: Mapping[str, Sequence[str]]) -> TravelerFeatures:
        """Take the levels of each feature as they were saved."""
        return cls({name: tuple(texts) for name, texts in levels.items()})

    def unknown_words(self, frame: Any) -> dict[str, tuple[str, ...]]:
        """By feature: words of a frame that are none of its levels, where there are any."""
        words = {
            name: tuple(sorted(set(_texts(frame, name)) - {"", *levels}))
            for name, levels in self.levels.items()
        }
        return {name: unknown for name, unknown in words.items() if unknown}

    def encode(self, frame: Any) -> torch.Tensor:
        """Encode the features of n travelers, float32 [n, K], a column a level."""
        blocks = []
        for name, levels in self.levels.items():
            number = {level: at for at, level in enumerate(levels)}
            texts = _texts(frame, name)
            codes = torch.tensor(
                [number.get(text, len(levels)) for text in texts], dtype=torch.long
            )
            blocks.append(torch.nn.functional.one_hot(codes, len(levels) + 1)[:, :-1])
        return torch.cat(blocks, dim=1).float()


def _texts(frame: Any, name: str) -> list[str]:
    return [
        "" if cell is None else str(cell).strip() for cell in column_of(frame, name).to_pylist()
    ]
