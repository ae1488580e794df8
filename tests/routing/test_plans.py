"""Batches of plans that share days, or have room for more."""

from __future__ import annotations

import numpy as np

from rideflex.offers import OfferGrid
from rideflex.routing import Fleet, PlanBatch, Requests, problems_of

TRAVEL = np.array([[0, 600, 900], [600, 0, 600], [900, 600, 0]])
AS_ASKED = OfferGrid.from_pairs([(0, 0)])


def requests(n):
    """As many requests, an hour apart."""
    opens = 3600 * np.arange(1, n + 1)
    windows = np.stack([opens, opens + 900], axis=1), np.stack([opens, opens + 5400], axis=1)
    return Requests(np.full(n, 1), np.full(n, 2), *windows)


def book(plans, asked):
    """Book one request a day."""
    plans.commit(plans.quote(asked, AS_ASKED), np.zeros(len(plans), dtype=np.int32))


def test_what_is_booked_on_the_first_days_is_booked_in_the_batch():
    """And nothing on the others."""
    plans = PlanBatch(Fleet.alike(2, 4, 0), TRAVEL, 3, 2)
    book(plans, requests(3))
    book(plans.first(2), requests(2))
    assert plans.booked.tolist() == [2, 2, 1]
    assert len(plans.day(2).requests) == 1
    for day in range(3):
        assert problems_of(plans.day(day), plans.routes(day)) == []


def test_a_batch_with_more_room_goes_on_where_the_other_is_full():
    """The plans are the same, and the full batch keeps its size."""
    full = PlanBatch(Fleet.alike(1, 4, 0), TRAVEL, 2, 1)
    book(full, requests(2))
    wide = full.select([0, 1, 1], room=3)
    for _ in range(2):
        book(wide, requests(3))
    assert (full.max_requests, wide.max_requests) == (1, 3)
    assert (full.booked.tolist(), wide.booked.tolist()) == ([1, 1], [3, 3, 3])
    plain = PlanBatch(Fleet.alike(1, 4, 0), TRAVEL, 3, 3)
    book(plain, requests(2).take([0, 1, 1]))
    for _ in range(2):
        book(plain, requests(3))
    assert wide.cost.tolist() == plain.cost.tolist()
    assert [wide.routes(day) for day in range(3)] == [plain.routes(day) for day in range(3)]
    assert full.select([0]).max_requests == 1
