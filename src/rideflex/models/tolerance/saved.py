"""Fitted settings as arrays, to be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from rideflex.errors import UsageError
from rideflex.models.tolerance.cells import Form
from rideflex.models.tolerance.settings import Setting

_COLUMNS = ("scale", "lapse", "noise", "share", "statement_lapse")


def settings_arrays(settings: Sequence[Setting]) -> dict[str, npt.NDArray[Any]]:
    """The settings as arrays by name; the names of their forms stand apart."""
    columns = [[getattr(setting, name) for name in _COLUMNS] for setting in settings]
    return {
        "settings": np.array(columns, dtype=np.float64),
        "weights": np.stack([setting.weights for setting in settings]),
    }


def settings_of(
    arrays: Mapping[str, npt.NDArray[Any]], forms: Sequence[Form]
) -> tuple[Setting, ...]:
    """Restore settings.

    Raises
    ------
    UsageError
        If they make no sense.
    """
    columns, weights = np.array(arrays["settings"]), np.array(arrays["weights"])
    in_range = (columns > 0).all() and (columns[:, [1, 2, 4]] < 0.5).all()
    if not (in_range and set(forms) <= set(get_args(Form)) and (weights >= 0).all()):
        raise UsageError("settings have positive scales and shares, and lapses below one half")
    if not np.allclose(weights.sum(axis=1), 1.0) or not np.isclose(columns[:, 3].sum(), 1.0):
        raise UsageError("weights and shares of settings add up to 1")
    return tuple(
        Setting(form, scale, lapse, own, noise, share, stated)
        for form, (scale, lapse, noise, share, stated), own in zip(
            forms, columns.tolist(), weights, strict=True
        )
    )
