"""Scan, dict and index answer alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from rideflex.bench.baselines import Scan, build_dict, decision_matrix, indicator_matrix
from rideflex.bench.peers import build_peers
from rideflex.decisions import DecisionTable
from rideflex.flexibility import DEFAULT_TYPES
from rideflex.offers import OfferGrid
from rideflex.synthetic import AreaSettings, generate_area
from rideflex.tables.columns import KEY
from tests.decisions.frames import tables


def both_matrices(ask, outcomes, types):
    """Indicators, decisions and fall-backs of a baseline."""
    indicators, fallbacks = indicator_matrix(ask, outcomes, types)
    decisions, again = decision_matrix(ask, outcomes, types)
    assert fallbacks == again
    return indicators, decisions, fallbacks


@settings(max_examples=30)  # a scan takes milliseconds a question
@given(tables())
def test_scan_dict_and_index_give_the_same_matrices_and_fallbacks(drawn):
    """For any small table: scan as index (first), dict as index (last), fall-backs included."""
    rows, outcomes, types = drawn
    for on_conflict, ask in (
        ("first", Scan(rows, types).get),
        ("last", build_dict(rows, types).get),
    ):
        table = DecisionTable.from_frame(
            rows, types, offers=OfferGrid.default(), on_conflict=on_conflict
        )
        got = table.answers(
            table.trip_ids(outcomes),
            table.actions(outcomes),
            outcomes["accepted"].to_numpy(dtype=bool),
        )
        indicators, decisions, fallbacks = both_matrices(ask, outcomes, types)
        np.testing.assert_array_equal(got.indicators, indicators)
        np.testing.assert_array_equal(got.accepts, decisions)
        assert got.fallbacks == fallbacks


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated city that the documentation talks of."""
    folder = tmp_path_factory.mktemp("city") / "area"
    generate_area(folder, AreaSettings(seed=7))
    return folder


@pytest.fixture(params=["generated", "san_francisco"])
def decisions_csv(request: pytest.FixtureRequest) -> Path:
    """The decisions of each folder."""
    return request.getfixturevalue(request.param) / "decisions.csv"


def test_every_key_of_a_folder_is_answered_alike(decisions_csv):
    """The dict of first rows, and that of last rows, answer all keys as the index does."""
    rows = pd.read_csv(decisions_csv)
    on_top = build_dict(rows[~rows.duplicated(list(KEY))], DEFAULT_TYPES)
    cache = build_dict(rows, DEFAULT_TYPES)
    first = DecisionTable.from_csv(decisions_csv).as_mapping()
    last = DecisionTable.from_csv(decisions_csv, on_conflict="last").as_mapping()
    assert len(first) == len(last) == len(cache) > 20_000
    assert all(last[question] == answer for question, answer in cache.items())
    assert all(first[question] == answer for question, answer in on_top.items())
    differing = sum(on_top[question] != answer for question, answer in cache.items())
    assert differing > 100, "the folder has no keys whose rows disagree"
    scan = Scan(rows, DEFAULT_TYPES)
    for question in list(cache)[::100]:
        assert scan.get(question) == on_top[question]


def test_every_key_is_hit_by_encoded_lookups(decisions_csv):
    """Asked in bulk, every row of the file finds its key: no fall-back at all."""
    rows = pd.read_csv(decisions_csv)
    table = DecisionTable.from_csv(decisions_csv)
    ids, actions = table.trip_ids(rows), table.actions(rows)
    assert ids.min() >= 0
    assert table.fallbacks(ids, actions) == 0
    unique = ~rows.duplicated(list(KEY))
    expected = (rows.loc[unique, list(table.types)] == "accept").to_numpy()
    got = table.accepts(ids, actions, strict=True)[unique.to_numpy()]
    np.testing.assert_array_equal(got, expected)


def test_peers_answer_as_the_index_does(decisions_csv):
    """The three peers give the index's matrices, with the rule where a context is unknown."""
    rows = pd.read_csv(decisions_csv)
    outcomes = rows[list(KEY)].sample(500, random_state=0).reset_index(drop=True)
    outcomes.loc[::7, "traveler_id"] += 1000
    outcomes["accepted"] = np.random.default_rng(0).random(len(outcomes)) < 0.5
    table = DecisionTable.from_csv(decisions_csv)
    expected = table.answers(
        table.trip_ids(outcomes), table.actions(outcomes), outcomes["accepted"]
    )
    assert expected.fallbacks == len(outcomes[::7])
    for name, build in build_peers(rows, table.types).items():
        indicators, decisions = build().answer(outcomes)
        np.testing.assert_array_equal(indicators, expected.indicators, err_msg=name)
        np.testing.assert_array_equal(decisions, expected.accepts, err_msg=name)
