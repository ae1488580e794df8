"""Answers of L types to one offer as the bits of one unsigned integer."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Masks = npt.NDArray[np.unsignedinteger[Any]]


def mask_dtype(n_types: int) -> np.dtype[np.unsignedinteger[Any]]:
    """Return the smallest unsigned integer type that holds n bits."""
    bits = next(width for width in (8, 16, 32, 64) if n_types <= width)
    return np.dtype(f"uint{bits}")


def pack(answers: npt.NDArray[np.bool_], dtype: np.dtype[np.unsignedinteger[Any]]) -> Masks:
    """Pack answers [..., L] into masks [...]."""
    weights = np.left_shift(np.ones((), dtype), np.arange(answers.shape[-1], dtype=dtype))
    masks: Masks = np.bitwise_or.reduce(np.where(answers, weights, dtype.type(0)), axis=-1)
    return masks


def unpack(masks: Masks, n_types: int) -> npt.NDArray[np.bool_]:
    """Unpack masks [...] into answers [..., L]."""
    shifts = np.arange(n_types, dtype=masks.dtype)
    answers: npt.NDArray[np.bool_] = (masks[..., None] >> shifts) & masks.dtype.type(1) != 0
    return answers
