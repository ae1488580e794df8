"""Learning, with a budget that an agent without masks would miss."""

from __future__ import annotations

import numpy as np
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO
from stable_baselines3.common.logger import Logger

from rideflex.models.neural.device import one_thread
from rideflex.negotiation import Masking, Prices
from rideflex.negotiation.days import Days
from rideflex.training.environment import Simulation
from rideflex.training.environment.observation import Observer
from rideflex.training.environment.sb3_vec_env import SimulationVecEnv

PRICES = Prices(minute=2.0, question=60.0)
BUDGET = 6_400


def learner(kind, city, informed, explore):
    """An ordinary network with no head start, trained on the budget."""
    simulation = Simulation(city, 32, np.random.default_rng(0), beliefs=informed, prices=PRICES)
    simulation.schedule.explore = explore
    env = SimulationVecEnv(simulation)
    model = kind(
        "MlpPolicy", env, n_steps=20, batch_size=320, n_epochs=4, gamma=1.0, learning_rate=2e-3,
        ent_coef=0.0, seed=0, device="cpu",
    )  # fmt: skip
    model.set_logger(Logger(folder=None, output_formats=[]))
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


def test_masked_learning_beats_never_asking_and_blind_learning_does_not(city, informed):
    """Within the same budget the masked agent earns more than zero; the other earns nothing."""
    with one_thread():
        masked = learner(MaskablePPO, city, informed, explore=0.0)
        blind = learner(PPO, city, informed, explore=1.0)
        fresh = MaskablePPO("MlpPolicy", masked.get_env(), seed=0, device="cpu")

        def by_mask(model):
            return lambda seen, allowed: model.predict(
                seen, deterministic=True, action_masks=allowed
            )[0]

        def without(seen, _):
            return blind.predict(seen, deterministic=True)[0]

        gained = earned(city, informed, by_mask(masked), lifted=False)
        assert gained > 0
        assert earned(city, informed, by_mask(fresh), lifted=False) < gained
        assert earned(city, informed, without, lifted=True) <= 0
