"""Public contract checks for models and policies of your own."""

from rideflex.testing.answer_models import answer_model_checks, check_answer_model
from rideflex.testing.models import check_model, model_checks

__all__ = ["answer_model_checks", "check_answer_model", "check_model", "model_checks"]
