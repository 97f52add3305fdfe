"""Fly vs. Fly in the folders that its archives unpack to."""

from pathlib import Path

import numpy as np
import pytest
from scipy import io

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.animal_behavior.flyvsfly import as_published
from ethoprism_domains.annotation import targets_of
from ethoprism_domains.checking import check_dataset, count_behaviors
from ethoprism_domains.registry import read_dataset

FRAMES = 24
BOUTS = {
    "lunge": [[(1, 5), (11, 12)], []],
    "wing_threat": [[], [(3, 9)]],
    "charge": [[(20, 24)], []],
}


@pytest.fixture
def flies(tmp_path: Path, make) -> Path:
    root = tmp_path / "Fly_vs_Fly"
    for part, number in (("Aggression", 1), ("Aggression", 6), ("Boy_meets_boy", 1)):
        folder = root / part / part / f"movie{number}"
        stem = folder / folder.name
        make("actions")(Path(f"{stem}_actions.mat"), BOUTS)
        make("tracks")(Path(f"{stem}_track.mat"), FRAMES, lost=range(6, 8))
        make("video")(Path(f"{stem}.mp4"), [0] * FRAMES)
        table = folder.parent / "traintest.mat"
        io.savemat(table, {"trainids": np.arange(1, 6), "testids": np.arange(6, 11)})
    second = root / "Aggression/Aggression/movie6/movie6_second_actions.mat"
    make("actions")(second, BOUTS | {"lunge": [[(1, 4)], []]})
    return root


def wrong(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in check_dataset(read_dataset(path)):
        if item.wrong:
            found.setdefault(item.kind, []).append(item.where)
    return found


def test_movies_are_read_with_who_does_it_to_whom(flies: Path):
    dataset = read_dataset(flies)
    assert (dataset.name, wrong(flies)) == ("Fly vs. Fly", {})
    names = [item.name for item in dataset.recordings]
    assert names == ["Aggression/movie1", "Aggression/movie6", "Boy_meets_boy/movie1"]
    first = dataset.recordings[0]
    events = first.annotations.events
    spans = events[["start_frame", "stop_frame"]].to_numpy().tolist()
    assert spans == [[0, 5], [2, 9], [10, 12], [19, 24]]
    assert events["behavior"].tolist() == ["lunge", "wing threat", "lunge", "charge"]
    assert events["subject"].tolist() == ["fly-1", "fly-2", "fly-1", "fly-1"]
    assert targets_of(first.annotations) == [("fly-2",), ("fly-1",), ("fly-2",), ("fly-2",)]
    np.testing.assert_allclose(events["start_s"], np.array([0, 2, 10, 19]) / 30, atol=1e-3)
    assert first.annotations.observed["stop_frame"].tolist() == [FRAMES]
    assert [item.metadata["split"] for item in dataset.recordings] == ["train", "test", "train"]
    assert first.frame_counts == {"tracks": FRAMES, "features": FRAMES}


def test_the_videos_of_movies_of_one_name_are_their_own(flies: Path):
    videos = {item.name: item.video for item in read_dataset(flies).recordings}
    assert len(set(videos.values())) == 3
    assert all(video.parts[-4] == name.split("/")[0] for name, video in videos.items())


def test_boxes_hold_the_ellipses(flies: Path):
    tracks = read_dataset(flies).recordings[0].tracks
    np.testing.assert_allclose(tracks["position"].isel(time=0).T, [[20, 30], [40, 30]])
    np.testing.assert_allclose(tracks["shape"].isel(time=0).T, [[10, 4], [4, 10]], atol=1e-6)
    gone = tracks["position"].isnull().any("space").sel(individual="fly-2").to_numpy()
    assert np.flatnonzero(gone).tolist() == [6, 7]


def test_another_coders_actions_stand_beside(flies: Path):
    coders = {item.name: item.coders for item in read_dataset(flies).recordings}
    assert [len(own) for own in coders.values()] == [0, 1, 0]
    (said,) = coders["Aggression/movie6"].values()
    assert list(coders["Aggression/movie6"]) == ["second"]
    assert said.events["stop_frame"].min() == 4


def test_the_protocol_keeps_six_behaviours_where_both_flies_are_tracked(flies: Path):
    kept = as_published(read_dataset(flies))
    assert [item.name for item in kept.recordings] == ["Aggression/movie1", "Aggression/movie6"]
    assert kept.ethogram.names == ("lunge", "wing threat")
    seen = kept.recordings[0].annotations.observed
    assert seen[["start_frame", "stop_frame"]].to_numpy().tolist() == [[0, 6], [8, 24]]
    counts = count_behaviors(kept).set_index("behavior")["bouts"].to_dict()
    assert counts == {"lunge": 4, "wing threat": 2}


def test_a_folder_of_one_part_is_read_as_well(flies: Path):
    dataset = read_dataset(flies / "Aggression" / "Aggression")
    assert [item.name for item in dataset.recordings] == ["movie1", "movie6"]
    assert dataset.recordings[0].groups["part"] == "Aggression"


def test_what_is_missing_or_impossible_is_found(flies: Path, make):
    movie = flies / "Aggression/Aggression/movie1"
    (movie / "movie1.mp4").unlink()
    (movie / "movie1_track.mat").unlink()
    bouts = BOUTS | {"lunge": [[(0, 3), (5, 4), (2, 900), (2, 3)], []], "headbutt": [[], []]}
    make("actions")(movie / "movie1_actions.mat", bouts)
    make("video")(flies / "Boy_meets_boy/Boy_meets_boy/movie1/movie1.mp4", [0] * (FRAMES - 4))
    found = wrong(flies)
    assert found["missing file"] == ["Aggression/movie1"] * 2
    assert found["impossible bout"] == ["Aggression/movie1"]
    assert found["frames disagree"] == ["Boy_meets_boy/movie1"] * 3
    dataset = read_dataset(flies)
    (odd,) = [item for item in dataset.findings if item.kind == "impossible bout"]
    assert odd.count == 3
    (stranger,) = [item for item in dataset.findings if item.kind == "unknown behaviour"]
    assert "'headbutt' in movie1_actions.mat" in stranger.what
    assert "headbutt" in dataset.ethogram


@pytest.mark.parametrize("part", ["actions", "track", "feat"])
def test_a_truncated_file_is_found_and_the_rest_is_read(flies: Path, part: str):
    path = flies / f"Aggression/Aggression/movie1/movie1_{part}.mat"
    path.write_bytes(path.read_bytes()[:300])
    found = [item for item in read_dataset(flies).findings if item.kind == "unreadable file"]
    assert [item.where for item in found] == ["Aggression/movie1"]
    assert "cannot be read as a MATLAB file" in found[0].what
    labelled = [item.labelled for item in read_dataset(flies).recordings]
    assert labelled == [part != "actions", True, True]


def test_tables_that_do_not_fit_are_found(flies: Path):
    path = flies / "Aggression/Aggression/movie1/movie1_actions.mat"
    io.savemat(path, {"behs": np.array([["lunge"]], object), "bouts": np.zeros((2, 3))})
    (found,) = [item for item in read_dataset(flies).findings if item.kind == "unreadable file"]
    assert "bouts of shape (2, 3) for 1 behaviours" in found.what


def test_a_folder_without_actions_is_refused(tmp_path: Path):
    from ethoprism_domains.animal_behavior.flyvsfly import read_flyvsfly

    with pytest.raises(EthoprismError, match="there is no file of actions"):
        read_flyvsfly(tmp_path)
