"""MegaDetector's results: layouts, tracks, crops and blanks."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_core.video.squares import square_crops
from ethoprism_domains.ecology import (
    JoinSettings,
    crop_to_detections,
    dataset_of,
    empty_or_not,
    read_camera_traps,
    read_detections,
    tracks_from_detections,
)

CATEGORIES = {"1": "animal", "2": "person", "3": "vehicle"}
TIMES = np.arange(40) / 10


def box(x, y, frame=None, conf=0.9, category="1", side=0.1):
    found = {"category": category, "conf": conf, "bbox": [x - side / 2, y - side / 2, side, side]}
    return found if frame is None else found | {"frame_number": frame}


def video(file, detections, frames):
    return {
        "file": file,
        "frame_rate": 10,
        "frames_processed": list(frames),
        "detections": detections,
    }


@pytest.fixture
def write(tmp_path):
    def written(images, **info) -> Path:
        content = {
            "info": {"format_version": "1.5", **info},
            "detection_categories": CATEGORIES,
            "images": images,
        }
        path = tmp_path / "md.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return written


def joined(detections, **choice):
    [file] = detections.frames
    return tracks_from_detections(
        detections.of(file), detections.frames[file], TIMES, (200, 400), JoinSettings(**choice)
    )


def test_pictures_videos_and_failures(write):
    info = {"detector": "md_v1000.0.0-redwood.pt"}
    info["detector_metadata"] = {"typical_detection_threshold": 0.3}
    images = [
        {"file": "a\\one.jpg", "detections": [box(0.5, 0.5)], "max_detection_conf": 0.9},
        {"file": "two.jpg", "detections": [], "failure": None},
        {"file": "three.jpg", "detections": None, "failure": "Failure image access"},
        video("b/clip.mp4", [box(0.5, 0.5, 10), box(0.2, 0.2, 20, category="9")], range(0, 40, 10)),
    ]
    found = read_detections(write(images, **info))
    assert found.detector == "md_v1000.0.0-redwood.pt"
    assert found.typical == 0.3
    assert found.frames == {"a/one.jpg": (0,), "two.jpg": (0,), "b/clip.mp4": (0, 10, 20, 30)}
    assert found.failures == {"three.jpg": "Failure image access"}
    # a category that is not listed is no detection
    assert found.table[["file", "frame"]].to_numpy().tolist() == [
        ["a/one.jpg", 0],
        ["b/clip.mp4", 10],
    ]


def test_frames_that_are_listed_as_pictures_are_one_video(write):
    images = [
        {"file": f"b/clip.MP4/frame{n:06d}.jpg", "detections": [box(0.1 + n / 100, 0.5)]}
        for n in (0, 12, 24)
    ]
    found = read_detections(write(images))
    assert found.frames == {"b/clip.MP4": (0, 12, 24)}
    assert found.table["frame"].tolist() == [0, 12, 24]


def test_files_are_found_by_the_end_of_their_path(write):
    names = ["/data/north/clip.mp4", "/data/south/clip.mp4", "/data/south/other.mp4"]
    found = read_detections(write([video(name, [], [0]) for name in names]))
    assert found.find("north/clip.mp4") == names[0]
    assert found.find(Path("here") / "south" / "clip.mp4") == names[1]
    assert found.find("elsewhere/other.mp4") == names[2]
    assert found.find("clip.mp4") is None  # which of both?
    assert found.find("none.mp4") is None


@pytest.mark.parametrize(
    "broken",
    [
        [{"detections": []}],
        [{"file": "a.jpg", "detections": [{"category": "1", "conf": 0.5}]}],
        [{"file": "a.jpg", "detections": [box(300, 200)]}],
        [{"file": "a.jpg", "detections": [box(0.5, float("nan"))]}],
        [video("a.mp4", [box(0.5, 0.5, -3)], [0])],
        [video("a.mp4", [], ["first"])],
    ],
)
def test_what_is_no_result_is_one_line(write, broken):
    with pytest.raises(EthoprismError) as caught:
        read_detections(write(broken))
    assert "image 1" in str(caught.value)


def test_another_file_is_one_line(tmp_path):
    path = tmp_path / "list.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(EthoprismError, match="no results of MegaDetector"):
        read_detections(path)


@settings(max_examples=25)
@given(st.integers(1, 3), st.integers(0, 1000))
def test_animals_that_keep_apart_are_joined_right(animals, seed):
    """Boxes in any order, jittered and some missing, of animals on lines that do not meet."""
    rng = np.random.default_rng(seed)
    frames = range(0, 40, 4)
    detections, truth = [], {}
    for animal in range(animals):
        y = 0.2 + 0.3 * animal
        start, speed = rng.uniform(0.1, 0.3), rng.uniform(0, 0.012)
        truth[animal] = (start, speed, y)
        for frame in frames:
            if frame in (0, 36) or rng.random() < 0.8:
                jitter = rng.normal(0, 0.003, 2)
                detections.append(box(start + speed * frame + jitter[0], y + jitter[1], frame))
    rng.shuffle(detections)
    content = {"detection_categories": CATEGORIES, "images": [video("c.mp4", detections, frames)]}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "boxes.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        tracks = joined(read_detections(path))
    assert tracks.sizes["individual"] == animals
    rows = tracks["position"].sel(space="y").mean("time").to_numpy() / 200
    for start, speed, y in truth.values():
        own = int(np.abs(rows - y).argmin())
        x = tracks["position"].sel(space="x").isel(individual=own).to_numpy() / 400
        assert np.abs(x[:37] - (start + speed * np.arange(37))).max() < 0.02


def test_tracks_are_whole_and_say_where_they_guess(write):
    detections = [box(0.2, 0.5, 10), box(0.4, 0.5, 20), box(0.3, 0.5, 15, conf=0.1)]
    tracks = joined(
        read_detections(write([video("c.mp4", detections, (0, 10, 15, 20, 30))])), fewest=2
    )
    x = tracks["position"].sel(space="x").isel(individual=0).to_numpy()
    assert x[[0, 10, 15, 20, 39]] == pytest.approx([80, 80, 120, 160, 160])
    confidence = tracks["confidence"].isel(individual=0).to_numpy()
    assert confidence[[0, 9, 21]].tolist() == [0, 0, 0]
    assert confidence[15] == pytest.approx(0.9)
    assert np.isfinite(square_crops(tracks)).all()


def test_strays_people_and_doubtful_boxes_are_no_animals(write):
    stray = [box(0.5, 0.5, 0)]
    people = [box(0.5, 0.5, n, category="2") for n in range(0, 40, 4)]
    doubtful = [box(0.1, 0.1, n, conf=0.15) for n in range(0, 40, 4)]
    found = read_detections(write([video("c.mp4", stray + people + doubtful, range(0, 40, 4))]))
    assert joined(found) is None
    assert joined(found, threshold=0.1).sizes["individual"] == 1


def test_an_animal_that_leaves_and_one_that_comes_later_are_two(write):
    first = [box(0.1, 0.5, n) for n in range(0, 12, 2)]
    later = [box(0.9, 0.5, n) for n in range(24, 40, 2)]
    found = read_detections(write([video("c.mp4", first + later, range(0, 40, 2))]))
    tracks = joined(found)
    assert tracks.sizes["individual"] == 2
    assert joined(found, most=1)["position"].sel(space="x").mean() > 200  # the one seen longest


def test_boxes_of_another_file_are_one_line(write):
    found = read_detections(write([video("c.mp4", [box(0.5, 0.5, 400)], [400])]))
    with pytest.raises(EthoprismError, match="a box of frame 400, and the clip has 40 frames"):
        joined(found)


def test_empty_clips_are_told_by_the_surest_animal(write):
    images = [
        video("fox.mp4", [box(0.5, 0.5, 0, conf=0.4), box(0.5, 0.5, 1, conf=0.7)], [0, 1]),
        video("person.mp4", [box(0.5, 0.5, 0, category="2")], [0]),
        video("doubt.mp4", [box(0.5, 0.5, 0, conf=0.25)], [0]),
        video("blank.mp4", [], [0]),
    ]
    table = empty_or_not(read_detections(write(images))).set_index("file")
    assert table["animal"].tolist() == [True, False, True, False]
    assert table["confidence"].tolist() == [0.7, 0.0, 0.25, 0.0]
    assert table.loc["person.mp4", "others"] == "person"
    assert not empty_or_not(read_detections(write(images)), 0.3)["animal"].iloc[2]


def test_clips_are_cropped_to_their_surest_animal(trap_study):
    folder, clips = trap_study
    detections = read_detections(folder / "truth" / "detections.json")
    dataset = crop_to_detections(dataset_of(read_camera_traps(folder)), detections)
    assert dataset.habits.sampling.follows
    by_name = {item.name: item for item in dataset.recordings}
    for clip in clips:
        tracks = by_name[clip.file].tracks
        with Video(folder / clip.file) as video_:
            assert tracks.sizes["time"] == len(video_)
        assert tracks.sizes["individual"] == 1
        squares = square_crops(tracks)[:, 0, 2]
        assert (squares < 64).all() if clip.species else (squares == 64).all()
    [empty] = [finding for finding in dataset.findings if finding.kind == "detections"]
    assert empty.count == sum(not clip.species for clip in clips)
    assert not empty.wrong
    nothing = replace(detections, frames={}, table=detections.table.iloc[:0])
    [unseen] = crop_to_detections(dataset_of(read_camera_traps(folder)), nothing).findings
    assert unseen.wrong and unseen.count == len(clips)
