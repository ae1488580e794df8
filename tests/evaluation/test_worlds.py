"""Travelers who are not four neat types: some change half-way, some answer by tolerances."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from rideflex import FlexibilityPosterior, ServiceArea, read_area
from rideflex.evaluation.play import Scene, play, unseen_days
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation import Prices, area_fleet
from rideflex.negotiation.policies import POLICIES, make_policies
from rideflex.outcomes import Outcomes
from rideflex.synthetic import AreaSettings, generate_area

A_DAY = 120
SIMPLE = [name for name in POLICIES if name != "ppo"]


@pytest.fixture(scope="module")
def make_area(tmp_path_factory) -> Callable[..., ServiceArea]:
    """Generates cities of 20 travelers and reads them."""

    def make(**settings) -> ServiceArea:
        folder = tmp_path_factory.mktemp("worlds") / "city"
        generate_area(folder, AreaSettings(travelers=20, trips=15, zones=9, seed=5, **settings))
        return read_area(folder)

    return make


def a_day(area: ServiceArea, phase: int, rng: np.random.Generator) -> Outcomes:
    """Random questions on random trips, answered as people are in that phase."""
    trips = rng.integers(len(area.trips), size=A_DAY)
    actions = rng.integers(len(area.table.offers), size=A_DAY)
    accepted = rng.random(A_DAY) < area.answers[phase, trips, actions]
    trip_ids = area.trips.trip_id[trips]
    return area.table.outcomes(area.trips.traveler[trips], trip_ids, actions, accepted)


def followed(
    area: ServiceArea, factor: float, days: int = 5, phases: tuple[int, ...] = (0, 1)
) -> FlexibilityPosterior:
    """A posterior after so many days of each phase."""
    rng = np.random.default_rng(8)
    posterior = FlexibilityPosterior(
        len(area.travelers), area.table.types, decisions=area.table, travelers=area.travelers
    )
    for phase in np.repeat(phases, days):
        posterior.forget(factor)
        posterior.update(a_day(area, phase, rng))
    return posterior


def brier(area: ServiceArea, posterior: FlexibilityPosterior, phase: int) -> float:
    """Mean squared error of the acceptance probabilities, over all trips and offers."""
    offers = np.arange(len(area.table.offers))
    accept = posterior.predict_accept(
        area.trips.trip_id[:, None], offers, area.trips.traveler[:, None]
    )
    chance = area.answers[phase]
    return float((chance * (1 - accept) ** 2 + (1 - chance) * accept**2).mean())


def recovered(area: ServiceArea, posterior: FlexibilityPosterior, phase: int) -> float:
    """Share of travelers whose type in that phase is the likeliest."""
    found = posterior.predict_proba(np.arange(len(area.travelers))).argmax(axis=1)
    return float((found == area.types_by_phase[phase]).mean())


def test_forgetting_finds_the_types_after_a_change(make_area):
    """After the change a posterior that forgets finds who is what now; one that keeps all doesn't.

    Its predictions of the answers are then at least five times closer.
    """
    area = make_area(change=0.5)
    keeps, forgets = followed(area, 1.0), followed(area, 0.8)
    assert recovered(area, forgets, 1) >= 0.95 > 0.85 >= recovered(area, keeps, 1)
    assert brier(area, forgets, 1) < 0.2 * brier(area, keeps, 1)


def test_forgetting_helps_where_no_type_fits(make_area):
    """Tolerances that change are followed too: the answers are predicted better."""
    area = make_area(change=0.5, answers="logit")
    assert brier(area, followed(area, 0.8), 1) < 0.95 * brier(area, followed(area, 1.0), 1)


def test_forgetting_costs_little_where_nobody_changes(make_area):
    """Where types last, a posterior that forgets finds them too."""
    area = make_area()
    assert recovered(area, followed(area, 0.8, phases=(0,)), 0) >= 0.95


@pytest.fixture(scope="module")
def logit_scene(make_area) -> Scene:
    """Days in a logit city where half change, and beliefs from days of random questions."""
    area = make_area(answers="logit", change=0.5)
    beliefs = Beliefs(area)
    beliefs.update(followed(area, 0.8))
    return Scene(area, area_fleet(area), beliefs, unseen_days(area, 2, seed=1))


def answers_agreed(scene: Scene, actions: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Probability that each traveler accepts what was agreed, as they are at last."""
    return scene.area.answers[-1, scene.days.trips, actions]


@pytest.mark.parametrize("name", SIMPLE)
def test_every_simple_policy_plays_a_logit_city(logit_scene, name):
    """It plays whole days; only offers that the traveler could accept are ever agreed."""
    policy = make_policies([name], logit_scene.beliefs)[name]
    played = play(logit_scene, policy, Prices())
    no_shift = logit_scene.area.table.offers.no_shift
    agreed = played.actions != no_shift
    assert played.actions.shape == logit_scene.days.trips.shape
    assert (answers_agreed(logit_scene, played.actions) > logit_scene.days.patience).all()
    assert not (agreed & ~played.asked).any()
    assert played.asked.any() == (name != "never")
    assert played.inserted.min() > 0
    if name in ("largest", "lookahead"):
        assert (played.asked & ~agreed).any(), "tolerances vary: somebody must refuse"


def test_evaluation_days_come_after_the_change(logit_scene):
    """The days that policies are compared on are those of the last phase."""
    assert logit_scene.days.phase == 1
    assert len(logit_scene.area.answers) == 2
