"""The mapping between the travelers' own ids and entities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.errors import UsageError
from rideflex.travelers import TravelerIndex

INT64 = np.iinfo(np.int64)
near = st.integers(-30, 60)
anywhere = st.integers(int(INT64.min), int(INT64.max))


@given(
    ids=st.lists(st.one_of(near, anywhere), max_size=12, unique=True)
    | st.lists(near, max_size=40, unique=True),
    strangers=st.lists(st.one_of(near, anywhere), max_size=20),
)
def test_ids_are_looked_up_as_in_a_dict(ids: list[int], strangers: list[int]) -> None:
    """Close together or far apart, in any order, with strangers at the ends of int64."""
    index = TravelerIndex(ids)
    entity = {traveler: number for number, traveler in enumerate(ids)}
    wanted = [*ids, *strangers, int(INT64.min), int(INT64.max)]
    found = index.encode(np.array(wanted, dtype=np.int64), unknown="mark")
    assert found.dtype == np.int32
    assert found.tolist() == [entity.get(traveler, -1) for traveler in wanted]
    assert index.encode(np.array(ids, dtype=np.int64)).tolist() == list(range(len(ids)))


def test_a_stranger_is_named() -> None:
    """The first id that is unknown."""
    for ids in ([3, 4, 9], [3, 4, 10**12]):
        with pytest.raises(UsageError, match="traveler 5 is not one of the 3 known travelers"):
            TravelerIndex(ids).encode([4, 5, 6])


def test_names_and_numbers_are_travelers_alike() -> None:
    """7, 007 and A-17 are three; they are found, sorted, saved and restored as they are."""
    index = TravelerIndex.from_ids(["A-17", "7", "007", 7, "A-17", 3])
    assert index.ids.tolist() == [3, 7, "007", "A-17"]
    for one in (index, TravelerIndex.of_arrays(index.arrays())):
        assert one is not None
        assert one.ids.tolist() == index.ids.tolist()
        assert one.encode(["A-17", "7", "007", 7, "8"], unknown="mark").tolist() == [3, 1, 2, 1, -1]
    with pytest.raises(UsageError, match=r"traveler 07 is not one of the 4.*7 is known"):
        index.encode(["07"])
    with pytest.raises(UsageError, match="traveler '007' is a name"):
        index.whole_ids()
    with pytest.raises(UsageError, match="without repeats"):
        TravelerIndex([7, "7"])


def test_an_index_of_numbers_is_saved_as_before() -> None:
    """One array of int64, as files of release 0.1 have it."""
    index = TravelerIndex([5, -3, int(INT64.min)])
    assert list(index.arrays()) == ["traveler_ids"]
    restored = TravelerIndex.of_arrays({"traveler_ids": np.array([5, -3, int(INT64.min)])})
    assert restored is not None
    assert restored.encode([int(INT64.min), -3]).tolist() == [2, 1]
    assert TravelerIndex.of_arrays({}) is None
