"""Traveler ids as names."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.tables.ids import IdCodes, as_ids, id_array, other_spelling, traveler_id

INT64 = np.iinfo(np.int64)
numbers = st.integers(int(INT64.min), int(INT64.max))
names = st.text(min_size=1, max_size=8).map(str.strip).filter(lambda one: "\0" not in one and one)
ids = st.one_of(numbers, names.map(traveler_id))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *((one, one) for one in (7, 0, -3, 10**18, "007", "A-17", "1.00", "1.2E+05", "-0", "+7")),
        ("7", 7),
        (" 7 ", 7),
        ("7.0", 7),
        (7.0, 7),
        (Decimal(7), 7),
        (np.uint8(7), 7),
        (float(2**53), 2**53),
        ("9" * 20, "9" * 20),
        (2**63, str(2**63)),
    ],
)
def test_what_is_written_as_a_whole_number_is_one(written: object, read: object) -> None:
    """All else is a name; a number beyond int64 is one too."""
    assert traveler_id(written) == read
    assert type(traveler_id(written)) is type(read)


@pytest.mark.parametrize(
    ("written", "cause"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        (None, "is empty"),
        (float("nan"), "is empty"),
        (1.5, "neither text nor a whole number"),
        (float("inf"), "ids beyond 2\\^53 are not exact"),
        (2.0**53 + 2, r"ids beyond 2\^53 are not exact in a column of floats; write whole numbers"),
        (True, "true or false"),
        (b"7", "neither text nor"),
        ("a\0", "NUL"),
    ],
)
def test_what_is_no_id_says_why(written: object, cause: str) -> None:
    """The same sentence for a cell and for a position of an array."""
    with pytest.raises(ValueError, match=cause):
        traveler_id(written)
    column = np.array([1, written], dtype=object)
    with pytest.raises(UsageError, match=f"at position 1: .*{cause}"):
        as_ids(column)


@pytest.mark.parametrize(
    "dtype", [np.int8, np.uint16, np.int64, np.uint64, np.float32, object, str]
)
def test_columns_of_whole_numbers_are_int64(dtype: type) -> None:
    """Whatever holds them; an int64 column is not even copied."""
    column = np.array([3, 1, 3], dtype=dtype)
    read = as_ids(column)
    assert read.dtype == np.int64
    assert read.tolist() == [3, 1, 3]
    assert (read is column) == (dtype is np.int64)


def test_numbers_among_names_stay_what_they_are() -> None:
    """A list is not turned into texts, and a float in it is not one."""
    assert as_ids([7, "A", 7.0, "007"]).tolist() == [7, "A", 7, "007"]
    assert as_ids(np.array([2**63], dtype=np.uint64)).tolist() == [str(2**63)]
    with pytest.raises(UsageError, match=r"1\.5 at position 1"):
        as_ids(["A", 1.5])


@given(held=st.lists(ids, unique=True, max_size=12), asked=st.lists(ids, max_size=12))
def test_codes_are_as_many_as_ids(held: list[int | str], asked: list[int | str]) -> None:
    """Coding is one to one over all int64 and all names, also after saving the names."""
    codes = IdCodes()
    given_codes = [codes.add(one) for one in held]
    assert len(set(given_codes)) == len(held)
    assert [codes.add(one) for one in held] == given_codes
    for coder in (codes, IdCodes(codes.names)):
        assert coder.decode(np.array(given_codes, dtype=np.int64)).tolist() == held
        known = dict(zip(held, given_codes, strict=True))
        for one, code in zip(asked, coder.encode(id_array(asked)).tolist(), strict=True):
            assert code == known.get(one, code)
            assert one in known or code not in given_codes


@pytest.mark.parametrize(
    ("unknown", "known", "told"),
    [("007", [3, 7], "7 is known"), (7, ["B", "007"], "007 is known"), ("1.00", [1], "1 is known")],
)
def test_the_id_that_was_meant_is_named(unknown: int | str, known: list[int | str], told: str):
    """An id that would be the same number stands in the message."""
    assert told in other_spelling(unknown, known)
    assert other_spelling("x", known) == ""
