"""A data set through the whole path: checked, made a study, and scored by its habits."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ethoprism.cli import main
from ethoprism.datasets import evaluate_dataset, left_out, study_of
from ethoprism.exchanging.dataset_exporting import export_dataset
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, empty_events, make_observed
from ethoprism_domains.base import Dataset, Habits, Sampling, Scoring
from ethoprism_domains.formats import read_events
from ethoprism_domains.registry import read_dataset


@pytest.fixture(scope="module")
def dataset(tiny_study) -> Dataset:
    return read_dataset(tiny_study.folder)


def test_check_tells_what_is_there(tiny_study, capsys):
    assert main(["dataset", "check", str(tiny_study.folder)]) == 0
    out = capsys.readouterr()
    assert "3 recordings (simulated)" in out.out
    assert "mouse-02_session-1.mp4" in out.out
    assert "0 things are wrong" in out.err


def test_check_fails_where_something_is_wrong(tiny_study, tmp_path: Path, capsys):
    for path in (tiny_study.labels, tiny_study.folder / "videos.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert main(["dataset", "check", str(tmp_path), "--domain", "simulated", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    missing = [item for item in told["findings"] if item["kind"] == "missing file"]
    assert {item["where"] for item in missing} == {path.name for path in tiny_study.videos}
    assert [item["groups"]["animal"] for item in told["recordings"]] == [
        "mouse-01",
        "mouse-01",
        "mouse-02",
    ]
    assert sum(item["bouts"] for item in told["behaviors"]) == sum(
        item["events"] for item in told["recordings"]
    )


def test_a_folder_of_nothing_is_a_mistake(tmp_path: Path, capsys):
    assert main(["dataset", "check", str(tmp_path)]) == 2
    assert "no domain recognises these data" in capsys.readouterr().err


def test_a_study_leaves_out_what_cannot_be_used_and_says_so(dataset: Dataset):
    first, second, third = dataset.recordings
    some = replace(dataset, recordings=(replace(first, video=None), second, third))
    study = study_of(some)
    assert list(study.paths) == [second.name, third.name]
    assert study.groups == {second.name: "mouse-01", third.name: "mouse-02"}
    assert study.tracks == {second.name: second.tracks, third.name: third.tracks}
    assert set(study.annotations.videos) == {second.name, third.name}
    (told,) = left_out(some)
    assert first.name in told
    assert study_of(dataset, "video").groups[first.name] == first.name
    with pytest.raises(EthoprismError, match="nothing says which site it is of"):
        study_of(dataset, "site")
    with pytest.raises(EthoprismError, match="no recording has both"):
        study_of(replace(dataset, recordings=(replace(first, video=None),)))


def test_evaluation_goes_by_the_habits(dataset: Dataset, tiny_study):
    habits = Habits(
        Sampling("window", frames=16, step=2, stride=5),
        replace(dataset.habits.probe, kind="linear"),
        "session",
        Scoring("f1", excluded=("grooming",), window_label="any"),
    )
    told: list[str] = []

    def stages(description: str, unit: str = "frames"):
        from contextlib import nullcontext

        told.append(description)
        return nullcontext(None)

    found = evaluate_dataset(
        replace(dataset, habits=habits), "classical", features=tiny_study.features, stages=stages
    )
    footage = found.evaluation.footage
    source = footage.features[0].attrs
    assert int(source["frame_step"]) == round(32 / int(source["clip_frames"]))
    assert (int(source["stride"]), source["crop"]) == (5, "whole")
    assert found.evaluation.scores.group_count == 3  # sessions, not animals
    assert "grooming" not in found.values
    wanted = [found.evaluation.scores.value("f1", name) for name in found.values]
    assert found.mean == pytest.approx(np.nanmean(wanted))
    plain = study_of(dataset).annotations.events
    labelled = sum(int((item["labels"] == 1).sum()) for item in footage.labels)
    assert labelled > (plain["stop_frame"] - plain["start_frame"]).sum()  # windows reach further
    assert any("cross-validating" in line for line in told)


def test_a_window_in_milliseconds_lasts_as_long_in_videos_of_different_rates(
    dataset: Dataset, make_video, tmp_path: Path, tiny_study
):
    slow = make_video(tmp_path / "other.mp4", frames=150)  # 20 frames a second, not 15
    first, *others = dataset.recordings
    mixed = replace(
        dataset,
        recordings=(replace(first, video=slow), *others),
        habits=Habits(Sampling(milliseconds=5000)),
    )
    found = evaluate_dataset(mixed, "classical", kind="linear", features=tmp_path / "features")
    stores = [item.attrs for item in found.evaluation.footage.features]
    frames = stores[0]["clip_frames"]
    assert [int(item["frame_step"]) for item in stores[:2]] == [
        round(5 * rate / frames) for rate in (20, 15)
    ]
    assert {item["milliseconds"] for item in stores} == {5000}


def test_the_verb_scores_single_animals(tiny_study, tmp_path: Path, capsys):
    command = ["dataset", "evaluate", str(tiny_study.folder), "--encoder", "classical"]
    where = ["--features", str(tmp_path / "features"), "--out", str(tmp_path / "scores")]
    assert main([*command, *where, "--probe-kind", "linear"]) == 0
    out = capsys.readouterr().out
    assert "mean average precision of resting" in out
    scores = json.loads((tmp_path / "scores" / "scores.json").read_text(encoding="utf-8"))
    assert scores["groups"] == 2
    tracks = list((tmp_path / "features").rglob("*.tracks.nc"))
    assert len(tracks) == 3  # those of the data set, not followed ones


def test_export_writes_what_the_field_exchanges(tiny_study, dataset: Dataset, tmp_path, capsys):
    command = ["dataset", "export", str(tiny_study.folder), "--out", str(tmp_path / "labels")]
    assert main([*command, "--formats", "bouts-csv", "caltech"]) == 0
    out = capsys.readouterr()
    files = [Path(line) for line in out.out.splitlines()]
    assert len(files) == 1 + len(dataset.recordings)  # caltech holds one video a file
    assert "not in caltech: " in out.err
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame"]
    written = read_events(files[0]).events[columns].sort_values(columns, ignore_index=True)
    own = dataset.annotations.events[columns].sort_values(columns, ignore_index=True)
    pd.testing.assert_frame_equal(written, own)
    assert main([*command, "--formats", "bouts-csv"]) == 2
    assert "it exists already" in capsys.readouterr().err
    assert main([*command, "--formats", "nothing"]) == 2


def test_export_goes_by_the_habits(dataset: Dataset, tmp_path: Path):
    some = replace(dataset, habits=replace(dataset.habits, exports=("boris",)))
    exported = export_dataset(some, tmp_path)
    (path,) = exported["boris"].files
    assert len(read_events(path, observed="coded span").events) == len(some.annotations.events)
    unlabelled = tuple(
        replace(
            item,
            annotations=Annotations(empty_events(), make_observed([]), dataset.ethogram),
        )
        for item in dataset.recordings
    )
    with pytest.raises(EthoprismError, match="no recording is labelled"):
        export_dataset(replace(dataset, recordings=unlabelled), tmp_path / "none")
