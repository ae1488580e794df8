"""Meta-training goes on exactly where it stopped, and says what it does."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from rideflex.errors import DataError, UsageError
from rideflex.models.registry import make_answer_model
from rideflex.models.world import in_world
from rideflex.outcomes import OutcomeBuffer
from rideflex.synthetic.outcomes import ask
from rideflex.training.model_update import make_learner
from rideflex.training.run_folder import RunFolder
from rideflex.training.settings import RunSettings
from rideflex.training.trained_run import load_run
from rideflex.training.trainer import MetaTraining, train

LOG = [
    r"\[Epoch 2, Step 80\] Updating embedding model\.\.\.",
    r"  \[Embedding Update\] Training on \d+ samples from 10 customers",
    r"  \[Embedding Dataset\] Built lookup cache: \d+ rows → \d+ unique keys in \d+\.\d{3}s",
    r"  \[Embedding Update\] Using O\(1\) index lookup \(\d+ cached keys\)",
    r"    Epoch 1/50, Loss: -?\d+\.\d+",
]


SIX = {"epochs": 6, "envs": 4, "update_every": 2, "buffer": 100, "explore": 1.0}


def settings_for(folder, **given):
    """A run of six small epochs."""
    return RunSettings.of(folder, **{**SIX, **given})


def begin(settings, folder, area, lines=None):
    """A run that was begun and not trained yet."""
    run = RunFolder(folder)
    run.create(settings)
    return MetaTraining(
        settings, run, area, report=([] if lines is None else lines).append, checkpoint_every=2
    )


@pytest.mark.parametrize(
    "given",
    [
        {"model": "evidence"},
        {"model": "posterior"},
        {"model": "minibatch"},
        {"model": "tolerance"},
        {"model": "hybrid"},
        {"model": "hybrid", "context": "trip_purpose=work,school", "forget": 0.7},
    ],
    ids=lambda given: "-".join(map(str, given.values())),
)
def test_six_epochs_are_three_and_three(city, city_folder, tmp_path, given):
    """Stopped after three and resumed, a run leaves the very same metrics, model and policy."""
    settings = settings_for(city_folder, **given)
    begin(settings, tmp_path / "straight", city).run()
    begin(settings, tmp_path / "halves", city).run(until=3)
    resumed = MetaTraining(settings, RunFolder(tmp_path / "halves"), city)
    resumed.restore()
    assert resumed.epoch == 3
    resumed.run()
    straight, halves = (load_run(tmp_path / name, city) for name in ("straight", "halves"))
    metrics = [RunFolder(tmp_path / name).metrics() for name in ("straight", "halves")]
    assert len(metrics[0]) == 6
    assert metrics[0] == metrics[1]
    trips = np.arange(len(city.trips))
    assert np.array_equal(straight.beliefs.accept(trips), halves.beliefs.accept(trips))
    assert np.ptp(straight.beliefs.accept(trips)) > 0.5
    weights = [trained.policy.network.state_dict() for trained in (straight, halves)]
    assert all(weights[0][name].equal(weights[1][name]) for name in weights[0])


def test_a_run_in_a_fitted_world_goes_on_with_its_copy(city, city_folder, tmp_path):
    """Stopped and resumed without the model's file it is the very same; another one is refused."""
    model = make_answer_model("tolerance", 10, city.table, travelers=city.travelers)
    rng = np.random.default_rng(0)
    model.update(ask(city, rng.integers(len(city.trips), size=200), 0.05, rng))
    path = tmp_path / "fitted.model"
    model.save(path)
    settings = RunSettings.of(city_folder, path, **SIX, model="posterior")
    area = in_world(city, path)
    train(settings, tmp_path / "straight", area)
    halves = RunFolder(tmp_path / "halves")
    halves.create(settings, path)
    MetaTraining(settings, halves, area).run(until=3)
    path.unlink()
    resumed = MetaTraining(settings, halves, in_world(city, halves.world()))
    resumed.restore()
    resumed.run()
    metrics = RunFolder(tmp_path / "straight").metrics()
    assert halves.metrics() == metrics
    assert "recovered" not in metrics[-1]
    assert metrics[-1]["answer_log_loss"] > 0
    trained = load_run(tmp_path / "halves", city)
    assert trained.area.world.path == tmp_path / "halves" / "world" / "fitted.model"
    with pytest.raises(UsageError, match=r"--world.* not the one that the run began with"):
        halves.check_same(replace(settings, world="other"))
    with pytest.raises(UsageError, match="settings and area differ"):
        MetaTraining(settings, halves, city)
    trained.area.world.path.unlink()
    with pytest.raises(DataError, match="world: does not hold the one model"):
        load_run(tmp_path / "halves", city)


def test_epochs_after_the_last_checkpoint_are_played_again(city, city_folder, tmp_path):
    """A run that died between checkpoints goes on from the last, without noting epochs twice."""
    settings = settings_for(city_folder)
    begin(settings, tmp_path / "straight", city).run()
    begin(settings, tmp_path / "died", city).run(until=2)
    died = RunFolder(tmp_path / "died")
    died.note({"epoch": 3, "reward": 1e9})
    (tmp_path / "died" / "checkpoints" / ".writing").mkdir()
    resumed = MetaTraining(settings, died, city)
    resumed.restore()
    resumed.run()
    assert died.metrics() == RunFolder(tmp_path / "straight").metrics()


def test_a_run_without_a_checkpoint_begins_anew(city, city_folder, tmp_path):
    """A run that died before its first checkpoint is resumed from epoch 0, and equals another."""
    settings = settings_for(city_folder)
    begin(settings, tmp_path / "straight", city).run()
    begin(settings, tmp_path / "died", city)
    died = RunFolder(tmp_path / "died")
    died.note({"epoch": 1, "reward": 1e9})
    assert died.last_epoch == 0
    resumed = MetaTraining(settings, died, city)
    resumed.restore()
    resumed.run()
    assert died.metrics() == RunFolder(tmp_path / "straight").metrics()


def test_training_leaves_nothing_outside_its_folder(city, city_folder, tmp_path, monkeypatch):
    """No folder of a logger stays behind among the temporary files."""
    elsewhere = tmp_path / "temporary"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    begin(settings_for(city_folder), tmp_path / "run", city).run(until=1)
    assert list(elsewhere.iterdir()) == []


def test_curves_show_no_epoch_twice(city, city_folder, tmp_path):
    """A run that died in its third epoch and was resumed has one point an epoch in TensorBoard."""
    settings = settings_for(city_folder)
    dying = begin(settings, tmp_path / "run", city)

    def die(metrics):
        if metrics["epoch"] == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dying.run(on_epoch=die)
    log = tmp_path / "run" / "tensorboard"
    (written,) = log.iterdir()
    written.rename(log / "events.out.tfevents.0000000001.earlier")
    resumed = MetaTraining(settings, RunFolder(tmp_path / "run"), city)
    resumed.restore()
    resumed.run()
    curves = EventAccumulator(str(log)).Reload()
    for name in ("rideflex/reward", "train/value_loss"):
        assert [point.step for point in curves.Scalars(name)] == [40 * n for n in range(1, 7)]


def test_a_run_that_can_not_begin_leaves_nothing_behind(city, city_folder, tmp_path):
    """No epoch between checkpoints or to stop after: refused, and the folder is free."""
    settings = settings_for(city_folder)
    with pytest.raises(UsageError, match="checkpoint_every must be at least 1, not 0"):
        train(settings, tmp_path / "run", city, checkpoint_every=0)
    training = MetaTraining(settings, RunFolder(tmp_path / "run"), city)
    for until in (0, -1):
        with pytest.raises(UsageError, match=f"must be at least 1, not {until}"):
            training.run(until=until)
    assert not (tmp_path / "run").exists()


def test_the_log_has_the_lines_that_scripts_read(city, city_folder, tmp_path):
    """The first update compiles the decisions and says so; a later one reuses them."""
    lines: list[str] = []
    run = RunFolder(tmp_path / "run")
    settings = settings_for(city_folder)
    run.create(settings)
    MetaTraining(settings, run, city, report=lines.append).run()
    for line, pattern in zip(lines, LOG, strict=False):
        assert re.fullmatch(pattern, line), line
    updates = [at for at, line in enumerate(lines) if line.startswith("[Epoch")]
    assert [lines[at] for at in updates] == [
        f"[Epoch {epoch}, Step {40 * epoch}] Updating embedding model..." for epoch in (2, 4, 6)
    ]
    later = lines[updates[1] :]
    assert any(re.match(r"  \[Embedding Dataset\] Reusing lookup cache", line) for line in later)
    assert not any("Built" in line for line in later)


def test_a_run_of_other_settings_is_refused(city_folder, tmp_path):
    """The refusal names every setting that differs; the exit code is that of bad usage."""
    run = RunFolder(tmp_path / "run")
    settings = settings_for(city_folder)
    run.create(settings)
    run.check_same(settings)
    with pytest.raises(UsageError, match=r"epochs is 7, the run has 6.*seed is 1, the run has 0"):
        run.check_same(replace(settings, epochs=7, seed=1))
    with pytest.raises(UsageError, match=r"fixed at its start .* start a new run for 7 epochs"):
        run.check_same(replace(settings, epochs=7))
    with pytest.raises(
        UsageError, match=r"files in .* are not those that the run began"
    ) as refused:
        run.check_same(replace(settings, files="other"))
    assert refused.value.exit_code == 2
    with pytest.raises(UsageError, match="already holds a run; go on with --resume"):
        run.create(settings)


def test_a_folder_without_a_run_is_named(tmp_path):
    """No settings, broken settings and no checkpoint each have their own message."""
    run = RunFolder(tmp_path)
    with pytest.raises(DataError, match=r"holds no run: it has no config.json"):
        run.settings()
    (tmp_path / "config.json").write_text('{"epochs": 3}', encoding="utf-8")
    with pytest.raises(DataError, match="not written by this release"):
        run.settings()
    with pytest.raises(DataError, match="no checkpoint yet"):
        run.checkpoint()


def test_the_checkpoints_kept_are_the_last_two(city, city_folder, tmp_path):
    """Older ones are dropped, and nothing half-written is left."""
    begin(settings_for(city_folder), tmp_path / "run", city).run()
    names = sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir())
    assert names == ["epoch-000004", "epoch-000006"]


def test_recovery_rises_over_the_updates(city, city_folder, tmp_path):
    """With more outcomes the posterior knows more travelers, and is less surprised by the truth."""
    settings = settings_for(
        city_folder, model="posterior", envs=8, epochs=8, update_every=1, buffer=5_000
    )
    begin(settings, tmp_path / "run", city).run()
    metrics = RunFolder(tmp_path / "run").metrics()
    assert metrics[-1]["recovered"] >= 0.9
    assert metrics[-1]["recovered"] >= metrics[0]["recovered"]
    assert metrics[-1]["log_loss"] < metrics[0]["log_loss"] / 2


def test_a_posterior_is_called_one(city, city_folder, tmp_path):
    """The log of a run whose model is the posterior speaks of no embedding."""
    lines: list[str] = []
    begin(settings_for(city_folder, model="posterior"), tmp_path / "run", city, lines).run()
    assert "[Epoch 2, Step 80] Updating posterior..." in lines
    assert any(re.match(r"  \[Posterior Update\] Fitting to \d+ samples from", x) for x in lines)
    assert "mbedding" not in "".join(lines)


def test_an_embedding_forgets_nothing(city, city_folder):
    """Asking one to forget is refused, by the settings and where a learner is made."""
    with pytest.raises(UsageError, match="only posterior, tolerance, hybrid can forget"):
        settings_for(city_folder, forget=0.5)
    with pytest.raises(UsageError, match="not the model 'minibatch'"):
        make_learner("minibatch", city, seed=0, forget=0.5)


@pytest.mark.parametrize("model", ["tolerance", "hybrid"])
def test_a_run_learns_from_its_buffer_by_answers(city, city_folder, tmp_path, model):
    """What is believed is what a fresh model learns of the buffer; it gets better, and is told."""
    lines: list[str] = []
    settings = settings_for(city_folder, model=model, envs=8, buffer=5_000)
    training = begin(settings, tmp_path / "run", city, lines)
    training.run()
    fresh = make_answer_model(model, 10, city.table)
    fresh.update(training._flexibility.buffer.outcomes())
    rows = np.arange(0, len(city.trips), 7)
    expected = fresh.predict_accept(city.trips.traveler[rows], city.trips.trip_id[rows])
    np.testing.assert_allclose(training._flexibility.beliefs.accept(rows), expected, atol=1e-6)
    metrics = RunFolder(tmp_path / "run").metrics()
    losses = [line["answer_log_loss"] for line in metrics if "answer_log_loss" in line]
    assert len(losses) == 3
    assert losses[-1] < 0.45
    assert ("recovered" in metrics[-1]) == (model == "hybrid")
    assert f"[Epoch 2, Step 160] Updating {model} model..." in lines
    assert any(re.match(r"  \[Answer Update\] Fitting to \d+ samples from 10", x) for x in lines)


def test_new_answers_weigh_more_than_forgotten_ones(city):
    """With forget = ½ a learner holds half of what it knew, and what came since."""
    learner = make_learner("tolerance", city, seed=0, forget=0.5)
    buffer = OutcomeBuffer(100, 10, 4)
    asked = np.flatnonzero(city.trips.traveler == 3)[:4]
    late = city.offers.action_of(0, 20)
    outcomes = city.table.outcomes(
        np.full(4, 3), city.trips.trip_id[asked], np.full(4, late), np.ones(4, dtype=bool)
    )
    for times in (4, 2):
        buffer.append(outcomes[:times])
        learner.update(buffer, times, str)
    assert learner.model.counts.array[3, 0, late].tolist() == [0, 0.5 * 4 + 2]


def test_only_models_of_answers_tell_trips_apart(city_folder):
    """A context of a model by types is refused, and so is one that is no column."""
    with pytest.raises(UsageError, match="only tolerance, hybrid tell trips apart"):
        settings_for(city_folder, model="posterior", context="trip_purpose=work")
    with pytest.raises(UsageError, match="a context is a column"):
        settings_for(city_folder, model="hybrid", context="trip_purpose=")


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"explore": 2.0}, "explore lies between 0 and 1"),
        ({"model": "posterior", "forget": 2.0}, "forget lies between 0 and 1"),
        ({"model": "foo"}, "unknown model 'foo'; there are evidence"),
    ],
)
def test_settings_that_make_no_sense_are_refused(city_folder, given, cause):
    """Each names what is wrong."""
    with pytest.raises(UsageError, match=cause):
        settings_for(city_folder, **given)
