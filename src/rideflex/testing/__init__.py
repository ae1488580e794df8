"""Public contract checks for models and policies of your own."""

from rideflex.testing.answer_models import answer_model_checks, check_answer_model
from rideflex.testing.models import check_model, model_checks
from rideflex.testing.policies import check_policy, policy_checks

__all__ = [
    "answer_model_checks",
    "check_answer_model",
    "check_model",
    "check_policy",
    "model_checks",
    "policy_checks",
]
