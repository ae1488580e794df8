"""Lists of texts as arrays, for files of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt


def text_arrays(name: str, texts: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Texts one after the other in UTF-8, uint8, and where each ends, int64 [n]."""
    encoded = [text.encode() for text in texts]
    return {
        f"{name} text": np.frombuffer(b"".join(encoded), dtype=np.uint8),
        f"{name} ends": np.cumsum([len(text) for text in encoded], dtype=np.int64),
    }


def texts_of(name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> list[str]:
    """The texts that `text_arrays` wrote under that name; none where it wrote none."""
    if f"{name} text" not in arrays:
        return []
    joined, ends = arrays[f"{name} text"].tobytes(), arrays[f"{name} ends"].tolist()
    return [joined[start:end].decode() for start, end in pairwise([0, *ends])]
