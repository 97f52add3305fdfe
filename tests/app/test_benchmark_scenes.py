"""Benchmarks of KABR and ChimpACT on sets in their layouts, whose behaviours can be seen."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism.cli import main

SIZE = 64
CLASSES = ("Walk", "Graze", "Trot")
SCENES = {
    "train": ("ZG0001.1", "ZG0002.1", "ZP0003.1"),
    "val": ("ZG0004.1", "ZG0005.1", "ZP0006.1"),
}
FRAMES = 50  # of a mini-scene, which shows one behaviour


def picture_of(number: int, rng: np.random.Generator) -> np.ndarray:
    """Show a bright quarter whose place is the behaviour."""
    picture = rng.integers(20, 40, (SIZE, SIZE, 3)).astype(np.uint8)
    top, left = SIZE // 2 * (number // 2), SIZE // 2 * (number % 2)
    picture[top : top + SIZE // 2, left : left + SIZE // 2] += 180
    return picture


def write_jpeg(path: Path, picture: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = SIZE, SIZE, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def kabr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, rng = tmp_path_factory.mktemp("benchmark") / "kabr", np.random.default_rng(0)
    (folder / "annotation").mkdir(parents=True)
    numbers = {name: number for number, name in enumerate(CLASSES)}
    (folder / "annotation" / "classes.json").write_text(json.dumps(numbers), encoding="utf-8")
    for split, scenes in SCENES.items():
        rows = ["original_vido_id video_id frame_id path labels"]
        for turn, name in enumerate(scenes):
            for frame in range(1, FRAMES + 1):
                rows.append(f"{name} {turn} {frame} {name}/{frame}.jpg {turn}")
                path = folder / "dataset" / "image" / name / f"{frame}.jpg"
                write_jpeg(path, picture_of(turn, rng))
        text = "\n".join(rows) + "\n"
        (folder / "annotation" / f"{split}.csv").write_text(text, encoding="utf-8")
    return folder


def test_kabr_is_scored_by_accuracy_averaged_over_classes(kabr: Path, tmp_path: Path, capsys):
    command = ["benchmark", "kabr", "--data", str(kabr), "--encoder", "classical"]
    where = ["--features", str(tmp_path / "features"), "--out", str(tmp_path)]
    assert main([*command, *where, "--stride", "20", "--probe-kind", "linear"]) == 0
    out = capsys.readouterr()
    assert "accuracy averaged over classes (%)" in out.out
    assert "61.6  published" in out.out
    assert "nobody says where the published test windows are" in out.err
    told = json.loads((tmp_path / "kabr.json").read_text(encoding="utf-8"))
    assert set(told["accuracy"]) == set(CLASSES)
    assert told["mean_accuracy"] > 0.8
    assert told["mean_accuracy"] == pytest.approx(
        np.mean(list(told["accuracy"].values())), abs=1e-5
    )
    # all behaviours have as many windows
    assert told["accuracy_per_instance"] == pytest.approx(told["mean_accuracy"], abs=1e-5)
    assert f"accuracy per instance: {100 * told['accuracy_per_instance']:.1f}" in out.out
    assert told["windows"] == {"train": 3 * 3, "test": 3 * 3}  # at 0, 20 and 40
    clip = told["encoder"]["clip_frames"]
    assert told["sampling"]["frame_step"] == round(16 * 5 / clip)
    assert {item["name"]: item["split"] for item in told["videos"]} == {
        name: {"train": "train", "val": "test"}[split]
        for split, scenes in SCENES.items()
        for name in scenes
    }
    packed = sorted(path.name for path in (tmp_path / "features" / "pictures").iterdir())
    assert packed == sorted(f"{name}.mkv" for scenes in SCENES.values() for name in scenes)


CLIPS = (  # of the training split, of the test split, of the validation split
    *("Azibo_ObsChimp_2015_11_25_d_clip_3000_4000", "Azibo_ObsChimp_2015_11_25_d_clip_4000_5000"),
    "Azibo_ObsChimp_2015_11_25_d_clip_1000_2000",
    "Azibo_ObsChimp_2015_11_25_d_clip_23000_24000",
)


def write_chimpact(folder: Path) -> Path:
    """Show two animals, each bright while it moves, and striped while it eats."""
    rng = np.random.default_rng(1)
    for turn, clip in enumerate(CLIPS):
        moving = np.array([np.arange(100) // 20 % 2, (np.arange(100) + 10 * turn) // 30 % 2])
        eating = np.array([np.arange(100) // 50, 1 - np.arange(100) // 50])
        boxes = [[10, 20 + 8 * turn, 24, 24], [80, 60 - 8 * turn, 24, 24]]
        path = folder / "videos_full" / f"{clip}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = 128, 128, "yuv420p"
            for frame in range(100):
                picture = rng.integers(60, 70, (128, 128, 3)).astype(np.uint8)
                for animal, (left, top, width, height) in enumerate(boxes):
                    body = picture[top : top + height, left : left + width]
                    body[:] = 230 if moving[animal, frame] else 120
                    if eating[animal, frame]:
                        body[::8] = body[1::8] = body[2::8] = 10
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        annotations = [
            {
                "image_id": key,
                "bbox": boxes[animal],
                "bbox_id": animal,
                "behaviors": [0] * int(moving[animal, 10 * key])
                + [5] * int(eating[animal, 10 * key]),
            }
            for key in range(10)
            for animal in range(2)
        ]
        images = [{"id": key, "file_name": f"{clip}/{key:06d}.jpg"} for key in range(10)]
        labels = folder / "labels" / f"{clip}.json"
        labels.parent.mkdir(parents=True, exist_ok=True)
        content = {"images": images, "annotations": annotations}
        labels.write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_chimpact_scores_each_animal_in_its_own_crop(tmp_path: Path, capsys):
    data = write_chimpact(tmp_path / "chimpact")
    command = ["benchmark", "chimpact", "--data", str(data), "--encoder", "classical"]
    where = ["--features", str(tmp_path / "features"), "--out", str(tmp_path)]
    assert main([*command, *where, "--stride", "5", "--probe-kind", "linear"]) == 0
    out = capsys.readouterr()
    assert "28.8  published" in out.out
    assert "1 videos of the test split, published 19" in out.err
    told = json.loads((tmp_path / "chimpact.json").read_text(encoding="utf-8"))
    assert [item["split"] for item in told["videos"]] == ["test", "train", "train"]
    assert told["sampling"]["crop"] == "follow"
    assert told["windows"]["test"] == 2 * 21  # both animals of each window
    known = {name: value for name, value in told["average_precision"].items() if value is not None}
    assert set(known) == {"moving", "eating"}
    assert known["eating"] > 0.9
    assert told["mean_average_precision"] == pytest.approx(np.mean(list(known.values())), abs=1e-5)
