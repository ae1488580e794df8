"""The environments keep Gymnasium's rules and the negotiation's own."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from functools import partial

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from sb3_contrib.common.maskable.utils import get_action_masks
from stable_baselines3.common.env_util import make_vec_env

from rideflex.errors import UsageError
from rideflex.negotiation import UNIT, Prices
from rideflex.training.environment import ENVIRONMENT, Simulation
from rideflex.training.environment.gymnasium_env import NegotiationEnv
from rideflex.training.environment.observation import LIMIT
from rideflex.training.environment.sb3_vec_env import SimulationVecEnv


def play_at_random(env: gym.Env, seed: int) -> list[tuple]:
    """All that a day gives, for actions drawn from the seed."""
    observed, _ = env.reset(seed=seed)
    rng, seen, done = np.random.default_rng(seed), [], False
    while not done:
        observed, reward, done, _, report = env.step(int(rng.integers(env.action_space.n)))
        seen.append((observed.tolist(), reward, done, bool(report["accepted"])))
    return seen


def test_gymnasium_finds_nothing_to_complain_about(city):
    """`check_env` passes without a warning."""
    env = gym.make(ENVIRONMENT, area=city).unwrapped
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env, skip_render_check=True)


def test_two_seeded_copies_roll_out_alike(city):
    """The seed decides the days, the answers and the masks; another seed, other days."""
    first, second = (gym.make(ENVIRONMENT, area=city) for _ in range(2))
    assert play_at_random(first, 5) == play_at_random(second, 5)
    assert play_at_random(first, 5) != play_at_random(second, 6)


def test_a_batch_of_one_is_the_single_environment(city):
    """The vector environment with one day gives what the single one gives."""
    single = gym.make(ENVIRONMENT, area=city)
    batch = gym.make_vec(ENVIRONMENT, num_envs=1, area=city)
    alone, _ = single.reset(seed=4)
    together, _ = batch.reset(seed=4)
    for action in (3, 12, 8, 0, 12):
        assert np.array_equal(alone, together[0])
        alone, reward, *_ = single.step(action)
        together, rewards, *_ = batch.step(np.array([action]))
        assert rewards[0] == reward


def test_all_days_end_together_and_begin_anew(city):
    """After as many steps as a day has requests every lane is done, with its last observation."""
    env = gym.make_vec(ENVIRONMENT, num_envs=3, area=city)
    observed, _ = env.reset(seed=0)
    for step in range(10):
        assert observed in env.observation_space
        observed, _, ended, cut, report = env.step(np.full(3, 12))
        assert ended.tolist() == [step == 9] * 3
        assert not cut.any()
    assert np.stack(report["final_obs"]).shape == observed.shape
    assert np.abs(observed).max() <= LIMIT


def test_whoever_asks_nobody_earns_nothing(city):
    """Without a question the day is its own twin: every reward is zero."""
    env = gym.make_vec(ENVIRONMENT, num_envs=4, area=city)
    env.reset(seed=1)
    for _ in range(10):
        _, rewards, *_ = env.step(np.full(4, city.table.offers.no_shift))
        assert not rewards.any()


def test_rewards_add_up_to_what_the_day_saved(city, informed):
    """The sum of a day's rewards is the twin's cost, minus the day's own, minus the prices."""
    prices = Prices(minute=4.0, question=7.0)
    simulation = Simulation(city, 6, np.random.default_rng(2), beliefs=informed, prices=prices)
    simulation.begin()
    rng, total, goodwill = np.random.default_rng(0), np.zeros(6), np.zeros(6)
    while simulation.situation is not None:
        turn = simulation.advance(rng.integers(16, size=6))
        total += turn.reward
        asked = turn.actions != city.table.offers.no_shift
        minutes = city.table.offers.minutes[turn.actions] * turn.accepted
        goodwill += 7.0 * asked + 4.0 * minutes
    game = simulation.game
    saved = game.twin_cost.sum(axis=1) - game.plans.cost
    assert total * UNIT == pytest.approx(saved - goodwill)


def test_a_masked_out_action_counts_as_no_shift_and_is_reported(city, informed):
    """Nobody hears an offer that the mask rules out."""
    simulation = Simulation(city, 32, np.random.default_rng(0), beliefs=informed)
    simulation.begin()
    ruled_out = ~simulation.action_masks()
    rows = np.flatnonzero(ruled_out.any(axis=1))
    actions = np.where(ruled_out.any(axis=1), ruled_out.argmax(axis=1), 12)
    turn = simulation.advance(actions)
    assert len(rows)
    assert turn.masked_out[rows].all()
    assert (turn.actions[rows] == city.table.offers.no_shift).all()
    assert turn.accepted[rows].all()


def test_no_shift_is_always_allowed(city):
    """Whatever the model believes, a traveler may be left alone."""
    simulation = Simulation(city, 8, np.random.default_rng(0))
    simulation.begin()
    while simulation.situation is not None:
        assert simulation.action_masks()[:, city.table.offers.no_shift].all()
        simulation.advance(np.full(8, city.table.offers.no_shift))
    with pytest.raises(UsageError, match="start a batch of days"):
        simulation.advance(np.zeros(8, dtype=int))


def test_an_action_outside_the_grid_is_refused_by_name(city):
    """The error names the action and the grid."""
    env = gym.make_vec(ENVIRONMENT, num_envs=2, area=city)
    env.reset(seed=0)
    with pytest.raises(UsageError, match="action 16 at position 1"):
        env.step(np.array([0, 16]))


def test_stable_baselines_sees_the_same_days(city, informed):
    """The VecEnv hands out the simulation's own observations, masks and rewards."""
    mine, theirs = (
        Simulation(city, 5, np.random.default_rng(9), beliefs=informed) for _ in range(2)
    )
    env = SimulationVecEnv(theirs)
    observed, expected = env.reset(), mine.begin()
    for step in range(10):
        assert np.array_equal(observed, expected)
        assert np.array_equal(np.stack(env.env_method("action_masks")), mine.action_masks())
        observed, rewards, ended, _ = env.step(np.full(5, 9))
        turn = mine.advance(np.full(5, 9))
        expected = mine.begin() if step == 9 else mine.observe()
        assert rewards == pytest.approx(turn.reward)
        assert ended.all() == (step == 9)


@pytest.mark.parametrize("actions", [12, [12], np.full(7, 12), np.full((8, 1), 12)])
def test_every_day_is_given_one_action(city, actions):
    """One action for all days, too few and a column are refused with the shape that came."""
    env = gym.make_vec(ENVIRONMENT, num_envs=8, area=city)
    env.reset(seed=0)
    shape = re.escape(str(np.shape(actions)))
    with pytest.raises(UsageError, match=f"8 actions expected, one a day, got shape {shape}"):
        env.step(np.array(actions))


def test_a_single_day_takes_a_single_action(city):
    """An array of one action is no action."""
    env = gym.make(ENVIRONMENT, area=city)
    env.reset(seed=0)
    with pytest.raises(UsageError, match=r"1 action expected, one a day, got shape \(1, 1\)"):
        env.step(np.array([12]))


def test_info_tells_whether_the_traveler_was_asked(city):
    """No shift counts as accepted though nobody was asked; any other offer is a question."""
    env = gym.make(ENVIRONMENT, area=city)
    env.reset(seed=0)
    *_, report = env.step(city.table.offers.no_shift)
    assert report["accepted"] is True
    assert report["asked"] is False
    asked = []
    for _ in range(9):
        action = int(report["action_mask"].argmax())
        *_, report = env.step(action)
        assert report["asked"] is (action != city.table.offers.no_shift)
        asked.append(report["asked"])
    assert any(asked)


def test_a_seeded_vecenv_begins_the_days_of_that_seed(city):
    """`seed` holds from the next reset on: its days are those of the vector environment."""
    env = SimulationVecEnv(Simulation(city, 3, np.random.default_rng(0)))
    theirs = gym.make_vec(ENVIRONMENT, num_envs=3, area=city)
    for seed in (5, 6, 5):
        assert env.seed(seed) == [seed] * 3
        assert np.array_equal(env.reset(), theirs.reset(seed=seed)[0])


@pytest.mark.parametrize("make", [gym.make, partial(gym.make_vec, num_envs=2)])
def test_only_no_rendering_is_supported(city, make):
    """`render_mode=None` is taken, as Gymnasium's tools pass it; another mode is refused."""
    assert make(ENVIRONMENT, area=city, render_mode=None).render_mode is None
    with (
        warnings.catch_warnings(action="ignore"),
        pytest.raises(UsageError, match="can't be rendered: render_mode is None, not human"),
    ):
        make(ENVIRONMENT, area=city, render_mode="human")


def test_a_batch_has_days_and_one_seed(city):
    """No day at all and a seed for each day are refused."""
    with pytest.raises(UsageError, match=r"at least 1 day .*\(num_envs\), not 0"):
        gym.make_vec(ENVIRONMENT, num_envs=0, area=city)
    env = gym.make_vec(ENVIRONMENT, num_envs=2, area=city)
    with pytest.raises(UsageError, match=r"all days share one seed, .* not \[1, 2\]"):
        env.reset(seed=[1, 2])


def test_an_area_is_told_in_a_line(city):
    """Gymnasium repeats all arguments in its errors: an area there is its folder and counts."""
    told = f"ServiceArea('{city.folder}', 10 travelers, {len(city.trips)} trips, 9 zones)"
    with pytest.raises(TypeError, match=re.escape(told)):
        gym.make(ENVIRONMENT, area=city, colour="red")


@pytest.mark.parametrize("mode", [mode.value for mode in AutoresetMode])
def test_autoreset_is_as_in_gymnasiums_own_vector_environment(city, mode):
    """A batch of one gives what SyncVectorEnv gives, step by step, over the end of a day."""
    ours = gym.make_vec(ENVIRONMENT, num_envs=1, area=city, autoreset_mode=mode)
    theirs = SyncVectorEnv(
        [lambda: NegotiationEnv(city)], autoreset_mode=AutoresetMode(mode), copy=True
    )
    assert ours.metadata["autoreset_mode"] is AutoresetMode(mode)
    assert same(ours.reset(seed=4), theirs.reset(seed=4))
    for step in range(23):
        actions = np.array([step % 16])
        mine, other = ours.step(actions), theirs.step(actions)
        assert same(mine, other), step
        if mode == "Disabled" and mine[2].all():
            mask = np.ones(1, dtype=np.bool_)
            again = [env.reset(options={"reset_mask": mask.copy()}) for env in (ours, theirs)]
            assert same(*again)


def same(one, other) -> bool:
    """Whether nested tuples, dicts and arrays are equal, keys and shapes included."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if np.asarray(one).dtype == object:
        return len(one) == len(other) and all(map(same, one, other))
    return np.shape(one) == np.shape(other) and bool((np.asarray(one) == np.asarray(other)).all())


def test_a_reset_of_some_days_is_refused(city):
    """All days end together, so that none begins alone; nor is there another mode."""
    env = gym.make_vec(ENVIRONMENT, num_envs=2, area=city, autoreset_mode="Disabled")
    env.reset(seed=1)
    with pytest.raises(UsageError, match="reset_mask is an array of 2 times True"):
        env.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(UsageError, match="autoreset_mode is one of NextStep, SameStep, Disabled"):
        gym.make_vec(ENVIRONMENT, num_envs=2, area=city, autoreset_mode="Never")


def test_tools_that_try_to_render_take_the_refusal_for_a_no(city):
    """Stable-Baselines3 asks for pictures first, and goes on without when it gets a TypeError."""
    with warnings.catch_warnings(action="ignore"):
        days = make_vec_env(ENVIRONMENT, n_envs=2, env_kwargs={"area": city})
    assert days.reset().shape[0] == 2
    assert get_action_masks(days).shape == (2, 16)
    days.close()


def test_a_child_process_finds_the_environment():
    """Nothing of rideflex is imported before, and nothing heavy to learn the name."""
    asked = (
        "import sys, gymnasium, rideflex.training.environment as known\n"
        "heavy = [name for name in ('torch', 'numba', 'polars') if name in sys.modules]\n"
        "sys.exit(len(heavy))"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
    made = f"import gymnasium; gymnasium.make({ENVIRONMENT!r}, area='nowhere')"
    told = subprocess.run([sys.executable, "-c", made], check=False, capture_output=True, text=True)
    assert "nowhere: is not a folder" in told.stderr
