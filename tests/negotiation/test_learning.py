"""Learning, with a budget that an agent without masks would miss."""

from __future__ import annotations

import numpy as np
import pytest
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO

from rideflex.negotiation import Masking, Prices, Simulation
from rideflex.negotiation.days import Days
from rideflex.negotiation.game import Negotiation
from rideflex.negotiation.observation import Observer
from rideflex.negotiation.sb3_env import SimulationVecEnv

PRICES = Prices(minute=2.0, question=60.0)
BUDGET = 25_600


def learner(kind, city, informed, explore):
    """An ordinary network with no head start, trained on the budget."""
    simulation = Simulation(
        city, 32, np.random.default_rng(0), beliefs=informed, prices=PRICES
    )
    simulation.schedule.explore = explore
    env = SimulationVecEnv(simulation)
    model = kind(
        "MlpPolicy", env, n_steps=20, batch_size=320, n_epochs=4, gamma=1.0, learning_rate=2e-3,
        ent_coef=0.0, seed=0, device="cpu",
    )  # fmt: skip
    return model.learn(BUDGET)


def earned(city, informed, choose, lifted):
    """Mean return of 200 unseen days, in units of reward."""
    days = Days.sample(city, 200, np.random.default_rng(77))
    masking = Masking.likely(informed, days, city.table.offers.no_shift, 0.0 if lifted else 0.5)
    simulation = Simulation(city, 1, np.random.default_rng(0), beliefs=informed, prices=PRICES)
    game, observer = simulation.game, Observer(city, simulation.fleet)
    here, total = game.start(days, masking), 0.0
    while here is not None:
        total += game.step(choose(observer.observe(here), here.allowed)).reward.mean()
        here = game.situation
    return total


@pytest.mark.parametrize("masked", [True, False])
def test_masked_learning_beats_never_asking_and_blind_learning_does_not(city, informed, masked):
    """Within the same budget the masked agent earns more than zero; the other still pays."""
    if masked:
        model = learner(MaskablePPO, city, informed, explore=0.0)
        gained = earned(
            city, informed,
            lambda seen, allowed: model.predict(seen, deterministic=True, action_masks=allowed)[0],
            lifted=False,
        )  # fmt: skip
        assert gained > 0
    else:
        model = learner(PPO, city, informed, explore=1.0)
        gained = earned(
            city, informed,
            lambda seen, _: model.predict(seen, deterministic=True)[0],
            lifted=True,
        )  # fmt: skip
        assert gained <= 0
