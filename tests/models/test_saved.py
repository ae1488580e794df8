"""Saved models: damage is found, and files of release 0.1 load."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rideflex.decisions import DecisionTable
from rideflex.errors import DataError
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.models.mixture import MixturePrior
from rideflex.models.registry import MODELS, load_model, model_class
from rideflex.testing.worlds import draw_world
from rideflex.travelers import TravelerIndex
from tests.storage.damage import flipped, in_release_0_1_layout

EVERYBODY = np.arange(5)


@pytest.fixture(params=sorted(MODELS))
def saved(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A saved model of five travelers."""
    model = model_class(request.param)(5, DEFAULT_TYPES, travelers=TravelerIndex(EVERYBODY + 7))
    model.fit(draw_world(5, 6).counts)
    path = tmp_path / "five.model"
    model.save(path)
    return path


def bits_of(whole: bytes, n: int) -> np.ndarray:
    """Some bits, more of them where the header is."""
    rng = np.random.default_rng(0)
    return np.append(rng.integers(8 * len(whole), size=n), rng.integers(8 * 1200, size=n))


def test_a_flipped_bit_gives_an_error_or_the_same_model(saved: Path) -> None:
    """Every load names the file, or predicts what was saved, bit for bit."""
    whole, expected = saved.read_bytes(), load_model(saved).predict_proba(EVERYBODY)
    loaded = 0
    for content in flipped(whole, bits_of(whole, 100)):
        saved.write_bytes(content)
        try:
            model = load_model(saved)
        except DataError as error:
            assert saved.name in str(error)
            continue
        loaded += 1
        assert np.array_equal(model.predict_proba(EVERYBODY), expected)
    assert loaded < 50


def test_damage_of_an_older_file_is_no_traceback(saved: Path) -> None:
    """Without checksums some damage can't be found; what is found names the file."""
    saved.write_bytes(in_release_0_1_layout(saved))
    whole = saved.read_bytes()
    for content in flipped(whole, bits_of(whole, 60)):
        saved.write_bytes(content)
        try:
            model = load_model(saved)
        except DataError as error:
            assert saved.name in str(error)
            continue
        assert model.predict_proba(np.arange(model.n_travelers)).shape[1] == len(model.types)


def test_models_of_release_0_1_load(saved: Path) -> None:
    """The same probabilities, bit for bit; an embedding's noise was not saved then."""
    header = json.loads(saved.read_bytes()[20:].split(b"\0")[0])
    assert header["version"] == 1  # what release 0.1 reads and wrote
    model = load_model(saved)
    saved.write_bytes(in_release_0_1_layout(saved))
    older = load_model(saved)
    assert np.array_equal(older.predict_proba(EVERYBODY), model.predict_proba(EVERYBODY))
    assert older.travelers.ids.tolist() == list(range(7, 12))
    assert 0 < older.noise < 0.5
    assert MixturePrior().noise == 0.05


def test_a_file_that_holds_no_model_is_named(city, tmp_path: Path) -> None:
    """A decision table is not a flexibility model."""
    path = tmp_path / "table.rideflex"
    city.table.save(path)
    with pytest.raises(DataError, match="holds a decision table, not a flexibility model"):
        load_model(path)


def test_a_flipped_bit_gives_an_error_or_the_same_table(city, tmp_path: Path) -> None:
    """A damaged decision table never answers otherwise."""
    path = tmp_path / "table.rideflex"
    city.table.save(path)
    whole = path.read_bytes()
    trips = np.repeat(np.arange(-1, city.table.n_trips), 16)
    actions = np.tile(np.arange(16), city.table.n_trips + 1)
    expected = city.table.accepts(trips, actions)
    for content in flipped(whole, bits_of(whole, 100)):
        path.write_bytes(content)
        try:
            table = DecisionTable.load(path)
        except DataError as error:
            assert path.name in str(error)
            continue
        assert np.array_equal(table.accepts(trips, actions), expected)
        assert table.report == city.table.report
