"""Cells of the tolerance grid: soft thresholds, any offers, levels that make stricter."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.models.tolerance.cells import FORMS, LAPSES, SCALES, Cells
from rideflex.offers import OfferGrid


def sigmoid(value):
    """The logistic function, the plain way."""
    return 1.0 / (1.0 + exp(-value))


def plain(form, early, late, stricter, pickup, dropoff, scale, lapse):
    """The formula for one cell and one offer, written out."""
    if (pickup, dropoff) == (0, 0):
        return 1.0
    if form == "both":
        within = 1.0
        if pickup:
            within *= sigmoid((early + stricter - pickup) / scale)
        if dropoff:
            within *= sigmoid((late + stricter - dropoff) / scale)
    else:
        within = sigmoid((1.0 + stricter - pickup / early - dropoff / late) / scale)
    return lapse + (1.0 - 2.0 * lapse) * within


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("n_levels", [1, 2])
def test_the_formula_is_that_of_every_cell(form, n_levels):
    """All cells, levels and offers at once give what the formula gives one by one."""
    offers = OfferGrid(((0, 0), (-7, 0), (0, 25), (-45, 12)))
    cells = Cells.grid(form, n_levels)
    scale, lapse = SCALES[form][2], LAPSES[3]
    accept = cells.acceptance(offers, n_levels, scale, lapse)
    assert accept.shape == (len(cells), n_levels, 4)
    for g in range(0, len(cells), 7):
        for level in range(n_levels):
            for a, (pickup, dropoff) in enumerate(offers):
                expected = plain(
                    form,
                    cells.early[g],
                    cells.late[g],
                    level * cells.strictness[g],
                    -pickup,
                    dropoff,
                    scale,
                    lapse,
                )
                assert accept[g, level, a] == pytest.approx(expected, abs=1e-12)


@given(
    st.sampled_from(FORMS),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_no_cell_prefers_more_minutes(form, early, late, more_early, more_late):
    """In every cell and level an offer within another one is at least as likely."""
    inner, outer = (-early, late), (-early - more_early, late + more_late)
    offers = OfferGrid(tuple(dict.fromkeys(((0, 0), inner, outer))))
    accept = Cells.grid(form, 2).acceptance(offers, 2, SCALES[form][-1], LAPSES[-1])
    smaller, larger = (accept[..., offers.pairs.index(pair)] for pair in (inner, outer))
    assert (smaller >= larger - 1e-12).all()


def test_level_1_is_no_laxer():
    """Trips of level 1 are accepted no more than those of level 0, in every cell."""
    for form in FORMS:
        accept = Cells.grid(form, 2).acceptance(OfferGrid.default(), 2, SCALES[form][0], 0.01)
        assert (accept[:, 1] <= accept[:, 0]).all()
        assert (accept[:, 1] < accept[:, 0] - 0.1).any()


def test_no_shift_is_always_accepted():
    """It is no question."""
    offers = OfferGrid.default()
    for form in FORMS:
        accept = Cells.grid(form, 1).acceptance(offers, 1, 1.0, 0.1)
        assert (accept[..., offers.no_shift] == 1.0).all()
        assert (np.delete(accept, offers.no_shift, axis=-1) <= 0.9).all()
