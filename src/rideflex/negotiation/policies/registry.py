"""Policies by the names that the command line knows."""

from __future__ import annotations

from collections.abc import Sequence

from rideflex.errors import UsageError
from rideflex.models.acceptance import Beliefs
from rideflex.negotiation.policies.lookahead import LookAhead
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.simple import ExpectedSaving, LargestLikely, NeverAsk

POLICIES = ("never", "largest", "expected", "lookahead", "ppo")


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
    made: dict[str, Policy] = {
        NeverAsk.name: NeverAsk(),
        LargestLikely.name: LargestLikely(),
        ExpectedSaving.name: ExpectedSaving(),
        LookAhead.name: LookAhead(beliefs),
    }
    if learned is not None:
        made[learned.name] = learned
    for name in names:
        if name not in made:
            cause = "has no trained policy here" if name in POLICIES else "is not a policy"
            raise UsageError(f"{name!r} {cause}; there are {', '.join(made)}")
    return {name: made[name] for name in names}
