"""Plain folders of deployments, whole and damaged."""

import shutil
from datetime import UTC, timedelta
from pathlib import Path

import pandas as pd
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.checking import check_dataset
from ethoprism_domains.ecology import independent_events, read_camera_traps, records_of
from ethoprism_domains.registry import read_dataset


def kinds(findings) -> dict[str, int]:
    found: dict[str, int] = {}
    for finding in findings:
        found[finding.kind] = found.get(finding.kind, 0) + finding.count
    return found


@pytest.fixture
def study(trap_study, tmp_path) -> Path:
    """A copy of the study that a test may damage."""
    return Path(shutil.copytree(trap_study[0], tmp_path / "study"))


def change(path: Path, **columns: object) -> None:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name, value in columns.items():
        table[name] = value(table[name]) if callable(value) else value
    table.to_csv(path, index=False)


def test_a_study_is_read_as_it_was_made(trap_study):
    folder, clips = trap_study
    dataset = read_dataset(folder)
    assert (dataset.domain, dataset.findings) == ("ecology", ())
    assert not [finding for finding in check_dataset(dataset) if finding.wrong]
    assert {item.name for item in dataset.recordings} == {clip.file for clip in clips}
    by_name = {item.name: item for item in dataset.recordings}
    for clip in clips:
        item = by_name[clip.file]
        assert item.groups == {"site": clip.site, "deployment": clip.site}
        # the second site's camera is an hour ahead: the times are true all the same
        true = clip.time - timedelta(hours=3)
        assert item.clock.start.astimezone(UTC).replace(tzinfo=None) == true
        assert item.annotations.events[["start_s", "stop_s"]].iloc[0].tolist() == [0, 4 / 8]
        present = item.annotations.events.query("judgement == 'present'")
        assert sorted(present["behavior"]) == sorted(
            filter(None, [clip.species or "blank", clip.behavior])
        )


def test_visits_are_the_independent_events(trap_study):
    folder, clips = trap_study
    events = independent_events(records_of(read_camera_traps(folder)))
    visits = {(clip.site, clip.visit) for clip in clips if clip.visit >= 0}
    assert len(events) == len(visits)
    assert events["records"].sum() == sum(clip.visit >= 0 for clip in clips)


def test_without_tables_folders_are_sites(study):
    (study / "deployments.csv").unlink()
    (study / "clips.csv").unlink()
    dataset = read_dataset(study, "ecology")
    assert {item.groups["site"] for item in dataset.recordings} == {"site-1", "site-2", "site-3"}
    assert not any(item.labelled for item in dataset.recordings)
    found = kinds(dataset.findings)
    assert found["no time zone"] == len(dataset.recordings)
    assert found["no end"] == 3


def test_folders_in_a_site_are_its_deployments(study):
    (study / "deployments.csv").unlink()
    (study / "clips.csv").unlink()
    first = sorted((study / "site-1").glob("*.mp4"))[0]
    (study / "site-1" / "spring").mkdir()
    first.rename(study / "site-1" / "spring" / first.name)
    groups = [item.groups for item in read_dataset(study, "ecology").recordings]
    assert {"site": "site-1", "deployment": "site-1/spring"} in groups
    assert {"site": "site-1", "deployment": "site-1"} in groups


def test_clips_and_rows_that_miss_each_other_are_told(study):
    clips = sorted((study / "site-1").glob("*.mp4"))
    clips[0].unlink()
    clips[1].rename(study / "site-1" / "20260303_000000.mp4")
    found = kinds(read_dataset(study).findings)
    assert (found["missing file"], found["no row"]) == (2, 1)


@pytest.mark.parametrize(
    ("column", "value", "kind", "wrong"),
    [
        ("end", "", "no end", True),
        ("time_zone", "", "no time zone", True),
        ("end", "2026-02-10T00:00:00", "outside", True),
        ("latitude", "", "no place", False),
    ],
)
def test_deployments_that_do_not_fit_are_told(study, column, value, kind, wrong):
    change(study / "deployments.csv", **{column: value})
    found = [item for item in read_dataset(study).findings if item.kind == kind]
    assert found and all(item.wrong == wrong for item in found)


def test_daylight_saving_and_clocks_that_jump_back_are_told(study):
    change(study / "deployments.csv", time_zone="Europe/Brussels", start="", end="")
    times = ["2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-01-01T12:00:00"]
    table = pd.read_csv(study / "clips.csv", dtype=str, keep_default_na=False)
    table["time"] = ""
    table.loc[:2, "time"] = times
    table.to_csv(study / "clips.csv", index=False)
    found = kinds(read_dataset(study).findings)
    assert (found["skipped time"], found["ambiguous time"]) == (1, 1)
    assert found["runs backwards"] >= 1
    assert found["time zone"] == 1


def test_a_name_without_a_time_is_told(study):
    clip = sorted((study / "site-1").glob("*.mp4"))[0]
    clip.rename(study / "site-1" / "IMG_0001.mp4")
    change(study / "clips.csv", file=lambda column: column.str.replace(clip.name, "IMG_0001.mp4"))
    dataset = read_dataset(study)
    assert kinds(dataset.findings)["no time"] == 1
    [nameless] = [item for item in dataset.recordings if item.name == "site-1/IMG_0001.mp4"]
    assert nameless.clock is None
    assert nameless.labelled


def test_labels_of_other_programs_and_their_words(study):
    (study / "clips.csv").unlink()
    names = [path.relative_to(study).as_posix() for path in sorted(study.glob("site-1/*.mp4"))]
    labels = ["Empty", "Human", "vehicle", "unknown"]
    table = pd.DataFrame({"filepath": names[:4], "label": labels})
    table.to_csv(study / "labels.csv", index=False)
    dataset = read_dataset(study)
    assert dataset.ethogram.names == ("blank", "human", "vehicle")
    by_name = {item.name: item for item in dataset.recordings}
    assert by_name[names[0]].annotations.events["behavior"].tolist() == ["blank"]
    assert not by_name[names[3]].labelled


def test_what_nobody_told_is_unknown(study):
    """A species without a name, and animals of which no behaviour is told, are not negatives."""
    table = pd.read_csv(study / "clips.csv", dtype=str, keep_default_na=False)
    table.loc[0, ["species", "behavior"]] = ["animal", ""]
    table.to_csv(study / "clips.csv", index=False)
    dataset = read_dataset(study)
    [item] = [item for item in dataset.recordings if item.name == table.loc[0, "file"]]
    judged = dict(item.annotations.events[["behavior", "judgement"]].itertuples(index=False))
    assert judged == dict.fromkeys(
        ("Mus simulatus", "Musca simulata", "resting", "walking"), "unsure"
    )


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("deployments.csv", "latitude", "91", "beyond 90 degrees"),
        ("deployments.csv", "time_zone", "Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("deployments.csv", "start", "spring", "start 'spring' is no time"),
        ("deployments.csv", "deployment", "site-1", "stands there twice"),
        ("deployments.csv", "clock_ahead_s", "an hour", "is not a number"),
    ],
)
def test_damaged_cells_are_one_line(study, table, column, value, message):
    change(study / table, **{column: value})
    with pytest.raises(EthoprismError, match=message) as caught:
        read_dataset(study)
    assert "line" in str(caught.value)


def test_a_folder_without_clips_is_one_line(tmp_path):
    with pytest.raises(EthoprismError, match="no clips in folders of sites"):
        read_dataset(tmp_path, "ecology")
    with pytest.raises(EthoprismError, match="there is nothing"):
        read_camera_traps(tmp_path / "absent")
