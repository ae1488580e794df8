"""Readers of cells: each takes what a cell holds, or raises ValueError with the cause."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rideflex.tables.columns import CONTEXT
from rideflex.tables.ids import traveler_id
from rideflex.tables.texts import normal_text
from rideflex.tables.time_windows import parse_window

Reader = Callable[[Any], Any]
_INT64 = np.iinfo(np.int64)
_DAY_MIN = 24 * 60
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+", re.ASCII)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)


def text(value: Any) -> str:
    """Read a text in its normal form (see `normal_text`)."""
    if not isinstance(value, str):
        raise ValueError("is not text")  # noqa: TRY004 - readers raise one kind of error
    if "\0" in value:
        raise ValueError("holds a NUL character; was the file cut or copied badly?")
    return normal_text(value)


def number(value: Any) -> float:
    """Read a finite number; 420,5 is 420.5, and 1,234 could be two numbers and is refused."""
    if isinstance(value, str):
        plain = normal_text(value)
        if _THOUSANDS.fullmatch(plain):
            digits = plain.replace(",", "")
            cause = f"may be {digits} or {plain.replace(',', '.', 1)}"
            raise ValueError(f"{cause}; write the number without a comma")
        if _DECIMAL_COMMA.fullmatch(plain):
            plain = plain.replace(",", ".")
    try:
        read = float("nan" if "_" in str(value) else plain if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        read = math.nan
    if not math.isfinite(read):
        raise ValueError("is not a number")
    return read


def whole_number(value: Any) -> int:
    """Read an int64, 3 or 3.0."""
    try:
        plain = int(re.sub(r"[.,]0$", "", value.strip()) if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        plain = None
    if plain is None or (plain != value and not isinstance(value, str)) or "_" in str(value):
        raise ValueError("is not a whole number")
    if not _INT64.min <= plain <= _INT64.max:
        raise ValueError("is beyond the numbers that fit 64 bits")
    return plain


def shift(value: Any) -> int:
    """Read a shift in minutes."""
    minutes = whole_number(value)
    if abs(minutes) > _DAY_MIN:
        raise ValueError(f"is beyond a day, {_DAY_MIN} minutes; shifts are in minutes")
    return minutes


def time_window(value: Any) -> tuple[int, int]:
    """Read (start, end) in seconds after midnight."""
    return parse_window(text(value))


CONTEXT_READERS: Mapping[str, Reader] = {
    CONTEXT[0]: traveler_id,
    **dict.fromkeys(CONTEXT[1:4], text),
    **dict.fromkeys(CONTEXT[4:], time_window),
}
"""What each of the six context columns is read by."""
