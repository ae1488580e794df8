"""Policies that choose an offer for every request, behind one contract."""

from rideflex.negotiation.policies.lookahead import LookAhead
from rideflex.negotiation.policies.protocol import Policy
from rideflex.negotiation.policies.registry import POLICIES, make_policies
from rideflex.negotiation.policies.simple import (
    ExpectedSaving,
    LargestLikely,
    NeverAsk,
    RandomOffer,
)

__all__ = [
    "POLICIES",
    "ExpectedSaving",
    "LargestLikely",
    "LookAhead",
    "NeverAsk",
    "Policy",
    "RandomOffer",
    "make_policies",
]
