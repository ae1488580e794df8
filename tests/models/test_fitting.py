"""What a fit to a log amounts to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rideflex import FlexibilityPosterior
from rideflex.areas import ServiceArea, read_area
from rideflex.errors import DataError, UsageError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.logs.files import LogCounts
from rideflex.models.fitting import fit_to_log, model_for
from rideflex.outcomes import Counts
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.testing.worlds import draw_world


def log_of(counts: Counts, rows: int = 100, fallbacks: int = 0) -> LogCounts:
    """A log that came to these counts."""
    return LogCounts(counts, rows, fallbacks)


def test_travelers_count_who_answered_once() -> None:
    """A single outcome makes a traveler asked; types are found among those alone."""
    counts = draw_world(6, 40).counts
    counts.agree[4:], counts.total[4:] = 0.0, 0.0
    counts.agree[4, 0], counts.total[4] = 1.0, 1.0
    fitted = fit_to_log(FlexibilityPosterior(6, DEFAULT_TYPES), log_of(counts))
    assert fitted.n_asked == 5
    likeliest = fitted.model.predict_proba(np.arange(5)).argmax(axis=1)
    assert list(fitted.found()) == list(DEFAULT_TYPES)
    assert list(fitted.found().values()) == np.bincount(likeliest, minlength=4).tolist()
    assert fitted.noise == fitted.model.noise
    assert fitted.seconds > 0


@pytest.mark.parametrize(
    ("noise", "fallbacks", "doubts"),
    [(0.02, 0, 0), (0.02, 5, 0), (0.02, 6, 1), (0.35, 0, 1), (0.35, 100, 2)],
)
def test_doubts_are_told(noise: float, fallbacks: int, doubts: int) -> None:
    """Many answers against the types, and more than one in twenty without a row: one line each."""
    counts = draw_world(200, 60, noise).counts
    fitted = fit_to_log(FlexibilityPosterior(200, DEFAULT_TYPES), log_of(counts, 100, fallbacks))
    told = " ".join(fitted.warnings())
    assert len(fitted.warnings()) == doubts
    assert ("explain little" in told) == (noise > 0.2)
    assert (f"no row for {fallbacks}% of the outcomes" in told) == (fallbacks > 5)


@pytest.fixture(scope="module")
def area(tmp_path_factory: pytest.TempPathFactory) -> ServiceArea:
    """A small city whose travelers have features."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    generate_area(folder, AreaSettings(travelers=8, trips=4, zones=5, seed=2))
    return read_area(folder)


def test_models_are_made_for_an_area(area: ServiceArea, tmp_path: Path) -> None:
    """By name, with the area's travelers and types, and its features where they are wanted."""
    for name in ("posterior", "evidence"):
        model = model_for(area, name)
        assert (model.n_travelers, model.types) == (8, area.table.types)
        assert model.travelers is not None
        assert np.array_equal(model.travelers.ids, area.travelers.ids)
    informed = model_for(area, "evidence", features=True)
    assert informed.feature_names == area.feature_names
    with pytest.raises(UsageError, match="'posterior' takes no features"):
        model_for(area, "posterior", features=True)
    with pytest.raises(UsageError, match="unknown model 'oracle'; there are posterior, evidence"):
        model_for(area, "oracle")
    for file in area.folder.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    bare = pl.read_csv(tmp_path / "trips.csv").drop(area.feature_names)
    bare.write_csv(tmp_path / "trips.csv")
    with pytest.raises(DataError, match=r"trips\.csv: says nothing of the travelers"):
        model_for(read_area(tmp_path), "evidence", features=True)
