"""Shifts of a grid as kernels read them: written out, and added up again."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.offers import OfferGrid
from rideflex.routing.kernels import layout
from rideflex.routing.kernels.layout import shifts_of, signed

PAIRS = ((-10, 0), (0, 0), (-10, 5), (0, 20))


@pytest.mark.parametrize(
    ("means", "moved", "opens", "closes", "at"),
    [
        (
            "end",
            [0],
            [[-600, 0], [0, 0]],
            [[0, 0], [0, 300], [0, 1200]],
            [[0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 2]],
        ),
        (
            "trip",
            [0],
            [[-600, -600], [0, 0]],
            [[0, 0], [300, 300], [1200, 1200]],
            [[0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 2]],
        ),
        (
            "move",
            [-600, -300, 0, 1200],
            [[0, 0]],
            [[0, 0]],
            [[0, 0, 0], [2, 0, 0], [-1, 0, 0], [3, 0, 0]],
        ),
    ],
)
def test_shifts_by_hand(means, moved, opens, closes, at):
    """Distinct moves, lanes from the widest and steps from the narrowest, each offer's places."""
    shifts = shifts_of(OfferGrid(PAIRS, means))
    assert shifts.moved.tolist() == moved
    assert shifts.opens.tolist() == opens
    assert shifts.closes.tolist() == closes
    assert shifts.at.tolist() == at


@pytest.mark.parametrize("means", ["end", "trip", "move"])
def test_the_parts_of_an_offer_add_up(means):
    """Move, lane and step together are the four bounds of the grid, in seconds."""
    offers = OfferGrid.from_steps((-30, -7, 0), (0, 11, 40))
    offers = OfferGrid(offers.pairs, means)
    shifts = shifts_of(offers)
    assert shifts.bounds.tolist() == (60 * offers.bounds).tolist()
    for action in np.flatnonzero(offers.possible):
        group, lane, step = shifts.at[action]
        bounds = np.stack([shifts.opens[lane], shifts.closes[step]], axis=1).reshape(4)
        assert (shifts.moved[group] + bounds).tolist() == shifts.bounds[action].tolist()
    for array in shifts:
        assert array.dtype == np.int64
        assert array.flags.c_contiguous
    assert shifts_of(OfferGrid(offers.pairs, means)) is shifts


def test_the_columns_of_a_table_of_requests():
    """In the order in which `PlanBatch.asked` is told to write them, each once."""
    names = (
        "ORIGIN", "DESTINATION", "PICKUP_OPENS", "PICKUP_CLOSES", "DROPOFF_OPENS",
        "DROPOFF_CLOSES", "SEATS", "CHAIRS", "BOARD", "ALIGHT", "MAX_RIDE", "ASKED_COLUMNS",
    )  # fmt: skip
    assert [getattr(layout, name) for name in names] == list(range(12))


def test_a_count_becomes_a_signed_number():
    """It keeps its value."""
    assert [int(signed(number)) for number in (0, 3, -2)] == [0, 3, -2]
