"""Camtrap DP packages: read, written valid, and back again."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.ecology import (
    CameraTraps,
    classified,
    dataset_of,
    read_camera_traps,
    write_package,
)
from ethoprism_domains.ecology.package import read_package
from ethoprism_domains.ecology.package_writing import with_event_ids
from ethoprism_domains.ecology.traps import FILE
from ethoprism_domains.registry import recognise_domain

TABLES = ("deployments", "media", "observations")


def kinds(findings) -> set[str]:
    return {finding.kind for finding in findings}


@pytest.fixture
def package(real_labels, tmp_path):
    """A copy of the real package that a test may damage."""
    folder = tmp_path / "package"
    folder.mkdir()
    for name in ("datapackage.json", *(f"{table}.csv" for table in TABLES)):
        shutil.copyfile(real_labels / "camtrap-dp" / name, folder / name)
    return folder


def edit(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_real_package_is_read(real_labels):
    traps = read_camera_traps(real_labels / "camtrap-dp")
    assert [len(getattr(traps, name)) for name in TABLES] == [4, 423, 549]
    assert traps.media["timestamp"].iloc[0] == datetime(2020, 5, 30, 2, 57, 37, tzinfo=UTC)
    assert traps.media["utcOffset"].iloc[0] == 120
    assert sorted(traps.sites) == ["2df5259b", "ce943ced", "e254a13c", "ff1535c0"]
    assert kinds(traps.findings) == {"not read", "elsewhere", "missing file", "machine"}


def test_a_real_package_is_a_data_set(real_labels):
    traps = read_camera_traps(real_labels / "camtrap-dp")
    some = traps.media.iloc[:30]
    dataset = dataset_of(replace(traps, media=some))
    assert recognise_domain(real_labels / "camtrap-dp").name == dataset.domain == "ecology"
    assert dataset.habits.group_by == "site"
    categories = {item.name: item.category for item in dataset.ethogram}
    assert categories["blank"] == "content"
    assert categories["Vulpes vulpes"] == "species"
    assert categories["foraging"] == "behavior"
    one = dataset.recordings[0]
    assert one.groups == {"site": "e254a13c", "deployment": "00a2c20d"}
    assert one.clock.start.isoformat() == "2020-05-30T04:57:37+02:00"
    present = dataset.annotations.events.query("judgement == 'present'")
    seen = traps.observations[traps.observations["mediaID"].isin(some["mediaID"])]
    for name, column in (("blank", "observationType"), ("Anas platyrhynchos", "scientificName")):
        media = set(seen.loc[seen[column] == name, "mediaID"])
        assert set(present.loc[present["behavior"] == name, "video"]) == media


def test_what_is_written_is_valid_and_comes_back(real_labels, tmp_path, rows_of, table_problems):
    traps = read_camera_traps(real_labels / "camtrap-dp")
    losses = write_package(traps, tmp_path / "out")
    assert [loss.count for loss in losses] == [1]
    assert "individuals" in str(losses)
    for name in TABLES:
        schema = real_labels / "camtrap-dp" / f"{name}-table-schema.json"
        fields = json.loads(schema.read_text(encoding="utf-8"))
        names, rows = rows_of(tmp_path / "out" / f"{name}.csv")
        assert names == [field["name"] for field in fields["fields"]]
        assert table_problems(rows, fields) == []
        again = getattr(read_package(tmp_path / "out"), name)
        pd.testing.assert_frame_equal(again, getattr(traps, name))


def test_the_description_is_complete(real_labels, tmp_path):
    traps = read_camera_traps(real_labels / "camtrap-dp")
    write_package(traps, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    needed = {"resources", "profile", "created", "contributors", "project", "spatial", "temporal"}
    assert needed | {"taxonomic"} <= set(told)
    original = json.loads((real_labels / "camtrap-dp" / "datapackage.json").read_text("utf-8"))
    for name in ("temporal", "project", "contributors", "title"):
        assert told[name] == original[name]
    assert {entry["scientificName"] for entry in told["taxonomic"]} == set(
        traps.observations.query("observationType == 'animal'")["scientificName"]
    )
    corners = np.array(told["spatial"]["coordinates"][0])
    assert corners[:, 1].max() == traps.deployments["latitude"].max()


def test_a_folder_becomes_a_valid_package(
    trap_study, real_labels, tmp_path, rows_of, table_problems
):
    folder, clips = trap_study
    traps = read_camera_traps(folder)
    losses = write_package(traps, tmp_path / "out")
    assert {loss.what for loss in losses} == {
        "fractions of seconds of times",
        "files that lie outside the package: copy them into it",
    }
    for name in TABLES:
        schema = real_labels / "camtrap-dp" / f"{name}-table-schema.json"
        fields = json.loads(schema.read_text(encoding="utf-8"))
        _, rows = rows_of(tmp_path / "out" / f"{name}.csv")
        assert table_problems(rows, fields) == []
    assert {row["eventStart"][-6:] for row in rows} == {"+03:00"}
    by_event = {}
    for row, clip in zip(rows, clips, strict=True):
        assert row["mediaID"] == clip.file
        if clip.visit >= 0:
            by_event.setdefault((clip.site, clip.visit), set()).add(row["eventID"])
    assert all(len(events) == 1 for events in by_event.values())
    assert len(set().union(*by_event.values())) == len(by_event)


def test_a_package_is_never_written_over(trap_study, tmp_path):
    traps = read_camera_traps(trap_study[0])
    write_package(traps, tmp_path)
    with pytest.raises(EthoprismError, match="a package already"):
        write_package(traps, tmp_path)


def test_event_ids_that_are_there_stay(real_labels):
    traps = read_camera_traps(real_labels / "camtrap-dp")
    assert with_event_ids(traps) is traps
    table = traps.observations.copy()
    table.loc[table.index[:50], "eventID"] = ""
    again = with_event_ids(traps.observing(table)).observations["eventID"]
    assert (again != "").all()
    assert again.iloc[50:].tolist() == traps.observations["eventID"].iloc[50:].tolist()


def test_a_probe_classifies_with_its_name_and_certainty(trap_study, tmp_path, rows_of):
    traps = read_camera_traps(trap_study[0])
    names = ["blank", "Mus simulatus", "Musca simulata", "resting", "walking"]
    ethogram = Ethogram(
        tuple(
            Behavior(name, category=category)
            for name, category in zip(
                names, ["content", "species", "species", "behavior", "behavior"], strict=True
            )
        )
    )

    def said(*values: float) -> xr.Dataset:
        probability = np.array(values, np.float32)[None, None]
        dims = ("time", "individual", "behavior")
        return xr.Dataset({"probability": (dims, probability)}, coords={"behavior": names})

    first, second, third = traps.media["mediaID"][:3]
    predictions = {
        first: said(0.1, 0.9, 0.2, 0.7, 0.1),
        second: said(0.2, 0.4, 0.3, 0.1, 0.1),
        third: said(0.8, 0.1, 0.1, 0.0, 0.9),
    }
    at = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    told = classified(traps, predictions, ethogram, "probe 3", at)
    write_package(told, tmp_path / "out")
    _, rows = rows_of(tmp_path / "out" / "observations.csv")
    columns = ["observationType", "scientificName", "behavior", "classificationProbability"]
    assert [[row[name] for name in columns] for row in rows] == [
        ["animal", "Mus simulatus", "resting", "0.9"],
        ["animal", "Mus simulatus", "", "0.4"],
        ["blank", "", "", "0.8"],
    ]
    for row in rows:
        assert row["classificationMethod"] == "machine"
        assert row["classifiedBy"] == "probe 3"
        assert row["classificationTimestamp"] == "2026-05-01T10:00:00Z"
        assert row["eventEnd"].endswith("+03:00")
    with pytest.raises(EthoprismError, match="no such medium"):
        classified(traps, {"x": said(0, 0, 0, 0, 0)}, ethogram, "probe 3")
    with pytest.raises(EthoprismError, match="without a time zone"):
        classified(traps, predictions, ethogram, "probe 3", datetime(2026, 5, 1))


def test_what_nobody_knows_is_named_when_writing(trap_study, tmp_path):
    traps = read_camera_traps(trap_study[0])
    deployments = traps.deployments.copy()
    deployments.loc[0, ["latitude", "longitude"]] = np.nan
    deployments.loc[1, "deploymentEnd"] = pd.NaT
    known = CameraTraps("m", deployments, traps.media, traps.observations)
    losses = [loss.what for loss in write_package(known, tmp_path / "out")]
    for column in ("latitude", "longitude", "deploymentEnd"):
        assert f"deployments without {column}, which the format requires" in losses
    again = read_package(tmp_path / "out")
    assert {"no end", "no place"} <= kinds(again.findings)


def test_a_media_row_without_a_file_and_a_file_without_a_row(package):
    (package / "media").mkdir()
    (package / "media" / "20210531082538-RCNX0031.JPG").write_bytes(b"a picture")
    (package / "media" / "IMG_0001.JPG").write_bytes(b"a picture")
    traps = read_package(package)
    missing = [finding for finding in traps.findings if finding.kind == "missing file"]
    assert [finding.count for finding in missing] == [9]
    unlisted = [finding for finding in traps.findings if finding.kind == "unlisted file"]
    assert "media/IMG_0001.JPG" in unlisted[0].what
    assert (traps.media[FILE] != "").sum() == 1


@pytest.mark.parametrize(
    ("table", "old", "new", "kind"),
    [
        ("deployments", "2020-07-01T11:41:41+02:00", "", "no end"),
        ("deployments", "2020-07-01T11:41:41+02:00", "2020-04-01T11:41:41+02:00", "reversed"),
        ("deployments", "2020-07-01T11:41:41+02:00", "2020-06-01T11:41:41+02:00", "outside"),
        ("deployments", "51.496,4.774", ",", "no place"),
        ("deployments", "51.496,4.774", "51.496,104.774", "time zone"),
        ("media", "2020-05-30T04:57:37+02:00", "2020-05-30T03:57:37+01:00", "time zone"),
        ("media", "2020-05-30T04:57:37+02:00", "2020-06-02T04:57:37+02:00", "runs backwards"),
        ("media", "07840dcc,00a2c20d", "07840dcc,nowhere", "unknown deployment"),
        ("media", "07840dcc,", "renamed,", "unknown medium"),
        (
            "observations",
            "02:57:37Z,2020-05-30T02:57:44Z",
            "02:57:37Z,2020-05-30T02:57:30Z",
            "reversed",
        ),
    ],
)
def test_what_does_not_fit_is_found(package, table, old, new, kind):
    assert kind not in kinds(read_package(package).findings)
    edit(package / f"{table}.csv", old, new)
    assert kind in kinds(read_package(package).findings)


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("media", "2020-05-30T04:57:37+02:00", "2020-05-30T04:57:37", "no time with a time zone"),
        ("media", "mediaID", "medium", "no column 'mediaid'"),
        ("media", "401386c7,", "07840dcc,", "two rows have the mediaID '07840dcc'"),
        ("deployments", "51.496", "north", "'north' is not a number"),
    ],
)
def test_what_cannot_be_read_is_one_line(package, table, old, new, message):
    edit(package / f"{table}.csv", old, new)
    with pytest.raises(EthoprismError, match=message):
        read_package(package)


def test_a_package_on_a_server_is_one_line(package):
    edit(package / "datapackage.json", '"deployments.csv"', '"https://example.org/d.csv"')
    with pytest.raises(EthoprismError, match="deployments are not here"):
        read_package(package)
