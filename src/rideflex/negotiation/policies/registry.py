"""Policies by the names that the command line knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.policies.lookahead import LookAhead
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import (
    ExpectedSaving,
    LargestLikely,
    NeverAsk,
    RandomOffer,
)

LEARNED = "ppo"
"""The name of what a run's reinforcement learning made; it comes with a run."""

MAKERS: dict[str, Callable[[Beliefs], Policy]] = {
    NeverAsk.name: lambda _: NeverAsk(),
    RandomOffer.name: lambda _: RandomOffer(),
    LargestLikely.name: lambda _: LargestLikely(),
    ExpectedSaving.name: lambda _: ExpectedSaving(),
    LookAhead.name: LookAhead,
}
"""Policies that need no training; a further one is entered here."""

POLICIES = (*MAKERS, LEARNED)


def make_policies(
    names: Sequence[str], beliefs: Beliefs, learned: Policy | None = None
) -> dict[str, Policy]:
    """Make policies by name.

    Parameters
    ----------
    names
        Some of `POLICIES`.
    beliefs
        What look-ahead expects of travelers still to come.
    learned
        The trained policy, where "ppo" is among the names.

    Raises
    ------
    UsageError
        If a name is unknown, or "ppo" is asked for without a trained policy.
    """
    makers = dict(MAKERS)
    if learned is not None:
        makers[LEARNED] = lambda _: learned
    for name in names:
        if name not in makers:
            cause = "has no trained policy here" if name == LEARNED else "is not a policy"
            raise UsageError(f"{name!r} {cause}; there are {', '.join(makers)}")
    return {name: makers[name](beliefs) for name in names}
