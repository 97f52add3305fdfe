from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.probe import FeatureSource, SampleLayout, gather_samples

Make = Callable[..., tuple[xr.Dataset, xr.Dataset]]


def test_a_scene_is_one_sample_with_all_animals(recording: Make, labels: Callable) -> None:
    store, _ = recording("a.mp4", seed=0, individuals=2)
    scene = labels("a.mp4", store.frame_time.values, np.ones((480, 1, 2)), [""])
    samples = gather_samples([store], [scene])
    assert samples.layout == SampleLayout(2, (2, 1, 2), 6, 2)
    assert not samples.per_individual
    tokens, moved = samples.layout.split(samples.X)
    np.testing.assert_array_equal(tokens.reshape(store["features"].shape), store["features"].values)
    np.testing.assert_allclose(moved, store["trajectory"].values, rtol=1e-3)


def test_labels_with_subjects_make_a_sample_of_each_animal(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0, individuals=2)
    samples = gather_samples([store], [labels])
    assert samples.layout == SampleLayout(1, (2, 1, 2), 6, 2)
    assert samples.per_individual
    assert len(samples) == 2 * store.sizes["window"]
    for row in (0, 1, 17, 50):
        window = int(np.flatnonzero(store["window"] == samples.frame[row])[0])
        animal = int(samples.individual[row])
        expected = store["features"][window, animal].values.ravel()
        np.testing.assert_array_equal(samples.X[row, :-2], expected)
        np.testing.assert_array_equal(
            samples.y[row], labels["labels"][samples.frame[row], animal].values
        )


def test_individuals_are_matched_by_name(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0, individuals=2)
    turned = labels.isel(individual=[1, 0])
    one = labels.isel(individual=[1])
    whole, same = gather_samples([store], [labels]), gather_samples([store], [turned])
    np.testing.assert_array_equal(whole.y, same.y)
    part = gather_samples([store], [one])
    np.testing.assert_array_equal(part.X, whole.X[whole.individual == 1])
    assert (part.individual == 1).all()


def test_a_single_subject_and_a_single_track_are_the_same_animal(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0, individuals=1)
    samples = gather_samples([store], [labels.assign_coords(individual=["Frida"])])
    assert samples.recordings[0].individuals == ("animal_0",)


def test_the_label_of_a_window_is_that_of_its_middle_frame(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0)
    samples = gather_samples([store], [labels])
    np.testing.assert_array_equal(samples.y, labels["labels"].values[samples.frame, 0])


def test_windows_without_a_label_are_not_read(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0)
    labels["labels"][100:300] = -1
    samples = gather_samples([store], [labels])
    assert not ((samples.frame >= 100) & (samples.frame < 300)).any()
    assert (samples.y >= 0).all()


def test_groups_are_videos_unless_given(recording: Make) -> None:
    made = [recording(f"{number}.mp4", seed=number) for number in range(3)]
    stores, labels = [store for store, _ in made], [own for _, own in made]
    assert set(gather_samples(stores, labels).groups) == {"0.mp4", "1.mp4", "2.mp4"}
    given = gather_samples(stores, labels, ["x", "y", "x"])
    assert (given.groups[given.recording == 2] == "x").all()


def test_features_stay_half_precision_and_huge_trajectories_do_not_overflow(
    recording: Make,
) -> None:
    store, labels = recording("a.mp4", seed=0, individuals=1)
    store["trajectory"][0, 0, 0] = 1e9
    samples = gather_samples([store], [labels])
    assert samples.X.dtype == np.float16
    assert np.isfinite(samples.X).all()


def test_stores_may_be_given_by_path(recording: Make, tmp_path: Path) -> None:
    with pytest.raises(EthoprismError, match="no such feature store"):
        gather_samples([tmp_path / "a.zarr"], [recording("a.mp4", seed=0)[1]])


def test_two_encoders_do_not_mix(recording: Make) -> None:
    one, two = recording("a.mp4", seed=0), recording("b.mp4", seed=1)
    other = two[0].assign_attrs(encoder_fingerprint="5678", frame_step=2)
    with pytest.raises(EthoprismError, match=r"fingerprint is '5678'.*frame_step is 2.*b\.mp4"):
        gather_samples([one[0], other], [one[1], two[1]])


def test_which_rectangle_was_cropped_does_not_matter(recording: Make) -> None:
    store, _ = recording("a.mp4", seed=0)
    arenas = [store.assign_attrs(crop=crop) for crop in ("0,0,200,200", "210,0,200,200")]
    assert FeatureSource.of(arenas[0]) == FeatureSource.of(arenas[1])
    assert FeatureSource.of(arenas[0]) != FeatureSource.of(store)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda own: own.isel(time=slice(0, 400)), "labels of 400 frames, features of 480"),
        (lambda own: own.assign_coords(individual=["x", "y"]), "labels of the individuals"),
        (lambda own: own.assign_coords(behavior=["rear", "dig"]), "labels of the behaviours"),
        (lambda own: own.isel(individual=[0]).assign_coords(individual=[""]), "do not"),
        (lambda own: own.assign_coords(individual=["animal_0", ""]), "labels of the individuals"),
    ],
)
def test_labels_that_do_not_fit_are_refused(
    recording: Make, change: Callable[[xr.Dataset], xr.Dataset], told: str
) -> None:
    one, two = (recording(f"{n}.mp4", seed=n, individuals=2) for n in range(2))
    with pytest.raises(EthoprismError, match=told):
        gather_samples([one[0], two[0]], [one[1], change(two[1])])


def test_scenes_need_the_same_number_of_animals(recording: Make, labels: Callable) -> None:
    stores = [recording(f"{n}.mp4", seed=n, individuals=n)[0] for n in (1, 2)]
    scenes = [
        labels(s.attrs["video"], s.frame_time.values, np.ones((480, 1, 2)), [""]) for s in stores
    ]
    with pytest.raises(EthoprismError, match=r"different numbers of individuals: \[1, 2\]"):
        gather_samples(stores, scenes)


def test_nothing_labelled_is_refused(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0)
    with pytest.raises(EthoprismError, match=r"no window has a label, a\.mp4"):
        gather_samples([store], [labels.where(False, -1)])


def test_lists_must_correspond(recording: Make) -> None:
    store, labels = recording("a.mp4", seed=0)
    for features in ([], [store, store]):
        with pytest.raises(EthoprismError, match="feature stores and 1 sets of labels"):
            gather_samples(features, [labels])


def test_what_is_no_store_is_refused(recording: Make) -> None:
    _, labels = recording("a.mp4", seed=0)
    with pytest.raises(EthoprismError, match="not a feature store"):
        gather_samples([labels], [labels])
