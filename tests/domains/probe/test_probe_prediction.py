from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.evaluation.scored import ScoredVideo
from ethoprism_domains.probe import (
    LinearProbe,
    Probe,
    Samples,
    gather_samples,
    predict_held_out,
    predict_video,
    predicted_bouts,
    train_probe,
)
from ethoprism_domains.probe.prediction import interpolate

Make = Callable[..., tuple[xr.Dataset, xr.Dataset]]


@pytest.fixture(scope="module")
def probe(samples: Samples) -> Probe:
    return train_probe(samples, "test", "linear").probe


def test_probability_runs_linearly_over_time_not_over_frames() -> None:
    times = np.array([0.0, 0.1, 0.2, 1.0, 1.1, 1.2])
    result = interpolate(np.array([[[0.0]], [[1.0]]], np.float32), np.array([1, 4]), times)
    expected = np.clip((times - 0.1) / 1.0, 0, 1)
    np.testing.assert_allclose(result[:, 0, 0], expected, atol=1e-6)


def test_every_frame_is_answered(probe: Probe, recording: Make) -> None:
    store, labels = recording("new.mp4", seed=50)
    predictions = predict_video(probe, store)
    assert predictions["probability"].dtype == np.float32
    assert predictions["label"].dtype == np.int8
    assert predictions["probability"].dims == ("time", "individual", "behavior")
    np.testing.assert_array_equal(predictions["time"], store["frame_time"])
    assert predictions["behavior"].values.tolist() == ["rear", "groom"]
    assert predictions.attrs["video"] == "new.mp4"
    assert predictions.attrs["probe"] == "test"
    scored = ScoredVideo.compare(labels, predictions)
    assert (scored.truth == scored.predicted).mean() > 0.8


def test_at_a_window_the_answer_is_the_window_s(probe: Probe, recording: Make) -> None:
    store, labels = recording("new.mp4", seed=50)
    samples = gather_samples([store], [labels])
    np.testing.assert_allclose(
        predict_video(probe, store)["probability"].values[store["window"].values, 0],
        probe.estimator.predict_proba(samples.X),
        atol=1e-6,
    )


def test_each_animal_is_answered_by_its_own_name(recording: Make) -> None:
    made = [recording(f"{n}.mp4", seed=n, individuals=2) for n in range(2)]
    samples = gather_samples([store for store, _ in made], [labels for _, labels in made])
    probe = train_probe(samples, "animals", "linear").probe
    store, labels = recording("three.mp4", seed=9, individuals=3)
    predictions = predict_video(probe, store)
    assert predictions["individual"].values.tolist() == ["animal_0", "animal_1", "animal_2"]
    truth, answered = labels["labels"].values, predictions["label"].values
    agreement = (truth[:, :, None] == answered[:, None]).mean(axis=(0, 3))
    assert agreement.argmax(axis=1).tolist() == [0, 1, 2]
    assert np.diag(agreement).mean() > 0.8


def test_bouts_are_signed_and_carry_their_mean_probability(probe: Probe, recording: Make) -> None:
    predictions = predict_video(probe, recording("new.mp4", seed=50)[0])
    events = predicted_bouts(predictions)
    assert (events["labeling_method"] == "automated").all()
    assert (events["model"] == "test").all()
    for _, event in events.iterrows():
        own = predictions.sel(behavior=event["behavior"]).isel(individual=0)
        frames = slice(event["start_frame"], event["stop_frame"])
        assert (own["label"].values[frames] == 1).all()
        assert event["confidence"] == pytest.approx(own["probability"].values[frames].mean())
        assert event["start_s"] == own["time"].values[event["start_frame"]]
    assert len(events) >= 3


def test_a_point_behaviour_becomes_moments(probe: Probe, recording: Make) -> None:
    predictions = predict_video(probe, recording("new.mp4", seed=50)[0])
    ethogram = Ethogram((Behavior("rear", kind="point"), Behavior("groom")))
    events = predicted_bouts(predictions, ethogram)
    points = events[events["behavior"] == "rear"]
    assert (points["start_frame"] == points["stop_frame"]).all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"encoder_fingerprint": "5678"}, "encoder_fingerprint is '5678' instead of '1234'"),
        ({"encoder": "videoprism-base"}, "encoder is 'videoprism-base' instead of 'classical'"),
        ({"grid": "4x1x1"}, "grid is '4x1x1' instead of '2x1x2'"),
        ({"crop": "follow"}, "crop is 'follow' instead of 'whole'"),
        ({"frame_step": 3}, "frame_step is 3 instead of 1"),
    ],
)
def test_features_of_another_encoder_or_setting_are_refused(
    probe: Probe, recording: Make, change: dict[str, object], told: str
) -> None:
    store = recording("new.mp4", seed=50)[0].assign_attrs(change)
    with pytest.raises(EthoprismError, match=told) as raised:
        predict_video(probe, store)
    assert "new.mp4" in str(raised.value)
    assert "classical" in str(raised.value)


def test_another_stride_is_welcome(probe: Probe, recording: Make) -> None:
    store, _ = recording("new.mp4", seed=50, stride=3)
    assert predict_video(probe, store).sizes["time"] == 480


def test_scenes_of_another_number_of_animals_are_refused(recording: Make, labels: Callable) -> None:
    store, own = recording("a.mp4", seed=0, individuals=2)
    scene = labels("a.mp4", store.frame_time.values, own["labels"].values[:, :1], [""])
    probe = train_probe(gather_samples([store], [scene]), "scene", "linear").probe
    with pytest.raises(EthoprismError, match="scenes of 3 individuals instead of 2"):
        predict_video(probe, recording("b.mp4", seed=1, individuals=3)[0])


class Memory(LinearProbe):
    """Says "present" of the very samples it was trained on."""

    def _fit(self, X: np.ndarray, y: np.ndarray, labelled: np.ndarray, *rest: object) -> None:
        self.seen_ = {X[row].tobytes() for row in labelled}

    def _logits(self, X: np.ndarray) -> np.ndarray:
        known = np.array([row.tobytes() in self.seen_ for row in X])
        return np.where(known, 20.0, -20.0)[:, None].repeat(2, axis=1)


def test_held_out_answers_come_from_probes_that_did_not_see_them(samples: Samples) -> None:
    memory = Memory(samples.layout).fit(samples.X, samples.y)
    assert (memory.predict_proba(samples.X) > 0.99).all()
    assert (predict_held_out(samples, memory).probability < 0.01).all()
