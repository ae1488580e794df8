"""Traveler ids: whole numbers where they are written as such, names otherwise.

An id is a name: 7 and 007 are two travelers. What is written as the number that it is (7, not 007)
is held as a number, and a column of such ids is int64; every other id is text. The one exception
is 7.0, as pandas writes all of a column of whole numbers in which one was missing: it is 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rideflex.errors import UsageError
from rideflex.tables.texts import normal_text

Id = int | str
Ids = npt.NDArray[np.int64] | npt.NDArray[np.object_]

_INT64 = np.iinfo(np.int64)
_WHOLE = re.compile(r"(0|-?[1-9]\d{0,18})(\.0)?", re.ASCII)
# The numbers below are codes of names; a whole number among them is coded as a name is.
_FIRST_NUMBER = int(_INT64.min) + (1 << 32)
_UNKNOWN = _FIRST_NUMBER - 1
_EXACT_FLOATS = 1 << 53


def traveler_id(value: Any) -> Id:
    """Read a traveler id from a cell; raises ValueError with the cause.

    Examples
    --------
    >>> traveler_id("7"), traveler_id("007"), traveler_id("A-17"), traveler_id(7.0)
    (7, '007', 'A-17', 7)
    """
    if isinstance(value, str):
        name = normal_text(value)
        if not name:
            raise ValueError("is empty")
        if "\0" in name:
            raise ValueError("holds a NUL character; was the file cut or copied badly?")
        whole = _WHOLE.fullmatch(name)
        return _number_or_name(int(whole[1])) if whole else name
    if value is None or value != value:
        raise ValueError("is empty")
    if isinstance(value, bool | np.bool_):
        raise ValueError("is true or false, where an id is wanted")  # noqa: TRY004
    if isinstance(value, float | np.floating) and abs(float(value)) > _EXACT_FLOATS:
        raise ValueError(
            "ids beyond 2^53 are not exact in a column of floats; write whole numbers or text"
        )
    if isinstance(value, int | float | Decimal | np.integer | np.floating) and value % 1 == 0:
        return _number_or_name(int(value))
    raise ValueError("is neither text nor a whole number")


def id_array(ids: Sequence[Id]) -> Ids:
    """Ids as an array [n]: int64 where all are numbers, else of int and str."""
    if all(isinstance(one, int) for one in ids):
        return np.array(ids, dtype=np.int64)
    held = np.empty(len(ids), dtype=object)
    held[:] = ids
    return held


def as_ids(values: npt.ArrayLike, name: str = "traveler id") -> Ids:
    """Take ids that a user hands over, in their shape; int64 where all are whole numbers.

    Raises
    ------
    UsageError
        If a value is no id; it names the value and its position.
    """
    array = _array(values)
    if array.dtype == np.int64:
        return array
    if array.dtype.kind in "iu" and (not array.size or int(array.max()) <= _INT64.max):
        return array.astype(np.int64)
    if array.dtype.kind == "f" and not (array % 1 != 0).any() and not _inexact(array).any():
        return array.astype(np.int64)
    flat = array.reshape(-1)
    distinct, place = _distinct(flat)
    ids: list[Id] = []
    for number, value in enumerate(distinct):
        try:
            ids.append(traveler_id(value))
        except ValueError as cause:
            row = int(np.argmax(place == number))
            raise UsageError(f"{name} {value!r} at position {row}: {cause}") from None
    return cast(Ids, id_array(ids)[place].reshape(array.shape))


def sorted_ids(ids: Iterable[Id]) -> list[Id]:
    """The distinct ids: numbers in ascending order, then names in alphabetical order."""
    distinct = set(ids)
    numbers = sorted(one for one in distinct if isinstance(one, int))
    return [*numbers, *sorted(one for one in distinct if isinstance(one, str))]


def other_spelling(unknown: Id, known: Iterable[Id]) -> str:
    """Say which known id an unknown one may have been meant for; "" if none is alike."""
    meant = _worth(unknown)
    alike = None if meant is None else next((one for one in known if _worth(one) == meant), None)
    if alike is None:
        return ""
    return f"; {alike} is known, but ids are names: {unknown} is another"


class IdCodes:
    """Ids as int64 codes: a whole number is its own code, names are numbered.

    Parameters
    ----------
    names
        The ids that are no code of their own, as texts in the order of their codes.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._named = [*map(traveler_id, names)]
        self._codes = {one: int(_INT64.min) + at for at, one in enumerate(self._named)}

    @property
    def names(self) -> list[str]:
        """The ids that are no code of their own, as texts in the order of their codes."""
        return [*map(str, self._named)]

    def add(self, one: Id) -> int:
        """Return the code of an id; a name not seen before is taken in."""
        if isinstance(one, int) and one >= _FIRST_NUMBER:
            return one
        code = self._codes.setdefault(one, int(_INT64.min) + len(self._named))
        if len(self._named) < len(self._codes):
            self._named.append(one)
        return code

    def encode(self, ids: Ids) -> npt.NDArray[np.int64]:
        """Return the code of each id, in their shape; of names not known, one that nobody has."""
        if ids.dtype == np.int64:
            numbers = cast("npt.NDArray[np.int64]", ids)
            if not self._named or not ids.size or int(ids.min()) >= _FIRST_NUMBER:
                return numbers
        flat = [
            one if isinstance(one, int) and one >= _FIRST_NUMBER else self._codes.get(one, _UNKNOWN)
            for one in ids.reshape(-1).tolist()
        ]
        return np.array(flat, dtype=np.int64).reshape(ids.shape)

    def decode(self, codes: npt.NDArray[np.int64]) -> Ids:
        """Return the ids [n] of codes that this gave."""
        if not self._named or not len(codes) or int(codes.min()) >= _FIRST_NUMBER:
            return codes
        return id_array([self.id_of(code) for code in codes.tolist()])

    def id_of(self, code: int) -> Id:
        """Return the id of a code that this gave."""
        return code if not self._named or code >= _FIRST_NUMBER else self._named[code - _INT64.min]


def _number_or_name(number: int) -> Id:
    return number if _INT64.min <= number <= _INT64.max else str(number)


def _inexact(array: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    beyond: npt.NDArray[np.bool_] = ~(np.abs(array) <= _EXACT_FLOATS)
    return beyond


def _array(values: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind == "U" and not isinstance(values, np.ndarray):
        # NumPy writes numbers among texts as texts, and so would a float lose what it is.
        array = np.asarray(values, dtype=object)
    return array


def _distinct(flat: npt.NDArray[Any]) -> tuple[list[Any], npt.NDArray[np.intp]]:
    """The distinct values, and the place of each value among them."""
    try:
        coded = pa.array(flat, from_pandas=True).dictionary_encode()
    except (pa.ArrowException, OverflowError):
        numbers: dict[tuple[type, Any], int] = {}
        place = [numbers.setdefault((type(one), one), len(numbers)) for one in flat.tolist()]
        return [value for _, value in numbers], np.array(place, dtype=np.intp)
    values = coded.dictionary.to_pylist()
    if coded.null_count:
        return [*values, None], coded.indices.fill_null(len(values)).to_numpy()
    return values, coded.indices.to_numpy()


def _worth(one: Id) -> float | None:
    """The number that an id would be if ids were numbers."""
    try:
        return float(one)
    except (ValueError, OverflowError):
        return None
