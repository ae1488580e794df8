"""Answers as bits, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.decisions.lookup import AnswerMasks
from rideflex.decisions.masks import mask_dtype, pack, unpack
from rideflex.errors import UsageError
from rideflex.offers import OfferGrid

GRID = OfferGrid(((-10, 0), (0, 0)))


@pytest.mark.parametrize(
    ("n_types", "bits"), [(1, 8), (8, 8), (9, 16), (16, 16), (17, 32), (32, 32), (33, 64), (64, 64)]
)
def test_a_mask_has_a_bit_a_type_and_is_no_wider_than_it_must(n_types, bits):
    """8, 16, 32 or 64 bits."""
    assert mask_dtype(n_types) == np.dtype(f"uint{bits}")


def test_the_first_type_is_the_lowest_bit():
    """Accept, reject, accept is 1 + 4."""
    answers = np.array([[True, False, True], [False, False, False], [False, True, True]])
    masks = pack(answers, np.dtype(np.uint8))
    assert masks.tolist() == [5, 0, 6]
    assert masks.dtype == np.uint8
    assert unpack(masks, 3).tolist() == answers.tolist()


@given(st.integers(1, 64).flatmap(lambda n: st.lists(st.booleans(), min_size=n, max_size=n)))
def test_what_is_packed_is_unpacked(answers):
    """For any number of types, the 64th among them."""
    packed = pack(np.array([answers]), mask_dtype(len(answers)))
    assert int(packed[0]) == sum(1 << bit for bit, answer in enumerate(answers) if answer)
    assert unpack(packed, len(answers)).tolist() == [answers]


def table(n_types=3, n_trips=2):
    """Masks that count up from 1; trip 0 has no row for the second offer."""
    masks = np.arange(1, 2 * n_trips + 3, dtype=mask_dtype(n_types)).reshape(-1, 2)
    known = np.ones(masks.shape, dtype=np.bool_)
    known[0, 1] = known[-1] = False
    return AnswerMasks(masks, known, GRID, n_types)


@pytest.mark.parametrize("n_types", range(1, 11))
@pytest.mark.parametrize("dtype", [np.bool_, np.int16, np.float32, np.float64, np.complex128])
def test_matrices_of_any_width_hold_the_bits(n_types, dtype):
    """Ready-made rows or bit by bit, in machine words of any size: the same matrix."""
    masks = np.array([0, 1, 2**n_types - 1, 2 ** (n_types - 1)], dtype=mask_dtype(n_types))
    out = np.full((4, n_types), 9).astype(dtype)
    got = table(n_types).expand(masks, out)
    assert got is out
    bits = [[mask >> kind & 1 for kind in range(n_types)] for mask in masks.tolist()]
    assert got.real.astype(int).tolist() == bits


@pytest.mark.parametrize("n_types", [1, 3, 8, 64])
def test_types_agree_with_an_accept_or_with_a_reject(n_types):
    """Of all types those that accept, or all the others."""
    full = 2**n_types - 1
    masks = np.array([1, 1, 0, full], dtype=mask_dtype(n_types))
    agree = table(n_types).agreement(masks, [True, False, False, False])
    assert agree.tolist() == [1, full - 1, full, 0]


def test_answers_and_questions_are_as_many():
    """Three answers to four questions are refused."""
    with pytest.raises(UsageError, match=r"\(3,\) answers do not go with 4 questions"):
        table().agreement(np.zeros(4, dtype=np.uint8), [True] * 3)


def test_questions_are_asked_in_a_row():
    """Ids and actions in a matrix are refused, as are more of one than of the other."""
    for ids, actions in (([[0]], [[0]]), ([0, 1], [0])):
        with pytest.raises(UsageError, match="trip ids do not go with"):
            table().gather(ids, actions, strict=False)


def test_offers_that_a_type_accepts():
    """Masks 1, 2 of trip 0, 3, 4 of trip 1 and 5, 6 of the rule; type 2 is the bit of 4."""
    assert table().of_types([0, 1, -1, 0], [0, 2, 2, 2]).tolist() == [
        [True, False],
        [False, True],
        [True, True],
        [False, False],
    ]
    assert table().of_types([], []).shape == (0, 2)


@pytest.mark.parametrize(
    ("ids", "types", "told"),
    [
        ([0, 2], [0, 0], r"trip id 2 at position 1 is outside the table \(-1 … 1\)"),
        ([-2, 5], [0, 0], r"trip id -2 at position 0"),
        ([0, 1], [2, 3], r"type 3 at position 1 is outside the table \(0 … 2\)"),
        ([0, 1], [0, -1], r"type -1 at position 1"),
    ],
)
def test_trips_and_types_outside_the_table_are_named(ids, types, told):
    """The first of them, with its place and what there is."""
    with pytest.raises(UsageError, match=told):
        table().of_types(ids, types)


def test_answers_of_the_rule_are_told_and_others_are_not(caplog):
    """Only a question without a row is worth a line."""
    caplog.set_level("INFO")
    masks, fallbacks = table().gather([0, 1, 1], [0, 0, 1], strict=True)
    assert (masks.tolist(), fallbacks) == ([1, 3, 4], 0)
    assert not caplog.text
    masks, fallbacks = table().gather([0, 0, -1], [0, 1, 1], strict=False)
    assert (masks.tolist(), fallbacks) == ([1, 2, 6], 2)
    assert "the rule answered 2 of 3 questions" in caplog.text
    with pytest.raises(UsageError, match=r"1 of 2 .* at position 1: no row for the offer \(0, 0\)"):
        table().gather([0, 0], [0, 1], strict=True)
    with pytest.raises(UsageError, match=r"1 of 1 .* at position 0: the context is unknown"):
        table().gather([-1], [0], strict=True)


def test_bytes_are_those_of_masks_and_of_what_is_known():
    """Six of each for two trips, the rule and two offers; twice as many for 9 types."""
    assert table().nbytes == 6 + 6
    assert table(9).nbytes == 12 + 6
