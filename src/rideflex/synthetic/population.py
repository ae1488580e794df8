"""Made-up travelers: who they are, where they live, and how flexible they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rideflex.areas.behaviour import People, Tolerances
from rideflex.flexibility import flexible_sides
from rideflex.synthetic.city import City

AGES = ("18-25", "26-35", "36-50", "51-65", "65+")
OCCUPATIONS = (
    "student",
    "teacher",
    "IT professional",
    "healthcare worker",
    "construction worker",
    "unemployed",
    "retired",
)
INCOMES = (
    "Less than $25K",
    "$25K - $50K",
    "$50K - $75K",
    "$75K - $100K",
    "$100K - $150K",
    "$150K or more",
)
# Shares of the four types, in their order: late, early, inflexible, both.
TYPE_SHARES = np.array([0.27, 0.40, 0.22, 0.11])
_AGE_SHARES = np.array([0.25, 0.25, 0.15, 0.2, 0.15])
_OCCUPATION_SHARES = np.array(
    [
        [0.60, 0.02, 0.08, 0.08, 0.12, 0.10, 0.00],
        [0.10, 0.18, 0.24, 0.16, 0.20, 0.12, 0.00],
        [0.02, 0.22, 0.22, 0.18, 0.24, 0.12, 0.00],
        [0.00, 0.22, 0.12, 0.20, 0.24, 0.14, 0.08],
        [0.00, 0.04, 0.02, 0.04, 0.02, 0.03, 0.85],
    ]
)
_INCOME_CENTERS = np.array([0.4, 2.0, 4.2, 2.8, 1.6, 0.3, 1.4])
# How features pull towards a type: rows are the types, columns the occupations.
_PULLS = 2.2 * np.array(
    [
        [1.5, -0.5, 0.5, -0.5, -1.0, 0.0, -1.0],
        [-1.0, 1.0, -0.5, 0.5, 1.5, -0.5, 0.0],
        [-0.5, 0.5, 0.5, 1.5, 0.0, -1.5, -1.0],
        [0.0, -1.0, -0.5, -1.5, -0.5, 2.0, 2.0],
    ]
)
_AGE_PULL = np.array([0.5, -0.3, 0.4, -0.3])
_INCOME_PULL = np.array([0.3, -0.2, 0.3, -0.4])
# Medians of the tolerances in minutes on the flexible and on the rigid side, logit answers.
_FLEXIBLE_MIN, _RIGID_MIN = 28.0, 7.0


@dataclass(frozen=True)
class Population:
    """T made-up travelers.

    Parameters
    ----------
    ages, occupations, incomes
        Indices into AGES, OCCUPATIONS and INCOMES, int64 [T].
    homes
        Home zones, int64 [T].
    people
        What decides their answers, by phase.
    """

    ages: npt.NDArray[np.int64]
    occupations: npt.NDArray[np.int64]
    incomes: npt.NDArray[np.int64]
    homes: npt.NDArray[np.int64]
    people: People


def draw_population(
    n_travelers: int,
    city: City,
    *,
    logit: bool,
    change: float,
    by_features: bool,
    rng: np.random.Generator,
) -> Population:
    """Draw travelers.

    Parameters
    ----------
    logit
        Answers are a logit choice with tolerances of each traveler's own, not the type's rule.
    change
        Share of travelers who become another type half-way.
    by_features
        The type depends on age, occupation and income; else it is independent of them.
    """
    ages = rng.choice(len(AGES), n_travelers, p=_AGE_SHARES)
    occupations = _choices(_OCCUPATION_SHARES[ages], rng)
    spread = rng.normal(_INCOME_CENTERS[occupations], 0.9)
    incomes = np.rint(spread).clip(0, len(INCOMES) - 1).astype(np.int64)
    pull = np.zeros((n_travelers, len(TYPE_SHARES)))
    if by_features:
        pull = _PULLS[:, occupations].T
        pull = pull + np.outer(2.0 - ages, _AGE_PULL) + np.outer(incomes - 2.5, _INCOME_PULL)
    types = _choices(_type_shares(pull), rng)[None]
    if change:
        types = np.concatenate([types, _changed(types[0], change, rng)[None]])
    return Population(
        ages,
        occupations,
        incomes,
        homes=rng.choice(len(city.zones), n_travelers, p=city.housing),
        people=People(types.astype(np.int32), _tolerances(types, rng) if logit else None),
    )


def _type_shares(pull: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Logit shares of the types for each traveler, [T, L], whose mean is TYPE_SHARES."""
    shares = _softmax(np.log(TYPE_SHARES) + pull)
    offset = np.log(TYPE_SHARES)
    for _ in range(50):
        offset = offset + np.log(TYPE_SHARES / shares.mean(axis=0))
        shares = _softmax(offset + pull)
    return shares


def _changed(
    types: npt.NDArray[np.int64], share: float, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    n_types = len(TYPE_SHARES)
    movers = rng.permutation(len(types))[: round(share * len(types))]
    changed = types.copy()
    changed[movers] = (types[movers] + rng.integers(1, n_types, len(movers))) % n_types
    return changed


def _tolerances(types: npt.NDArray[np.int64], rng: np.random.Generator) -> Tolerances:
    """Logit parameters [P, T]; who keeps the type keeps the tolerances."""
    n = types.shape[1]
    median = np.where(flexible_sides()[types], _FLEXIBLE_MIN, _RIGID_MIN)
    taste = rng.lognormal(0, 0.35, (n, 2))
    early, late = np.moveaxis(np.round(median * taste, 1), -1, 0)
    duty_effect = np.round(rng.normal(-0.3, 0.15, n), 3)
    noise = np.round(rng.uniform(0.1, 0.3, n), 3)
    return Tolerances(
        early, late, *(np.broadcast_to(own, types.shape) for own in (duty_effect, noise))
    )


def _choices(shares: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """One draw from each row of shares."""
    drawn = rng.random((len(shares), 1)) * shares.sum(axis=1, keepdims=True)
    chosen: npt.NDArray[np.int64] = (np.cumsum(shares, axis=1) <= drawn).sum(axis=1)
    return chosen


def _softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: npt.NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return shares
