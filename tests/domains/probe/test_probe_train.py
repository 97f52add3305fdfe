from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation.folds import leave_groups_out
from ethoprism_domains.evaluation.scored import ScoredVideo
from ethoprism_domains.probe import (
    Samples,
    default_folds,
    gather_samples,
    make_estimator,
    predict_held_out,
    train_probe,
)

Make = Callable[..., tuple[xr.Dataset, xr.Dataset]]
QUICK = {"steps": 60, "batch_size": 16}


def test_several_videos_are_left_out_whole(samples: Samples) -> None:
    folds = default_folds(samples)
    assert folds.names == ("video_0.mp4", "video_1.mp4", "video_2.mp4")


def test_one_video_is_left_out_in_blocks_that_share_no_frame(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0)
    samples = gather_samples([store], [labels])
    folds = default_folds(samples)
    assert len(folds) == 5
    for training, test in folds:
        gap = np.abs(samples.frame[training][:, None] - samples.frame[test][None]).min()
        assert gap >= 16


def test_videos_of_one_animal_are_left_out_in_blocks(samples: Samples) -> None:
    folds = default_folds(replace(samples, groups=np.full(len(samples), "Frida")))
    assert len(folds) == 5
    for training, test in folds:
        assert len(training) > len(test)


def test_every_held_out_frame_is_answered_and_labelled(recording: Make) -> None:
    """Long enough for rules to be chosen well: a minute and a half each, some 15 bouts."""
    made = [recording(f"{number}.mp4", seed=number, frames=2400) for number in range(3)]
    samples = gather_samples([store for store, _ in made], [labels for _, labels in made])
    held_out = predict_held_out(samples, make_estimator(samples, "linear"))
    assert np.isfinite(held_out.probability).all()
    assert len(held_out.predictions) == 3
    for recording, predictions in zip(samples.recordings, held_out.predictions, strict=True):
        assert predictions.attrs["video"] == recording.video
        assert np.isin(predictions["label"], (0, 1)).all()
        scored = ScoredVideo.compare(_labels(recording, samples), predictions)
        assert (scored.truth == scored.predicted).mean() > 0.85


def test_what_no_fold_tests_is_unknown(samples: Samples) -> None:
    folds = leave_groups_out(samples.groups)
    only_first = replace(folds, splits=folds.splits[:1], names=folds.names[:1])
    held_out = predict_held_out(samples, make_estimator(samples, "linear"), only_first)
    tested = samples.recording == 0
    assert np.isfinite(held_out.probability[tested]).all()
    assert np.isnan(held_out.probability[~tested]).all()
    assert np.isnan(held_out.predictions[1]["probability"]).all()
    assert (held_out.predictions[1]["label"] == -1).all()


def test_training_twice_gives_the_same_probe(samples: Samples) -> None:
    first, second = (train_probe(samples, "p", "compact", QUICK).probe for _ in range(2))
    arrays = first.estimator.arrays(), second.estimator.arrays()
    for name in arrays[0]:
        np.testing.assert_array_equal(arrays[0][name], arrays[1][name], err_msg=name)
    assert first.processing == second.processing
    assert first.training["scores"] == second.training["scores"]


def test_the_final_probe_trains_as_long_as_did_best_without_each_fold(samples: Samples) -> None:
    trained = train_probe(samples, "p", "compact", QUICK)
    steps = [estimator.steps_ for estimator in trained.held_out.estimators]
    assert trained.probe.estimator.steps == int(np.median(steps))
    assert not trained.probe.estimator.early_stopping


def test_the_card_says_what_it_was_trained_on_and_how_well_it_did(samples: Samples) -> None:
    training = train_probe(samples, "p", "linear").probe.training
    assert training["videos"] == ["video_0.mp4", "video_1.mp4", "video_2.mp4"]
    assert training["left_out_in_turn"] == training["videos"]
    for column, name in enumerate(samples.behaviors):
        scores = training["scores"][name]
        assert scores["average_precision"] > scores["chance"] + 0.2
        assert scores["windows_present"] == (samples.y[:, column] == 1).sum()
    assert training["versions"]["jax"]


def test_a_behaviour_that_cannot_be_learnt_is_told(samples: Samples) -> None:
    y = samples.y.copy()
    y[:, 0] = 0
    trained = train_probe(replace(samples, y=y), "p", "linear")
    assert trained.notices == (
        "rear is never present in the labelled windows: it will never be predicted",
    )
    assert trained.probe.training["scores"]["rear"]["average_precision"] is None


def test_exclusive_behaviours_by_name(samples: Samples) -> None:
    y = samples.y.copy()
    y[y[:, 0] == 1, 1] = 0
    recordings = tuple(
        replace(r, labels=np.stack([r.labels[..., 0], r.labels[..., 1] & ~r.labels[..., 0]], -1))
        for r in samples.recordings
    )
    exclusive = replace(samples, y=y, recordings=recordings)
    trained = train_probe(exclusive, "p", "linear", exclusive=[("rear", "groom")])
    for predictions in trained.held_out.predictions:
        assert int((predictions["label"] == 1).sum("behavior").max()) == 1
        assert float(predictions["probability"].sum("behavior").max()) <= 1 + 1e-5


def test_progress_never_goes_back_and_comes_to_its_end(samples: Samples) -> None:
    seen: list[tuple[int, int]] = []
    train_probe(
        samples, "p", "compact", QUICK, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == sorted(seen)
    assert seen[-1] == (400, 400)
    assert {total for _, total in seen} == {400}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kind": "huge"}, "unknown probe 'huge', choose among compact, attention, linear"),
        ({"settings": {"depth": 3}}, "unknown settings depth, compact probe, choose among batch_"),
        ({"exclusive": [("rear", "dig")]}, "unknown behaviour 'dig'"),
    ],
)
def test_wrong_choices_are_told(samples: Samples, wrong: dict, told: str) -> None:
    with pytest.raises(EthoprismError, match=told):
        train_probe(samples, "p", **wrong)


def _labels(recording: object, samples: Samples) -> xr.Dataset:
    return xr.Dataset(
        {"labels": (("time", "individual", "behavior"), recording.labels)},
        coords={
            "time": recording.frame_times,
            "individual": list(recording.individuals),
            "behavior": list(samples.behaviors),
        },
        attrs={"video": recording.video},
    )
