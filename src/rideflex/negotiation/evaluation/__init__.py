"""What policies are worth on days never trained on, with intervals that can be cited."""

from rideflex.negotiation.evaluation.compare import Evaluation, PolicyResult, evaluate
from rideflex.negotiation.evaluation.play import Played, play
from rideflex.negotiation.evaluation.statistics import Interval, gini, paired_saving, top_share

__all__ = [
    "Evaluation",
    "Interval",
    "Played",
    "PolicyResult",
    "evaluate",
    "gini",
    "paired_saving",
    "play",
    "top_share",
]
