"""The offer grid, the rules and the traveler index."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.errors import UsageError
from rideflex.flexibility import DEFAULT_TYPES, FlexibilityRule, rule_answers
from rideflex.offers import OfferGrid
from rideflex.travelers import TravelerIndex


def test_the_default_grid_is_the_documented_one() -> None:
    """16 offers, pick-up outer, drop-off inner, no shift at index 12."""
    grid = OfferGrid.default()
    assert list(grid)[:5] == [(-30, 0), (-30, 10), (-30, 20), (-30, 30), (-20, 0)]
    assert (len(grid), grid.no_shift, grid[12]) == (16, 12, (0, 0))
    assert grid.minutes[3] == 60
    assert grid.action_of(-20, 30) == 7


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(-10, 0)], "no shift"),
        ([(0, 0), (0, 10), (0, 10)], "more than once"),
        ([(0, 0), (10, 0)], r"not so \(10, 0\), which"),
        ([(0, -10), (0, 0), (5, 5)], r"not so \(0, -10\) and 1 more, which"),
    ],
)
def test_a_grid_of_no_such_offers_is_refused(pairs: list[tuple[int, int]], message: str) -> None:
    """Exactly one offer is (0, 0), none stands twice, picks up later or drops off earlier."""
    with pytest.raises(UsageError, match=message):
        OfferGrid.from_pairs(pairs)


def test_a_grid_is_a_sequence_of_offers() -> None:
    """`index` takes an offer, as that of a list does; the two numbers of before still work."""
    grid = OfferGrid.default()
    assert grid.index((-20, 30)) == list(grid).index((-20, 30)) == 7
    for bounds in ((8,), (0, 7)):
        with pytest.raises(ValueError, match="not in tuple"):
            grid.index((-20, 30), *bounds)
    with pytest.warns(DeprecationWarning, match="action_of"):
        assert grid.index(-20, 30) == 7
    with pytest.raises(UsageError, match=r"\(-7, 0\) is not in the grid of 16 offers"):
        grid.action_of(-7, 0)


def test_an_offer_index_outside_the_grid_is_named() -> None:
    """The first bad action is named with its position."""
    with pytest.raises(UsageError, match="action 16 at position 1"):
        OfferGrid.default().check_actions([0, 16, 40])
    with pytest.raises(UsageError, match="not float64"):
        OfferGrid.default().check_actions([0.5])


def test_the_rules_are_the_documented_limits() -> None:
    """Late only, early only, nothing, both; 'no limit' accepts any shift on that side."""
    grid = OfferGrid.default()
    late, early, rigid, both = rule_answers(DEFAULT_TYPES, grid).T
    np.testing.assert_array_equal(late, grid.pickup == 0)
    np.testing.assert_array_equal(early, grid.dropoff == 0)
    np.testing.assert_array_equal(rigid, grid.minutes == 0)
    assert both.all()
    far = OfferGrid.from_steps(pickup=(-60, 0), dropoff=(0,))
    assert FlexibilityRule(early=None, late=0).accepts(far).all()
    assert not FlexibilityRule(early=30, late=0).accepts(far)[0]


def test_travelers_map_to_entities_and_back() -> None:
    """Ids of any size map to 0 … T-1; an unknown id raises by name or is marked."""
    index = TravelerIndex.from_ids([10**9, -3, 7, 7])
    np.testing.assert_array_equal(index.encode([7, -3, 10**9]), [1, 0, 2])
    np.testing.assert_array_equal(index.ids[index.encode([7])], [7])
    np.testing.assert_array_equal(index.encode([8, 7], unknown="mark"), [-1, 1])
    with pytest.raises(UsageError, match="traveler 8"):
        index.encode([7, 8])
    np.testing.assert_array_equal(TravelerIndex.consecutive(1, 3).ids, [1, 2, 3])
