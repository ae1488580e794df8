"""Arrays that users hand over, checked once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError

_INT32 = np.iinfo(np.int32)


def whole_numbers(values: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Take ids or indices as int32 [n].

    Raises
    ------
    UsageError
        If they are not whole numbers.
    """
    array = np.asarray(values)
    if array.dtype != np.int32 and array.size:
        if not np.issubdtype(array.dtype, np.integer):
            raise UsageError(f"ids and indices are whole numbers, not {array.dtype} values")
        if array.min() < _INT32.min or array.max() > _INT32.max:
            raise UsageError("an id or index is beyond the numbers that fit 32 bits")
    return np.ascontiguousarray(array, dtype=np.int32)


def truths(values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Take observed answers as bool [n].

    Raises
    ------
    UsageError
        If one is neither true nor false, nor 1 nor 0; it names the first.
    """
    array = np.asarray(values)
    if array.dtype != np.bool_:
        wrong = ~((array == 0) | (array == 1))
        if wrong.any():
            row = int(wrong.argmax())
            raise UsageError(f"accepted is true or false, not {array[row]} (position {row})")
    return array.astype(np.bool_, copy=False)
