"""Drone videos with tracks of CVAT: whose box is whose, and which actions belong to it."""

from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.registry import read_dataset, recognise_domain

FRAMES = 12
ACTIONS = ("Walk", "Graze", "Trotting")


def write_video(path: Path, frames: int = FRAMES, size: tuple[int, int] = (64, 48)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = np.full((size[1], size[0], 3), 10 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def shape(kind: str, frame: int, action: str = "", outside: int = 0, left: float = 10.0) -> str:
    place = f'xtl="{left}" ytl="5" xbr="{left + 10}" ybr="15"' if kind == "box" else 'points="1,1"'
    said = f'<attribute name="Behavior">{action}</attribute>' if action else ""
    return f'<{kind} frame="{frame}" outside="{outside}" {place}>{said}</{kind}>'


def write_xml(path: Path, tracks: dict[int, list[str]], source: str, frames: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(
        f'<track id="{number}" label="Zebra">{"".join(shapes)}</track>'
        for number, shapes in tracks.items()
    )
    choices = "\n".join(ACTIONS)
    meta = (
        f"<meta><task><size>{frames}</size><labels><label><name>Zebra</name><attributes><attribute>"
        f"<name>Behavior</name><values>{choices}</values></attribute></attributes></label></labels>"
        "<original_size><width>64</width><height>48</height></original_size>"
        f"<source>{source}</source></task></meta>"
    )
    path.write_text(f"<annotations>{meta}{text}</annotations>", encoding="utf-8")


def labels_of(item, individual: str) -> list[str]:
    """Name the behaviour of each frame, a dash where nothing is known."""
    times = np.arange(FRAMES) / 30
    labels = frame_labels(item.annotations, item.name, times, individuals=(individual,))["labels"]
    values = labels.to_numpy()[:, 0]
    names = labels["behavior"].to_numpy()
    return [str(names[row.argmax()]) if (row >= 0).all() else "-" for row in values]


def test_boxes_with_actions_label_each_animal(tmp_path: Path):
    write_video(tmp_path / "flights" / "DJI_1.mp4")
    walk = [shape("box", n, "Walk" if n < 5 else "Graze", left=10.0 + n) for n in range(FRAMES)]
    late = [shape("box", 4, "Trotting", left=30.0), shape("box", 8, "Trotting", 1, 30.0)]
    write_xml(tmp_path / "DJI_1_tracks.xml", {0: walk, 3: late}, "DJI_1.MP4", FRAMES)
    assert recognise_domain(tmp_path).name == "ecology"
    dataset = read_dataset(tmp_path)
    (item,) = dataset.recordings
    assert item.video == tmp_path / "flights" / "DJI_1.mp4"
    assert item.individuals == ("Zebra 0", "Zebra 3")
    assert labels_of(item, "Zebra 0") == ["Walk"] * 5 + ["Graze"] * 7
    assert labels_of(item, "Zebra 3") == ["-"] * 4 + ["Trotting"] * 4 + ["-"] * 4
    centres = item.tracks["position"].sel(space="x").to_numpy()
    assert centres[:, 0].tolist() == [15.0 + n for n in range(FRAMES)]
    assert np.isnan(centres[:, 1]).tolist() == [True] * 4 + [False] * 4 + [True] * 4
    sampling = dataset.habits.sampling
    assert (sampling.kind, sampling.frames, sampling.step) == ("subject", 16, 5)
    assert dataset.habits.scoring.metric == "accuracy"
    assert not [found for found in check_dataset(dataset) if found.wrong]


def mini_scenes(folder: Path, drone_video: Path | None) -> None:
    """Write what kabr-tools make: the animals' tracks, their mini-scenes and actions."""
    boxes = {
        0: [shape("box", n) for n in range(FRAMES)],
        7: [shape("box", n, left=30.0) for n in range(3, 9)],
    }
    write_xml(folder / "metadata" / "DJI_2_tracks.xml", boxes, "low-DJI_2.MP4", FRAMES)
    actions = {0: ["Walk"] * 6 + ["Graze"] * 6, 7: ["Graze"] * 2 + ["Trotting"] * 4}
    for number, named in actions.items():
        points = [shape("points", n, action) for n, action in enumerate(named)]
        path = folder / "actions" / f"{number}.xml"
        write_xml(path, {0: points}, f"{number}.mp4", len(named))
        write_video(folder / f"{number}.mp4", len(named), (32, 32))
    if drone_video is not None:
        write_video(drone_video)


def test_actions_of_mini_scenes_come_to_the_frames_of_the_drone(tmp_path: Path):
    mini_scenes(tmp_path / "mini-scenes" / "DJI_2", tmp_path / "raw" / "DJI_2.mp4")
    write_video(tmp_path / "mini-scenes" / "DJI_2" / "DJI_2.mp4")  # a copy with boxes drawn
    (item,) = read_dataset(tmp_path).recordings
    assert item.video == tmp_path / "raw" / "DJI_2.mp4"
    assert labels_of(item, "Zebra 0") == ["Walk"] * 6 + ["Graze"] * 6
    # its mini-scene begins where its track does, at frame 3
    assert labels_of(item, "Zebra 7") == ["-"] * 3 + ["Graze"] * 2 + ["Trotting"] * 4 + ["-"] * 3


def test_without_the_drones_video_mini_scenes_are_recordings(tmp_path: Path):
    mini_scenes(tmp_path / "DJI_2", None)
    dataset = read_dataset(tmp_path)
    assert [item.name for item in dataset.recordings] == ["DJI_2/0.mp4", "DJI_2/7.mp4"]
    assert dataset.habits.sampling.kind == "window"
    first, second = dataset.recordings
    assert labels_of(first, "") == ["Walk"] * 6 + ["Graze"] * 6
    assert second.annotations.events["behavior"].tolist() == ["Graze", "Trotting"]
    assert {item.groups["session"] for item in dataset.recordings} == {"DJI_2"}
    found = check_dataset(dataset)
    assert not [item for item in found if item.wrong]
    assert any("its mini-scenes are recordings" in item.what for item in found)


def test_what_disagrees_is_told(tmp_path: Path):
    mini_scenes(tmp_path / "DJI_2", tmp_path / "DJI_2.mp4")
    points = [shape("points", n, "Walk") for n in range(5)]
    write_xml(tmp_path / "DJI_2" / "actions" / "7.xml", {0: points}, "7.mp4", 5)
    far = {0: [shape("box", n, left=600.0) for n in range(FRAMES)]}
    write_xml(tmp_path / "far" / "DJI_3_tracks.xml", far, "DJI_3.mp4", FRAMES)
    found = [(item.kind, item.where, item.count) for item in check_dataset(read_dataset(tmp_path))]
    assert ("frames disagree", "7.xml, Zebra 7", 1) in found
    assert ("boxes disagree", "far/DJI_3_tracks.mp4", 1) in found
    assert ("missing file", "far/DJI_3_tracks.mp4", 1) in found


@pytest.mark.parametrize(
    ("shapes", "what"),
    [
        ([shape("box", 1), shape("box", 1)], "two boxes of Zebra 0 in one frame"),
        ([shape("box", 1).replace('ytl="5"', 'ytl="top"')], "not four numbers"),
        ([shape("box", 1).replace('ytl="5"', "")], "not four numbers"),
        ([shape("box", 1).replace('frame="1"', 'frame="one"')], "no frame number"),
    ],
)
def test_bad_boxes_are_refused(tmp_path: Path, shapes: list[str], what: str):
    write_xml(tmp_path / "a.xml", {0: shapes}, "a.mp4", FRAMES)
    with pytest.raises(EthoprismError, match=what):
        read_dataset(tmp_path, "ecology")


def test_the_real_labels_of_a_mini_scene(real_labels: Path):
    dataset = read_dataset(real_labels / "kabr-labels-only")
    found = {finding.kind: finding for finding in check_dataset(dataset)}
    assert found["never labelled"].count == 19  # of CVAT's twenty choices, told at once
    (item,) = dataset.recordings
    assert (item.name, item.video, item.frame_counts["labels"]) == ("43.mp4", None, 920)
    events = item.annotations.events
    assert events[["behavior", "start_frame", "stop_frame"]].to_numpy().tolist() == [
        ["Graze", 0, 91]
    ]


def test_the_real_tracks_of_a_drone_are_of_another_picture_size(footage: Path):
    dataset = read_dataset(footage / "kabr-miniscene")
    assert [item.name for item in dataset.recordings] == ["0.mp4", "1.mp4"]
    wrong = [item for item in check_dataset(dataset) if item.wrong]
    assert [item.kind for item in wrong] == ["boxes disagree"]
