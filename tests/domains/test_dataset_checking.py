"""What is wrong with a data set is found, each thing by itself; a whole one is said to be so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram
from ethoprism_domains.base import Dataset, Finding, Habits, Recording, RecordingClock, Sampling
from ethoprism_domains.checking import check_dataset, count_behaviors
from ethoprism_domains.registry import read_dataset
from ethoprism_domains.simulated import SceneSettings, plan_study, write_study

FRAMES = 30
SCENE = SceneSettings(size=(64, 64), frames=FRAMES, fps=25.0, animals=2, noise=1.0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated") / "stüdy"
    write_study(folder, plan_study(SCENE, videos=3, seed=2))
    return folder


@pytest.fixture
def dataset(whole: Path) -> Dataset:
    return read_dataset(whole)


def changed(dataset: Dataset, **changes: object) -> Dataset:
    """Change the first recording."""
    first, *others = dataset.recordings
    return replace(dataset, recordings=(replace(first, **changes), *others))


def wrong(dataset: Dataset) -> list[tuple[str, str, int]]:
    first = dataset.recordings[0].name
    return [
        (item.kind, "first" if item.where == first else item.where, item.count)
        for item in check_dataset(dataset)
        if item.wrong
    ]


def test_a_simulated_study_is_read_whole(dataset: Dataset, whole: Path):
    assert dataset.domain == "simulated"
    assert dataset.name == "stüdy"
    assert wrong(dataset) == []
    written = pd.read_csv(whole / "labels.csv")
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame"]
    found = dataset.annotations.events[columns].sort_values(columns, ignore_index=True)
    expected = written[columns].sort_values(columns, ignore_index=True)
    pd.testing.assert_frame_equal(found.astype(expected.dtypes), expected)
    assert dataset.ethogram.names == SCENE.behaviors
    assert (dataset.annotations.observed["stop_frame"] == FRAMES).all()
    assert {item.individuals for item in dataset.recordings} == {("mouse-1", "mouse-2")}
    assert [item.groups["animal"] for item in dataset.recordings] == [
        "mouse-01",
        "mouse-01",
        "mouse-02",
    ]
    np.testing.assert_allclose(
        dataset.annotations.events["start_s"],
        dataset.annotations.events["start_frame"] / 25,
        atol=1e-6,
    )


def test_behaviours_are_counted(dataset: Dataset, whole: Path):
    counts = count_behaviors(dataset).set_index("behavior")
    frames = pd.concat(pd.read_csv(path) for path in sorted((whole / "truth").glob("*.frames.csv")))
    for name in SCENE.behaviors:
        assert counts.loc[name, "frames"] == frames[name].sum()
    assert counts["bouts"].sum() == len(dataset.annotations.events)


def moved(annotations: Annotations, by: int) -> Annotations:
    events = annotations.events.assign(
        start_frame=annotations.events["start_frame"] + by,
        stop_frame=annotations.events["stop_frame"] + by,
    )
    return Annotations(events, annotations.observed, annotations.ethogram)


def boxes(frames: int, names: list[str]) -> xr.Dataset:
    space = ("time", "space", "individual")
    ones = np.ones((frames, 2, len(names)), np.float32)
    return xr.Dataset(
        {
            "position": (space, ones),
            "shape": (space, ones),
            "confidence": (("time", "individual"), ones[:, 0]),
        },
        coords={"time": np.arange(frames) / 25, "space": ["x", "y"], "individual": names},
    )


BREAKS: list[tuple[Callable[[Recording, Path], dict[str, object]], list[tuple[str, str, int]]]] = [
    (lambda r, p: {"video": None}, [("missing file", "first", 1)]),
    (lambda r, p: {"video": p / "gone.mp4"}, [("missing file", "first", 1)]),
    (lambda r, p: {"tracks": p / "gone.nc"}, [("missing file", "first", 1)]),
    (lambda r, p: {"tracks": p / "noise"}, [("unreadable file", "first", 1)]),
    (lambda r, p: {"video": p / "noise"}, [("unreadable file", "first", 1)]),
    (lambda r, p: {"frame_counts": {"labels": FRAMES + 2}}, [("frames disagree", "first", 2)]),
    (
        lambda r, p: {"tracks": boxes(FRAMES - 3, ["mouse-1", "mouse-2"])},
        [("frames disagree", "first", 3)],
    ),
    (
        lambda r, p: {"video": None, "frame_counts": {"labels": 9, "pose": 8}},
        [("missing file", "first", 1), ("frames disagree", "first", 1)],
    ),
    (
        lambda r, p: {"clock": RecordingClock(np.arange(FRAMES + 1) / 25)},
        [("frames disagree", "first", 1)],
    ),
    (
        lambda r, p: {"clock": RecordingClock(np.r_[0.0, 0.0, np.arange(2, FRAMES) / 25])},
        [("gap", "first", 1)],
    ),
    (
        lambda r, p: {"annotations": moved(r.annotations, 1000)},
        [("beyond the end", "first", -1)],
    ),
    (
        lambda r, p: {"tracks": boxes(FRAMES, ["mouse-1", "rat"])},
        [("untracked individual", "first", 1)],
    ),
    (lambda r, p: {"groups": {"session": "1"}}, [("no group", "first", 1)]),
]


@pytest.mark.parametrize(("change", "expected"), BREAKS)
def test_what_is_broken_is_found_and_nothing_else(
    dataset: Dataset, tmp_path: Path, change: Callable, expected: list
):
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    first = dataset.recordings[0]
    found = wrong(changed(dataset, **change(first, tmp_path)))
    events = len(first.annotations.events)
    assert found == [(kind, where, events if n < 0 else n) for kind, where, n in expected]


def test_labels_of_a_stranger_are_found(dataset: Dataset):
    first = dataset.recordings[0]
    count = (first.annotations.events["subject"] == "mouse-2").sum()
    assert count
    found = wrong(changed(dataset, individuals=("mouse-1",)))
    assert found == [("unknown individual", "first", count)]


def test_one_animal_may_have_another_name_in_its_tracks(dataset: Dataset):
    events = dataset.recordings[0].annotations.events
    alone = Annotations(
        events[events["subject"] == "mouse-1"],
        dataset.recordings[0].annotations.observed,
        dataset.ethogram,
    )
    one = changed(
        dataset, annotations=alone, individuals=("mouse-1",), tracks=boxes(FRAMES, ["track_0"])
    )
    assert wrong(one) == []


def test_remarks_are_told_and_are_not_wrong(dataset: Dataset):
    first = dataset.recordings[0]
    observed = pd.DataFrame(
        {"video": [first.name] * 2, "start_frame": [0, 20], "stop_frame": [10, FRAMES]}
    )
    ethogram = Ethogram((*dataset.ethogram, Behavior("flying")))
    lost = boxes(FRAMES, ["mouse-1", "mouse-2"])
    lost["position"][1:28, :, 1] = np.nan
    odd = changed(
        replace(dataset, ethogram=ethogram),
        annotations=Annotations(first.annotations.events, observed, dataset.ethogram),
        clock=RecordingClock(np.r_[np.arange(10), np.arange(20, FRAMES + 10)] / 25),
        tracks=lost,
    )
    assert wrong(odd) == []
    told = [finding.what for finding in check_dataset(odd) if finding.where == first.name]
    assert told == [
        "its clock pauses, first after frame 9, by 0.440 s",
        "10 frames between observed ones were not observed",
        "no place of 'mouse-2' for more than a second, first from frame 1",
    ]
    (never,) = [finding for finding in check_dataset(odd) if finding.kind == "never labelled"]
    assert "'flying'" in never.what
    assert not never.wrong


def test_findings_between_recordings(dataset: Dataset):
    first, second, third = dataset.recordings
    twins = replace(dataset, recordings=(first, replace(second, video=first.video), third))
    assert ("same video", first.video.name, 2) in [
        (item.kind, item.where, item.count) for item in check_dataset(twins)
    ]
    some = replace(dataset, recordings=(replace(first, tracks=None), second, third))
    assert wrong(some) == [("missing file", "first", 1)]
    one_animal = replace(dataset, recordings=(first, second))
    assert "one group" in [item.kind for item in check_dataset(one_animal)]
    empty = replace(dataset, recordings=(), habits=Habits(Sampling()))
    assert [item.kind for item in check_dataset(empty) if item.wrong] == ["missing file"]


def test_what_an_adapter_found_comes_first(dataset: Dataset):
    finding = Finding("odd", "somewhere", "it is green")
    assert check_dataset(replace(dataset, findings=(finding,)))[0] == finding


def test_strangers_in_a_simulated_folder_are_found(whole: Path, tmp_path: Path):
    table = pd.read_csv(whole / "videos.csv")
    folder = tmp_path / "part"
    folder.mkdir()
    (folder / "labels.csv").write_bytes((whole / "labels.csv").read_bytes())
    table.iloc[1:].to_csv(folder / "videos.csv", index=False)
    name = str(table["video"][0])
    (folder / name).write_bytes((whole / name).read_bytes())
    found = read_dataset(folder).findings
    assert [(item.kind, item.where) for item in found] == [("unlisted video", name)] * 2
    assert {item.kind for item in check_dataset(read_dataset(folder)) if item.wrong} == {
        "unlisted video",
        "missing file",
    }


def test_recordings_that_contradict_themselves_are_refused(dataset: Dataset):
    first, second, _ = dataset.recordings
    with pytest.raises(EthoprismError, match="its annotations are of"):
        replace(first, name="other.mp4")
    with pytest.raises(EthoprismError, match="individuals share the name 'a'"):
        replace(first, individuals=("a", "a"))
    with pytest.raises(EthoprismError, match="recordings share the name"):
        replace(dataset, recordings=(first, second, first))
    with pytest.raises(EthoprismError, match="a start without a time zone"):
        RecordingClock(start=datetime(2026, 5, 1))
    assert RecordingClock(start=datetime(2026, 5, 1, tzinfo=UTC)).start is not None
