"""The loop: what it writes, how it goes on, and how it stops."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from tensorboardX.proto.event_pb2 import Event

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining import OptimizerConfig, RunConfig, Task, train
from ethoprism_core.pretraining.checkpointing import Checkpoints

OPTIMIZER = OptimizerConfig(peak_rate=0.05, warmup_steps=2)
RUN = RunConfig(steps=7, batch=8, save_every=2, log_every=1)


@pytest.fixture
def task(plain_objective, plain_params):
    return Task(plain_objective, plain_params, ())


@pytest.fixture
def go(task, noise_batches, tmp_path):
    def run(folder="run", batches=None, config=RUN, report=None, task=task):
        batches = noise_batches() if batches is None else batches
        return train(task, batches, OPTIMIZER, config, tmp_path / folder, report=report)

    return run


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def events(folder):
    """Read TensorBoard's records: length, checksum, content, checksum."""
    found = []
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        while content:
            length = int.from_bytes(content[:8], "little")
            found.append(Event.FromString(content[12 : 12 + length]))
            content = content[16 + length :]
    return [(event.step, event.summary.value[0].tag) for event in found if event.summary.value]


def test_it_trains_and_writes_its_curves(go, tmp_path):
    told = []
    state = go(report=lambda step, metrics: told.append((step, dict(metrics))))
    assert int(state.step) == 7
    table = rows(tmp_path / "run" / "metrics.csv")
    assert [row["step"] for row in table] == list("1234567")
    assert list(table[0])[:4] == ["step", "corpus", "loss", "gradient_norm"]
    assert {row["corpus"] for row in table} == {"noise"}
    assert [step for step, _ in told] == [*range(1, 8)]
    assert float(table[3]["loss"]) == told[3][1]["loss"]
    written = events(tmp_path / "run" / "tensorboard")
    assert [step for step, tag in written if tag == "loss"] == [*range(1, 8)]
    with Checkpoints(tmp_path / "run" / "checkpoints") as checkpoints:
        assert checkpoints.latest() == 7


def test_a_finished_run_is_left_as_it_is(go, noise_batches, task):
    state = go()
    batches = noise_batches(damage={8: pytest.fail})
    again = go(batches=batches)
    assert batches.number == 7
    np.testing.assert_array_equal(again.params["kernel"], state.params["kernel"])
    assert not np.isnan(task.params["kernel"]).any()  # its memory was not given away


def test_going_on_ends_where_an_unbroken_run_ends(go, noise_batches, damaged, tmp_path):
    """The steps between the last checkpoint and the end of the run are made again."""
    whole = go("whole")
    with pytest.raises(EthoprismError):
        go("broken", noise_batches(damage={6: damaged}))
    assert [row["step"] for row in rows(tmp_path / "broken" / "metrics.csv")] == list("12345")
    batches = noise_batches()
    resumed = go("broken", batches)
    assert batches.number == 7
    for name in ("kernel", "bias"):
        np.testing.assert_array_equal(resumed.params[name], whole.params[name])
    one, other = (rows(tmp_path / name / "metrics.csv") for name in ("whole", "broken"))
    assert [row["loss"] for row in one] == [row["loss"] for row in other]


def test_a_loss_that_is_no_number_stops_with_the_batch_named(go, noise_batches, damaged, tmp_path):
    with pytest.raises(EthoprismError) as caught:
        go(batches=noise_batches(damage={5: damaged}))
    message = str(caught.value)
    assert "the loss is nan" in message
    assert "step 5, corpus noise, noise-5-0.mp4; noise-5-1.mp4" in message
    assert "the checkpoint of step 4 is kept" in message
    with Checkpoints(tmp_path / "run" / "checkpoints") as checkpoints:
        assert checkpoints.latest() == 4


def test_a_bad_loss_at_a_checkpoint_is_not_kept(go, noise_batches, damaged, tmp_path):
    with pytest.raises(EthoprismError, match="nothing was kept"):
        go(batches=noise_batches(damage={2: damaged}))
    assert rows(tmp_path / "run" / "metrics.csv")[-1]["step"] == "1"


def test_many_names_are_cut_short(go, noise_batches, damaged):
    def many(batch):
        return damaged(replace(batch, sources=tuple(f"{n}.mp4" for n in range(30))))

    with pytest.raises(EthoprismError, match=r"7\.mp4 and 22 more"):
        go(batches=noise_batches(damage={1: many}))


def test_data_that_ends(go, noise_batches):
    with pytest.raises(EthoprismError, match="the training data ended, step 4"):
        go(batches=noise_batches(last=3))


def test_batches_of_another_size(go, noise_batches):
    with pytest.raises(EthoprismError, match="a batch has 4 clips instead of 8, noise"):
        go(batches=noise_batches(clips=4))


def test_a_folder_of_another_model(go, plain_objective, plain_params):
    go()
    other = Task(plain_objective, {**plain_params, "more": plain_params["bias"]}, ())
    with pytest.raises(EthoprismError, match="cannot go on from the checkpoint"):
        go(task=other)


def test_the_oldest_checkpoints_are_removed(go, tmp_path):
    go(config=replace(RUN, keep=1))
    kept = [path.name for path in (tmp_path / "run" / "checkpoints").iterdir() if path.is_dir()]
    assert kept == ["7"]


def test_a_row_that_a_kill_cut_short_is_removed(go, tmp_path):
    go(config=replace(RUN, steps=4))
    path = tmp_path / "run" / "metrics.csv"
    path.write_text(path.read_text(encoding="utf-8") + "5,noi", encoding="utf-8")
    go()
    assert [row["step"] for row in rows(path)] == list("1234567")
