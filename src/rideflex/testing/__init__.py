"""Public contract checks for models and policies of your own."""

from rideflex.testing.models import check_model, model_checks

__all__ = ["check_model", "model_checks"]
