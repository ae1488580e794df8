"""One contract for every flexibility model of the package; and the checks find what breaks it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path

import numpy as np
import pytest

import rideflex
from rideflex import FlexibilityPosterior
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.models.protocol import FlexibilityModel
from rideflex.models.registry import MODELS, model_class
from rideflex.testing import check_model, model_checks

MEMBERS = ("types", "n_travelers", "fit", "predict_proba", "save", "load")
ELSEWHERE = ("rideflex.cli", "rideflex.bench", "rideflex.__main__", "rideflex.testing")


def models_of_the_package() -> list[type]:
    """Every class in rideflex that has the members of the contract."""
    found = set()
    for module in pkgutil.walk_packages(rideflex.__path__, "rideflex."):
        if module.name.startswith(ELSEWHERE):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind is not FlexibilityModel and all(hasattr(kind, name) for name in MEMBERS):
                found.add(kind)
    return sorted(found, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("check", model_checks(), ids=lambda check: check.__name__)
@pytest.mark.parametrize("make", models_of_the_package(), ids=lambda kind: kind.__name__)
def test_contract(make: type, check, tmp_path: Path) -> None:
    """Every model of the package keeps every part of the contract."""
    check(make, tmp_path)


def test_the_models_are_found() -> None:
    """The list of models is not empty by mistake, and each is in the registry."""
    found = models_of_the_package()
    assert {"FlexibilityPosterior", "EvidenceModel"} <= {kind.__name__ for kind in found}
    assert {model_class(name) for name in MODELS} == set(found)


class Forgetful(FlexibilityPosterior):
    """Loses what it is not asked about, and is sure of the rest."""

    noise = 0.7

    def predict_proba(self, travelers, *, unknown="raise"):
        """Rows that don't add up, for strangers too."""
        return 2.0 * super().predict_proba(travelers, unknown="prior")


class Careless(FlexibilityPosterior):
    """Takes any file for its own."""

    def save(self, path):
        """Write nothing of what was learned."""
        Path(path).write_bytes(b"x" * 200)

    @classmethod
    def load(cls, path):
        """A model that has seen nothing."""
        return cls(40, DEFAULT_TYPES)


class Clocked(FlexibilityPosterior):
    """Depends on what the process did before."""

    drawn = np.random.default_rng(0)

    def fit(self, counts):
        """Fit to the counts and to a little chance."""
        super().fit(counts.scaled(float(self.drawn.uniform(0.5, 1.0))))


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        (
            Forgetful,
            {
                "rows_sum_to_one",
                "evidence_finds_the_noise",
                "unknown_travelers_raise_or_get_the_weights",
            },
        ),
        (Careless, {"saving_keeps_every_bit", "files_are_checked"}),
        (Clocked, {"order_does_not_matter", "runs_agree"}),
    ],
)
def test_what_breaks_the_contract_is_named(kind: type, broken: set[str]) -> None:
    """All broken promises are told at once, each by the name of its check."""
    with pytest.raises(AssertionError, match=r"of 14 checks failed:\n- ") as caught:
        check_model(kind)
    told = {line.split(":")[0].removeprefix("- ") for line in str(caught.value).splitlines()[1:]}
    assert broken <= told
    assert "evidence_finds_the_types" not in told or kind is Forgetful


def test_another_error_than_promised_is_told() -> None:
    """A class that can't even be called fails every check, with its own words."""
    with pytest.raises(AssertionError, match=r"(?s)14 of 14 .*no keyword arguments"):
        check_model(dict.fromkeys)
