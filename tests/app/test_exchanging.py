import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ethoprism.exchanging import (
    ExportRequest,
    export_annotations,
    export_targets,
    extended,
    read_labels,
)
from ethoprism.exchanging.picture import save_ethogram_picture
from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import load_index
from ethoprism_domains.annotation import Behavior, Ethogram, Subject
from ethoprism_domains.annotation.editing import add, observe
from ethoprism_domains.formats import FORMATS, find_format, read_events

WRITABLE = [item.name for item in FORMATS if item.write]
ETHOGRAM = Ethogram(
    (Behavior("walk", key="w"), Behavior("rest", key="r")), (Subject("A"), Subject("B"))
)
TIMES = np.arange(40) / 20


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, make_video: Callable[..., Path]) -> Path:
    """A project of two coded videos and one that is not; not to be changed."""
    folder = tmp_path_factory.mktemp("exchange")
    made = Project.create(folder / "study", ETHOGRAM)
    names = ("one.mp4", "two.mp4", "three.mp4")
    made.add_videos(make_video(folder / "study" / "v" / name) for name in names)
    for video in made.videos[:2]:
        times = load_index(made.path_of(video.name)).times
        with made.store(video.name, "Ann", frame_times=times) as store:
            store.do(add, "walk", 5, 15, subject="A")
            store.do(add, "rest", 20, 30, subject="B", comment="deep")
            store.do(observe, 0, 40)
    return made.folder


@pytest.fixture
def project(study: Path, tmp_path: Path) -> Project:
    return Project.open(shutil.copytree(study, tmp_path / "study"))


@pytest.mark.parametrize("name", WRITABLE)
def test_one_video_is_written_in_every_format_and_read_again(
    name: str, project: Project, tmp_path: Path
):
    form = find_format(name)
    path = tmp_path / f"out{form.extensions[0]}"
    done = export_annotations(ExportRequest(project, "Ann", form, path, "one.mp4"))
    assert done.files == (path,)
    times = load_index(project.path_of("one.mp4")).times
    found = read_labels(path, "one.mp4", times, ETHOGRAM)
    spans = {(event.behavior, event.start_frame, event.stop_frame) for event in found.events}
    assert spans == {("walk", 5, 15), ("rest", 20, 30)}


@pytest.mark.parametrize("name", WRITABLE)
def test_the_whole_project_is_written_in_every_format(name: str, project: Project, tmp_path: Path):
    form = find_format(name)
    path = tmp_path / ("out" if form.one_video else f"out{form.extensions[0]}")
    seen: list[tuple[int, int]] = []
    request = ExportRequest(project, "Ann", form, path)
    done = export_annotations(request, progress=lambda *told: seen.append(told))
    assert len(done.files) == (2 if form.one_video else 1)
    assert all(file.is_file() for file in done.files)
    assert seen[0] == (0, len(done.files))


def test_what_is_lost_is_told_once_for_all_files(project: Project, tmp_path: Path):
    request = ExportRequest(project, "Ann", find_format("deepethogram"), tmp_path / "out")
    losses = {loss.what: loss.count for loss in export_annotations(request).losses}
    assert losses["comments of events"] == 2


def test_nothing_is_written_over_unless_asked(project: Project, tmp_path: Path):
    request = ExportRequest(project, "Ann", find_format("simba"), tmp_path / "out")
    last = list(export_targets(request))[-1]
    last.parent.mkdir()
    last.write_text("precious", encoding="utf-8")
    with pytest.raises(EthoprismError, match="it exists already"):
        export_annotations(request)
    assert [path.name for path in last.parent.iterdir()] == [last.name]
    assert last.read_text(encoding="utf-8") == "precious"
    export_annotations(request, overwrite=True)
    assert last.read_text(encoding="utf-8") != "precious"


def test_a_missing_video_is_exported_where_the_format_needs_no_times(
    project: Project, tmp_path: Path
):
    project.path_of("one.mp4").unlink()
    request = ExportRequest(project, "Ann", find_format("bouts-csv"), tmp_path / "out.csv")
    export_annotations(request)
    assert len(read_events(tmp_path / "out.csv").events) == 4


def test_what_nobody_has_coded_is_told(project: Project, tmp_path: Path):
    form = find_format("bouts-csv")
    with pytest.raises(EthoprismError, match="has coded nothing of it"):
        export_annotations(ExportRequest(project, "Ann", form, tmp_path / "x.csv", "three.mp4"))
    with pytest.raises(EthoprismError, match="no annotations by"):
        export_annotations(ExportRequest(project, "Bob", form, tmp_path / "x.csv"))
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize(("name", "head"), [("e.png", b"\x89PNG"), ("e.svg", b"<?xml")])
def test_the_ethogram_is_saved_as_a_picture(
    name: str, head: bytes, project: Project, tmp_path: Path
):
    annotations = project.annotations("Ann").of_video("one.mp4")
    save_ethogram_picture(tmp_path / name, annotations, TIMES, "one.mp4")
    content = (tmp_path / name).read_bytes()
    assert content.startswith(head) and len(content) > 2000


def test_no_picture_is_drawn_of_nothing(project: Project, tmp_path: Path):
    annotations = project.annotations("Ann").of_video("three.mp4")
    with pytest.raises(EthoprismError, match="nothing is coded"):
        save_ethogram_picture(tmp_path / "e.png", annotations, TIMES, "three.mp4")


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_video_is_found_in_the_file_by_its_name(tmp_path: Path):
    labels = write(
        tmp_path / "labels.csv",
        "video,behavior,start_frame,stop_frame",
        "C:\\data\\one.avi,walk,1,4",
        "other.mp4,rest,2,9",
    )
    found = read_labels(labels, "one.mp4", TIMES, ETHOGRAM)
    assert [(event.behavior, event.start_frame) for event in found.events] == [("walk", 1)]
    assert found.source == "C:\\data\\one.avi"
    assert found.seen == ((0, 40),)


def test_a_single_video_is_meant_whatever_its_name_with_this_videos_times(tmp_path: Path):
    uneven = np.cumsum([0.0, *([0.05] * 19), *([0.2] * 20)])
    labels = write(tmp_path / "labels.csv", "video,behavior,start_s,stop_s", "x.avi,walk,1.15,1.95")
    found = read_labels(labels, "one.mp4", uneven, ETHOGRAM)
    assert [(event.start_frame, event.stop_frame) for event in found.events] == [(20, 24)]


def test_of_several_strangers_one_must_be_chosen(tmp_path: Path):
    labels = write(
        tmp_path / "labels.csv",
        "video,behavior,start_frame,stop_frame",
        "a.mp4,walk,1,4",
        "b.mp4,rest,2,9",
    )
    with pytest.raises(EthoprismError, match=r"choose among a\.mp4, b\.mp4"):
        read_labels(labels, "one.mp4", TIMES, ETHOGRAM)
    found = read_labels(labels, "one.mp4", TIMES, ETHOGRAM, source="b.mp4")
    assert [event.behavior for event in found.events] == ["rest"]
    assert found.sources == ("a.mp4", "b.mp4")


def test_what_the_ethogram_lacks_is_named(tmp_path: Path):
    labels = write(
        tmp_path / "labels.csv",
        "video,subject,behavior,start_frame,stop_frame",
        "one.mp4,A,dig,1,4",
        "one.mp4,C,walk,5,9",
        "one.mp4,C,bite,9,9",
    )
    found = read_labels(labels, "one.mp4", TIMES, ETHOGRAM)
    kinds = {behavior.name: behavior.kind for behavior in found.behaviors}
    assert kinds == {"dig": "state", "bite": "point"}
    assert [subject.name for subject in found.subjects] == ["C"]
    rest = found.without(kinds)
    assert [event.behavior for event in rest.events] == ["walk"] and rest.behaviors == ()
    wider = extended(ETHOGRAM, found.behaviors, found.subjects)
    assert wider.names == ("walk", "rest", "dig", "bite")
    assert wider.subject_names == ("A", "B", "C")


def test_keys_and_colours_that_are_taken_are_given_anew():
    color = ETHOGRAM["walk"].color
    new = (Behavior("wash", key="w", color=color, excludes=("rest", "gone")),)
    wider = extended(ETHOGRAM, new)
    assert wider["walk"] == ETHOGRAM["walk"]
    assert wider["wash"].key not in ("", "w") and wider["wash"].color != color
    assert wider["wash"].excludes == ("rest",)


def test_what_is_there_already_is_not_imported_again(project: Project, tmp_path: Path):
    form = find_format("bouts-csv")
    export_annotations(ExportRequest(project, "Ann", form, tmp_path / "x.csv", "one.mp4"))
    with project.store("one.mp4", "Ann") as store:
        present = tuple(store.coding.events.values())
    found = read_labels(tmp_path / "x.csv", "one.mp4", TIMES, ETHOGRAM, present)
    assert found.events == () and found.known == 2
    changed = [replace(event, start_frame=event.start_frame - 1) for event in present]
    assert len(read_labels(tmp_path / "x.csv", "one.mp4", TIMES, ETHOGRAM, changed).events) == 2


def test_a_boris_projects_losses_come_along(real_labels: Path):
    (labels,) = (real_labels / "boris").glob("*.boris")
    with pytest.raises(EthoprismError, match="choose among"):
        read_labels(labels, "one.mp4", np.arange(100_000) / 25, Ethogram(()))
