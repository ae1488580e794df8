"""Which policy the figures of a comparison speak for, and why."""

from __future__ import annotations

from dataclasses import dataclass

from rideflex.evaluation.compare import CLAIRVOYANT, Comparison, PolicyRow
from rideflex.negotiation.policies.simple import NeverAsk


@dataclass(frozen=True)
class Recommendation:
    """A policy to use, and the reasons in words.

    Parameters
    ----------
    policy
        The name of one that was compared.
    reasons
        Sentences with the figures that decided.
    """

    policy: str
    reasons: tuple[str, ...]


def worth_minutes(compared: Comparison, policy: str) -> float:
    """Vehicle minutes per day that a policy saves, less what the goodwill it used is priced at.

    Raises
    ------
    UsageError
        If it was not compared.
    """
    row, never = compared.row(policy), compared.row(NeverAsk.name)
    actions = compared.agreed[policy].actions
    n_requests = sum(map(len, actions)) / len(actions)
    goodwill_s = row.shifted_minutes * compared.prices.minute + row.asked * compared.prices.question
    return never.vehicle_minutes - row.vehicle_minutes - n_requests * goodwill_s / 60


def recommend(compared: Comparison) -> Recommendation:
    """Recommend the policy that is worth most after the prices of goodwill.

    A policy whose saving can't be told from nothing (its 95 % interval reaches 0) is not
    recommended; where none is left, or none is worth its goodwill, never asking is.
    """
    policies = [row for row in compared.rows if row.policy not in (NeverAsk.name, CLAIRVOYANT)]
    worth = {row.policy: worth_minutes(compared, row.policy) for row in policies}
    sure = [row for row in policies if row.saving.low > 0 and worth[row.policy] > 0]
    if not sure:
        return Recommendation(NeverAsk.name, (_why_none(policies, worth),))
    best = max(sure, key=lambda row: worth[row.policy])
    reasons = [
        f"It saves {best.saving.mean:.1%} of the vehicle minutes (95 % interval "
        f"{best.saving.low:.1%} to {best.saving.high:.1%}) for {best.shifted_minutes:.1f} agreed "
        "minutes per traveler and day.",
        f"At {compared.prices.minute:g} driving seconds for a shifted minute that is worth "
        f"{worth[best.policy]:.1f} vehicle minutes per day after goodwill"
        + (", the most of all policies." if len(policies) > 1 else "."),
    ]
    if by_penalties := compared.penalty_saving(best.policy):
        reasons.append(
            f"Of the saving, {by_penalties:.1%} are penalties of requests that never asking leaves "
            "unserved; the rest is driving."
        )
    greedier = [row for row in policies if row.saving.mean > best.saving.mean]
    if greedier:
        most = max(greedier, key=lambda row: row.saving.mean)
        reasons.append(
            f"{most.policy} saves more ({most.saving.mean:.1%}), for "
            f"{most.shifted_minutes:.1f} minutes per traveler; at this price that is worth less."
        )
    return Recommendation(best.policy, tuple(reasons))


def _why_none(policies: list[PolicyRow], worth: dict[str, float]) -> str:
    if not policies:
        return "No policy was compared with never asking."
    best = max(policies, key=lambda row: worth[row.policy])
    if best.saving.low > 0:
        return (
            f"The best policy, {best.policy}, saves {best.saving.mean:.1%}, which is not worth the "
            "goodwill that it uses at these prices."
        )
    return (
        f"No policy's saving can be told from nothing on these days: of the best, {best.policy}, "
        f"the 95 % interval is {best.saving.low:.1%} to {best.saving.high:.1%}."
    )
