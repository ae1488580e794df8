"""Scores: plain loops over pairs and bins are the oracle."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rideflex.evaluation.log.scores import (
    area_under_curve,
    calibration_curve,
    clustered_error,
    score,
)

PREDICTED = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.55, 0.9, 1.0]), st.booleans()),
    min_size=1,
    max_size=30,
)


@given(PREDICTED)
def test_auc_is_the_share_of_ordered_pairs(predicted):
    """Every acceptance is compared with every refusal; ties count half."""
    accept, accepted = map(np.array, zip(*predicted, strict=True))
    yes, no = accept[accepted], accept[~accepted]
    if not len(yes) or not len(no):
        assert area_under_curve(accept, accepted) is None
        return
    pairs = [(a > b) + 0.5 * (a == b) for a in yes for b in no]
    assert area_under_curve(accept, accepted) == pytest.approx(np.mean(pairs))


@given(PREDICTED)
def test_scores_are_plain_means(predicted):
    """Log loss, Brier score and the gaps of ten bins, one answer at a time."""
    accept, accepted = map(np.array, zip(*predicted, strict=True))
    found = score(accept, accepted, np.zeros(len(accept), dtype=int))
    losses = [-log(max(p if yes else 1 - p, 1e-9)) for p, yes in predicted]
    assert found.log_loss == pytest.approx(np.mean(losses))
    assert found.brier == pytest.approx(np.mean([(p - yes) ** 2 for p, yes in predicted]))
    bins = {}
    for p, yes in predicted:
        bins.setdefault(min(9, int(p * 10)), []).append(p - yes)
    gap = sum(abs(sum(gaps)) for gaps in bins.values()) / len(predicted)
    assert found.calibration_error == pytest.approx(gap)
    assert sum(one.answers for one in calibration_curve(accept, accepted)) == len(predicted)


def test_a_curve_has_its_intervals():
    """Each bin tells what was predicted, what was observed, and how sure that is."""
    accept = np.repeat([0.15, 0.85], 50)
    accepted = np.arange(100) % 50 < np.repeat([10, 40], 50)
    low, high = calibration_curve(accept, accepted)
    assert (low.predicted, low.observed, low.answers) == (pytest.approx(0.15), 0.2, 50)
    assert low.low < 0.2 < low.high < high.low < 0.8 < high.high


def test_travelers_are_taken_whole():
    """Answers that repeat each other make nobody surer; answers of many travelers do."""
    losses = np.tile([0.1, 0.9], 50)
    apart = clustered_error(losses, np.arange(100))
    assert apart == pytest.approx(losses.std() / 10)
    assert clustered_error(losses, np.tile([0, 1], 50)) > 3 * apart
