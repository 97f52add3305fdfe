"""Whole clips as samples: which windows a row holds, what its label is, and never splitting."""

import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.grid import evenly
from ethoprism_domains.habits import clip_labels
from ethoprism_domains.probe import (
    gather_clips,
    load_probe,
    make_estimator,
    predict_held_out,
    predict_video,
    save_probe,
    train_probe,
)
from ethoprism_domains.probe.clips import clip_rows
from ethoprism_domains.probe.source import FeatureSource

BEHAVIORS = ("eat", "run")
TOKENS, FEATURE = (2, 1, 2), 4


def make_clip(number: int, windows: int = 6, individuals: int = 0, shown: tuple = ()) -> xr.Dataset:
    """Make a clip in which a behaviour shifts one feature of a single window."""
    rng = np.random.default_rng(number)
    animals = max(individuals, 1)
    tokens = rng.normal(size=(windows, animals, *TOKENS, FEATURE))
    for animal, behavior in shown:
        tokens[rng.integers(windows), animal, :, :, :, behavior] += 12
    frames = 16 * windows
    store = xr.Dataset(
        coords={"window": np.arange(0, frames, 16)},
        attrs={
            "encoder": "classical",
            "encoder_fingerprint": "1234",
            "clip_frames": 16,
            "frame_step": 1,
            "stride": 16,
            "grid": "2x1x2",
            "crop": "follow" if individuals else "whole",
            "video": f"clip {number}",
        },
    )
    store["frame_time"] = ("frame", np.arange(frames) / 25)
    dims = ("token_time", "token_row", "token_column", "feature")
    if individuals:
        names = [f"animal {animal}" for animal in range(animals)]
        store = store.assign_coords(individual=names, trajectory_feature=["speed"])
        store["features"] = (("window", "individual", *dims), tokens.astype(np.float16))
        moved = np.arange(windows * animals, dtype=np.float32).reshape(windows, animals, 1)
        store["trajectory"] = (("window", "individual", "trajectory_feature"), moved)
    else:
        store["features"] = (("window", *dims), tokens[:, 0].astype(np.float16))
    return store


def label(store: xr.Dataset, present: set[str], names: tuple[str, ...] = ("",)) -> xr.Dataset:
    values = np.zeros((store.sizes["frame"], len(names), len(BEHAVIORS)), np.int8)
    for number, name in enumerate(BEHAVIORS):
        if name in present:
            values[5:9, 0, number] = 1  # a few frames of it are enough
    dims = ("time", "individual", "behavior")
    times = store["frame_time"].to_numpy()
    coords = {"time": times, "individual": list(names), "behavior": list(BEHAVIORS)}
    labels = xr.Dataset({"labels": (dims, values)}, coords, {"video": store.attrs["video"]})
    return clip_labels(labels, "any")


def study(count: int = 40) -> tuple[list[xr.Dataset], list[xr.Dataset], list[str]]:
    rng = np.random.default_rng(9)
    stores, labels = [], []
    for number in range(count):
        shown = [name for name in BEHAVIORS if rng.random() < 0.5]
        windows = int(rng.integers(3, 9))
        marks = tuple((0, BEHAVIORS.index(name)) for name in shown)
        stores.append(make_clip(number, windows, shown=marks))
        labels.append(label(stores[-1], set(shown)))
    return stores, labels, [f"site {number % 5}" for number in range(count)]


@pytest.mark.parametrize(("count", "wanted"), [(6, 6), (3, 6), (3, 7), (20, 6), (1, 4), (7, 3)])
def test_windows_are_all_taken_or_evenly_many(count: int, wanted: int):
    chosen = evenly(wanted, count)
    assert len(chosen) == wanted
    assert (np.diff(chosen) >= 0).all()
    times = np.bincount(chosen, minlength=count)
    if wanted >= count:
        assert times.max() - times.min() <= 1
    else:
        assert times.max() == 1
        gaps = np.diff(chosen)
        assert gaps.max() - gaps.min() <= 1


def test_a_row_holds_the_windows_in_the_places_of_individuals():
    store = make_clip(0, windows=3, individuals=2)
    source = FeatureSource.of(store)
    layout = source.layout(6)
    (scene,) = clip_rows(store, source, 3, per_individual=False)
    tokens, trajectory = layout.split(scene[None])
    wanted = store["features"].to_numpy().reshape(6, 4, FEATURE)  # window-major, then animals
    assert np.array_equal(tokens[0], wanted)
    assert trajectory[0, :, 0].tolist() == [0, 1, 2, 3, 4, 5]
    rows = clip_rows(store, source, 3, per_individual=True)
    assert rows.shape == (2, source.layout(3).columns)
    tokens, trajectory = source.layout(3).split(rows)
    assert np.array_equal(tokens[1], store["features"].to_numpy()[:, 1].reshape(3, 4, FEATURE))
    assert trajectory[1, :, 0].tolist() == [1, 3, 5]


def test_a_clip_is_one_sample_with_the_label_of_all_of_it():
    stores, labels, sites = study(6)
    samples = gather_clips(stores, labels, sites)
    assert len(samples) == 6
    assert samples.windows == max(store.sizes["window"] for store in stores)
    assert samples.layout.individuals == samples.windows
    assert samples.groups.tolist() == sites
    assert np.array_equal(samples.y, [own["labels"].to_numpy()[0, 0] for own in labels])
    assert {len(one.frame_times) for one in samples.recordings} == {1}


def test_clips_that_nobody_labelled_are_left_out():
    stores, labels, sites = study(4)
    labels[1] = labels[1].assign(labels=labels[1]["labels"] * 0 - 1)
    samples = gather_clips(stores, labels, sites)
    assert [samples.recordings[one].video for one in samples.recording] == [
        "clip 0",
        "clip 2",
        "clip 3",
    ]
    for own in range(4):
        labels[own] = labels[own].assign(labels=labels[own]["labels"] * 0 - 1)
    with pytest.raises(EthoprismError, match="no clip has a label"):
        gather_clips(stores, labels, sites)


def test_each_animal_of_a_clip_is_a_sample_if_labels_name_it():
    names = ("animal 0", "animal 1")
    stores = [make_clip(n, 4, 2, shown=((0, n % 2),)) for n in range(6)]
    labels = [label(store, {BEHAVIORS[n % 2]}, names) for n, store in enumerate(stores)]
    samples = gather_clips(stores, labels)
    assert len(samples) == 12
    assert samples.per_individual
    assert samples.individual.tolist() == [0, 1] * 6
    assert samples.y[1].tolist() == [0, 0]
    assert samples.layout.individuals == 4


def test_whole_sites_are_left_out_and_the_behaviour_of_one_window_is_found():
    stores, labels, sites = study()
    samples = gather_clips(stores, labels, sites)
    settings = {
        **{"steps": 150, "heads": 4, "width": 16, "dropout": 0.1},
        **{"early_stopping": False, "learning_rate": 3e-3},
    }
    held_out = predict_held_out(samples, make_estimator(samples, "attention", settings))
    assert sorted(held_out.folds.names) == sorted(set(sites))
    for training, test in held_out.folds:
        assert not set(samples.groups[training]) & set(samples.groups[test])
    right = (held_out.probability > 0.5) == (samples.y == 1)
    assert right.mean() > 0.75
    assert {said.sizes["time"] for said in held_out.predictions} == {1}


def test_clips_of_one_site_are_left_out_one_by_one_and_never_split():
    stores, labels, _ = study(8)
    samples = gather_clips(stores, labels, ["north"] * 8)
    held_out = predict_held_out(samples, make_estimator(samples, "linear"))
    tested = [test.tolist() for _, test in held_out.folds]
    assert sorted(number for fold in tested for number in fold) == list(range(8))
    assert len(tested) == 5


def test_a_probe_of_clips_answers_once_for_all_frames(tmp_path):
    stores, labels, sites = study()
    samples = gather_clips(stores, labels, sites)
    probe = train_probe(samples, "trap", "linear").probe
    assert probe.windows == samples.windows
    loaded = load_probe(save_probe(probe, tmp_path / "trap"))
    assert loaded.windows == probe.windows
    longer = make_clip(99, windows=25, shown=((0, 0),))
    said = predict_video(loaded, longer)
    assert said.sizes["time"] == longer.sizes["frame"]
    assert (said["probability"].to_numpy() == said["probability"].to_numpy()[0]).all()
    assert np.array_equal(said["probability"], predict_video(probe, longer)["probability"])


def test_a_probe_of_scenes_refuses_another_number_of_animals():
    stores = [make_clip(n, 4, 2, shown=((0, n % 2),)) for n in range(8)]
    labels = [label(store, {BEHAVIORS[n % 2]}) for n, store in enumerate(stores)]
    samples = gather_clips(stores, labels)
    assert samples.layout.individuals == 2 * samples.windows
    probe = train_probe(samples, "pair", "linear").probe
    with pytest.raises(EthoprismError, match="scenes of 3 individuals instead of 2"):
        predict_video(probe, make_clip(50, 4, 3))
