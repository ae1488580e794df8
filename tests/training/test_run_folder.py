"""Broken run folders: what is wrong is named, and what can be spared is left out."""

from __future__ import annotations

import json
import logging
import shutil

import pytest
import torch

from rideflex.errors import DataError, UsageError
from rideflex.models.neural.weights import load_weights, save_weights
from rideflex.training.run_folder import RunFolder
from rideflex.training.trained_run import load_run
from rideflex.training.trainer import MetaTraining
from tests.commands import call


@pytest.fixture
def broken(run, tmp_path):
    """A copy of the trained run, to be broken."""
    return shutil.copytree(run[0], tmp_path / "broken")


@pytest.mark.parametrize("content", [None, b"", b"junk", b"PK\x03\x04 cut short"], ids=repr)
@pytest.mark.parametrize("name", ["policy.pt", "model.rideflex", "outcomes.rideflex"])
def test_a_damaged_file_of_a_checkpoint_is_named(broken, city, name, content):
    """Missing, empty, junk or cut short: an error of the data that names the file."""
    _, checkpoint = RunFolder(broken).checkpoint()
    if content is None:
        (checkpoint / name).unlink()
    else:
        (checkpoint / name).write_bytes(content)
    with pytest.raises(DataError, match=name):
        load_run(broken, city)


def test_a_policy_that_was_cut_is_named(broken, city):
    """Half of the real file is no policy."""
    policy = RunFolder(broken).checkpoint()[1] / "policy.pt"
    policy.write_bytes(policy.read_bytes()[: policy.stat().st_size // 2])
    with pytest.raises(DataError, match=r"policy\.pt: is damaged"):
        load_run(broken, city)


@pytest.mark.parametrize("name", ["policy.pt", "model.rideflex", "outcomes.rideflex"])
def test_a_checkpoint_with_a_flipped_bit_is_refused(broken, city, name):
    """In the midst of the file, where only a checksum tells."""
    path = RunFolder(broken).checkpoint()[1] / name
    whole = path.read_bytes()
    for part in (0.4, 0.6, 0.8):
        at = int(part * len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(DataError, match=rf"{name}: is damaged"):
            load_run(broken, city)


def test_weights_of_another_network_are_no_policy_of_the_run(broken, city):
    """A whole file with other contents."""
    path = RunFolder(broken).checkpoint()[1] / "policy.pt"
    save_weights(path, {"policy": {}, "optimizer": {}})
    with pytest.raises(DataError, match="not the policy of this run"):
        load_run(broken, city)


def test_a_policy_without_a_checksum_loads(broken, city):
    """As release 0.1 wrote it."""
    path = RunFolder(broken).checkpoint()[1] / "policy.pt"
    expected = load_run(broken, city).policy.network.state_dict()
    torch.save(load_weights(path), path)
    found = load_run(broken, city).policy.network.state_dict()
    assert all(found[key].equal(weights) for key, weights in expected.items())


def test_other_folders_among_the_checkpoints_are_no_checkpoints(broken, city):
    """`epoch-old` is neither loaded nor dropped."""
    (broken / "checkpoints" / "epoch-old").mkdir()
    assert load_run(broken, city).epoch == 4


@pytest.mark.parametrize(
    ("name", "value"), [("data", 5), ("epochs", 2.5), ("prices", {"minute": "x"}), ("files", None)]
)
def test_settings_of_another_kind_are_refused(broken, name, value):
    """The file is named."""
    config = broken / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {name: value}))
    with pytest.raises(DataError, match=r"config\.json: was not written by this release"):
        RunFolder(broken).settings()


def test_settings_that_are_a_folder_are_refused(broken):
    """The folder is named."""
    (broken / "config.json").unlink()
    (broken / "config.json").mkdir()
    with pytest.raises(DataError, match=r"config\.json: can't be read: Is a directory"):
        RunFolder(broken).settings()


def test_a_torn_last_line_is_left_out(broken, caplog):
    """A power cut within a line: the log tells it, report and resume go on without it."""
    metrics = broken / "metrics.jsonl"
    whole = RunFolder(broken).metrics()
    with metrics.open("a", encoding="utf-8") as file:
        file.write('{"epoch": 5, "rew')
    with caplog.at_level(logging.WARNING):
        assert RunFolder(broken).metrics() == whole
    assert "metrics.jsonl: the last line was cut short" in caplog.text
    call("report", broken, "--days", "1")
    call("train", "--resume", broken, "--days", "0")
    assert RunFolder(broken).metrics() == whole
    assert len(metrics.read_text().splitlines()) == 4


def test_a_broken_line_within_the_metrics_is_named(broken):
    """File, row and value are told: that was no power cut."""
    metrics = broken / "metrics.jsonl"
    lines = metrics.read_text().splitlines()
    metrics.write_text("\n".join([lines[0], "edited", *lines[2:]]) + "\n")
    with pytest.raises(DataError, match=r"metrics\.jsonl, row 2, value 'edited'"):
        RunFolder(broken).metrics()


def test_two_processes_never_train_one_run(broken, city):
    """While another trains, resuming is refused, and the metrics stay as they are."""
    folder = RunFolder(broken)
    before = (broken / "metrics.jsonl").read_bytes()
    with (
        RunFolder(broken).held(),
        pytest.raises(UsageError, match=r"another process \(\d+\) trains"),
    ):
        MetaTraining(folder.settings(), folder, city).restore()
    assert (broken / "metrics.jsonl").read_bytes() == before
    with folder.held(), folder.held():
        MetaTraining(folder.settings(), folder, city).restore()


def test_a_checkpoint_that_cannot_be_used_says_what_to_do(broken, city):
    """Remove it: the run goes on from the one before, or from its start."""
    folder = RunFolder(broken)
    _, last = folder.checkpoint()
    shutil.copytree(last, last.with_name("epoch-000002"))
    for left, start in ((2, "epoch 2"), (1, "its start")):
        _, last = folder.checkpoint()
        (last / "policy.pt").write_bytes(b"torn")
        training = MetaTraining(folder.settings(), folder, city)
        with pytest.raises(DataError, match=f"remove .*, and .* --resume .* goes on from {start}"):
            training.restore()
        shutil.rmtree(last)
        training.restore()
        assert training.epoch == (folder.last_epoch if left > 1 else 0)


def test_a_checkpoint_that_was_not_finished_leaves_nothing(broken):
    """A full disk, for one: the checkpoints are those of before."""
    before = sorted((broken / "checkpoints").iterdir())
    with pytest.raises(OSError, match="full"), RunFolder(broken).new_checkpoint(99) as beside:
        (beside / "policy.pt").write_bytes(b"half")
        raise OSError("full")
    assert sorted((broken / "checkpoints").iterdir()) == before


@pytest.mark.parametrize(
    ("option", "value", "cause"),
    [
        ("--seed", 10**23, "seed lies between 0 and 9,223,372,036,854,775,807"),
        ("--buffer", 10**14, "this machine has .*; ask for fewer"),
        ("--envs", 10**9, "this machine has .*; ask for fewer"),
        ("--out", "inside", "lies in the service-area folder"),
    ],
)
def test_absurd_arguments_are_refused_before_a_run_begins(city, tmp_path, option, value, cause):
    """In one line, and no folder is made."""
    out = tmp_path / "run"
    words = ["train", "--data", city.folder, "--out", out, "--epochs", 1, option, value]
    if option == "--out":
        out = words[-1] = city.folder / value
    with pytest.raises(UsageError, match=cause):
        call(*words)
    assert not out.exists()
