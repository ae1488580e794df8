"""A transcript says what was asked, agreed and saved, request by request."""

from __future__ import annotations

import numpy as np
import pytest

from rideflex.negotiation import Days, Masking, Negotiation, Prices, area_fleet
from rideflex.negotiation.transcript import TranscriptWriter


@pytest.fixture
def played(city, informed):
    """Days on which anything is asked of half of the travelers, the steps and the transcript."""
    days = Days.sample(city, 8, np.random.default_rng(0))
    game = Negotiation(city, area_fleet(city), informed, Prices(minute=3.0, question=5.0))
    here = game.start(days, Masking.likely(informed, days, city.table.offers.no_shift))
    writer, rng, steps = TranscriptWriter(game.offers), np.random.default_rng(1), []
    while here is not None:
        anything = rng.integers(len(game.offers), size=8)
        turn = game.step(np.where(rng.random(8) < 0.5, anything, game.offers.no_shift))
        writer.note(here, turn)
        steps.append((here, turn))
        here = game.situation
    return steps, writer.finish()


def test_every_request_has_its_row(played):
    """Column n of every array is what step n was about."""
    steps, transcript = played
    for n, (here, turn) in enumerate(steps):
        assert np.array_equal(transcript.trips[:, n], here.trips)
        for name in ("actions", "asked", "accepted", "masked_out", "saved", "reward"):
            assert np.array_equal(getattr(transcript, name)[:, n], getattr(turn, name))
    assert transcript.masked_out.any()


def test_minutes_count_where_somebody_was_asked_and_agreed(played):
    """By hand, day by day and request by request."""
    _, transcript = played
    offers = transcript.offers
    assert transcript.agreed.any()
    for day, n in np.ndindex(transcript.trips.shape):
        action = transcript.actions[day, n]
        agreed = transcript.asked[day, n] and transcript.accepted[day, n]
        assert transcript.agreed[day, n] == agreed
        assert transcript.agreed_actions[day, n] == (action if agreed else offers.no_shift)
        assert transcript.minutes[day, n] == (offers.minutes[action] if agreed else 0)


def test_outcomes_are_the_questions_in_the_order_in_which_they_were_asked(city, played):
    """First requests of all days come first; who was not asked left no outcome."""
    _, transcript = played
    outcomes = transcript.outcomes(city)
    asked = [
        (n, day)
        for n in range(transcript.trips.shape[1])
        for day in range(len(transcript.trips))
        if transcript.asked[day, n]
    ]
    travelers = [city.trips.traveler[transcript.trips[day, n]] for n, day in asked]
    assert outcomes.travelers.tolist() == travelers
    assert outcomes.actions.tolist() == [transcript.actions[day, n] for n, day in asked]
    assert outcomes.accepted.tolist() == [bool(transcript.accepted[day, n]) for n, day in asked]
