"""Projects: what is written into project.yaml, videos that move, and how far each is."""

from pathlib import Path

import pytest
import yaml

from ethoprism.cli import main
from ethoprism.project import Project
from ethoprism.project.care import check_project, recover_project
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Behavior, Ethogram, exclusive
from ethoprism_domains.annotation.editing import Event, accept, add, add_all, observe, start

ETHOGRAM = Ethogram((*exclusive((Behavior("walk"), Behavior("rest"))), Behavior("peck", "point")))

BY_HAND = """\
# our study
format: 1
behaviors:   # see the protocol
- walk
- rest

# as agreed in May
videos:
  - path: videos/a.mp4  # the first
    group: mouse 1
# chosen after a trial
encoder: classical
"""


def write_file(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path) -> Project:
    """A project with three files that stand for videos, two of them of one name."""
    made = Project.create(tmp_path / "p", ETHOGRAM, domain="animal_behavior", encoder="classical")
    files = [
        write_file(tmp_path / "p" / "videos" / "a.mp4", "one"),
        write_file(tmp_path / "else" / "b.mp4", "two"),
        write_file(tmp_path / "more" / "A.mp4", "three"),
    ]
    made.add_videos(files, "mouse 1")
    return made


def test_a_project_is_what_it_was_made(project):
    again = Project.open(project.file)
    assert again.ethogram == ETHOGRAM and again.videos == project.videos
    assert (again.domain, again.encoder) == ("animal_behavior", "classical")
    assert [video.name for video in again.videos] == ["a.mp4", "b.mp4", "more/A.mp4"]
    assert [video.path for video in again.videos] == [
        "videos/a.mp4",
        "../else/b.mp4",
        "../more/A.mp4",
    ]
    assert all(again.path_of(video.name).is_file() for video in again.videos)
    assert not again.add_videos([again.path_of("b.mp4")])
    with pytest.raises(EthoprismError, match="there is a project already"):
        Project.create(project.folder, ETHOGRAM)
    with pytest.raises(EthoprismError, match="no such video"):
        again.store("c.mp4", "Ann")


def test_what_people_wrote_stays(tmp_path):
    write_file(tmp_path / "project.yaml", BY_HAND)
    project = Project.open(tmp_path)
    project.add_videos([write_file(tmp_path / "b.mp4", "two")], "mouse 2")
    project.set_ethogram(ETHOGRAM)
    text = project.file.read_text(encoding="utf-8")
    for remark in ("# our study", "# as agreed in May", "# the first", "# chosen after a trial"):
        assert remark in text
    assert Project.open(tmp_path).ethogram == ETHOGRAM
    assert [video.group for video in project.videos] == ["mouse 1", "mouse 2"]


@pytest.mark.parametrize(
    "text",
    [
        "{behaviors: [walk], videos: [a.mp4]}",
        "videos: [a.mp4]\nbehaviors: [walk]",
        'behaviors: [walk]\nvideos:\n- path: "a.mp4"\n  group: >\n    long\n    text',
        "behaviors: [walk]\nvideos:\n",
    ],
)
def test_any_way_of_writing_it_can_be_added_to(tmp_path, text):
    write_file(tmp_path / "project.yaml", text)
    before = yaml.safe_load(text)["videos"] or []
    project = Project.open(tmp_path)
    project.add_videos([write_file(tmp_path / "b.mp4", "two")])
    after = yaml.safe_load(project.file.read_text(encoding="utf-8"))["videos"]
    assert after[: len(before)] == before and after[len(before)]["name"] == "b.mp4"


def test_what_somebody_else_added_meanwhile_is_kept(project, tmp_path):
    other = Project.open(project.folder)
    other.add_videos([write_file(tmp_path / "c.mp4", "four")])
    project.add_videos([write_file(tmp_path / "d.mp4", "five")])
    assert [video.name for video in project.videos][-2:] == ["c.mp4", "d.mp4"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("behaviors: [walk", "line 2"),
        ("- walk", "no list of behaviors"),
        ("behaviors: [walk, walk]", "'walk': it stands there 2 times"),
        ("behaviors: [walk]\nvideos: a.mp4", "expected a list"),
        ("behaviors: [walk]\nvideos: [{name: a}]", "video 1 has no path"),
        ("behaviors: [walk]\nvideos: [a.mp4, b/A.mp4]", "'A.mp4' stands there twice"),
    ],
)
def test_mistakes_are_named(tmp_path, text, told):
    write_file(tmp_path / "project.yaml", text + "\n")
    with pytest.raises(EthoprismError, match=told):
        Project.open(tmp_path)


def test_a_folder_without_a_project_and_one_of_a_newer_version(tmp_path):
    with pytest.raises(EthoprismError, match=r"no project\.yaml"):
        Project.open(tmp_path)
    write_file(tmp_path / "project.yaml", "format: 2\nbehaviors: [walk]\n")
    with pytest.raises(EthoprismError, match="newer version"):
        Project.open(tmp_path).add_videos([write_file(tmp_path / "b.mp4", "two")])


def test_missing_videos_are_found_by_their_content(project, tmp_path):
    moved = tmp_path / "archive" / "renamed.mp4"
    moved.parent.mkdir()
    project.path_of("b.mp4").rename(moved)
    assert [video.name for video in project.missing()] == ["b.mp4"]
    assert project.locate([project.path_of("a.mp4"), moved]) == {"b.mp4": moved}
    assert not project.missing() and project.path_of("b.mp4") == moved.resolve()
    assert project["b.mp4"].group == "mouse 1"


def test_how_far_each_video_is(project):
    predictions = [Event("", "walk", n, n + 5, labeling_method="automated") for n in (0, 10)]
    with project.store("a.mp4", "Ann") as store:
        store.do(observe, 0, 100)
        store.do(add, "walk", 0, 10)
    with project.store("a.mp4", "Ben") as store:
        store.do(observe, 0, 50)
    store = project.store("b.mp4", "Ann")
    store.do(add_all, predictions, "predictions")
    states = {item.video.name: item for item in project.states()}
    assert [states[name].state for name in ("a.mp4", "b.mp4", "more/A.mp4")] == [
        "coded",
        "predicted",
        "new",
    ]
    assert states["a.mp4"].coders == ("Ann", "Ben") and states["a.mp4"].observed == 150
    assert (states["b.mp4"].to_review, states["b.mp4"].reviewed) == (2, 0)
    store.do(accept, *store.coding.events)
    del store  # ended without a word: read from its journal all the same
    (state,) = (item for item in project.states() if item.video.name == "b.mp4")
    assert (state.state, state.reviewed) == ("reviewed", 2)
    write_file(project.folder / "predictions" / "probe" / "more%2FA.csv", "")
    write_file(project.folder / "predictions" / "probe" / "a.csv", "")
    assert project.states()[0].state == "coded" and project.states()[0].predicted


def test_all_annotations_are_those_of_the_stores(project):
    expected = []
    for number, video in enumerate(project.videos):
        with project.store(video.name, "Ann", frame_times=None) as store:
            store.do(observe, 0, 1000 + number)
            store.do(add, "walk", 10, 20 + number, comment='a\r "b",\nc')
            store.do(add, "peck", 50, confidence=0.1 + number / 7)
            expected.append(store.annotations())
    found = project.annotations()
    for own in expected:
        same = found.of_video(own.videos[0])
        assert same.events.sort_values("event_id", ignore_index=True).equals(
            own.events.sort_values("event_id", ignore_index=True)
        )
        assert same.observed.equals(own.observed)
    project.store("a.mp4", "Ben").close()
    with pytest.raises(EthoprismError, match="no annotations by, Cem"):
        project.annotations("Cem")
    with project.store("a.mp4", "Ben") as store:
        store.do(observe, 0, 5)
    with pytest.raises(EthoprismError, match="several annotators, Ann, Ben"):
        project.annotations()
    assert len(project.annotations("Ben").events) == 0


def test_an_empty_project_has_no_annotations(project):
    assert len(project.annotations().events) == 0
    assert {item.state for item in project.states()} == {"new"}


def test_checks_and_recovery(project):
    assert not check_project(project)
    with project.store("a.mp4", "Ann") as store:
        store.do(add, "walk", 0, 10)
        store.do(start, "rest", 20)
        table = store.paths.table
    assert not check_project(project)
    project.path_of("b.mp4").unlink()
    write_file(project.path_of("more/A.mp4"), "another")
    table.write_text(table.read_text(encoding="utf-8").replace("state,0,10", "state,0,ten"))
    write_file(table.with_name("gone.mp4.Ann.csv"), table.read_text(encoding="utf-8"))
    told = {item.where: item.what for item in check_project(project)}
    assert "missing" in told["b.mp4"] and "not the one" in told["more/A.mp4"]
    assert "'ten' is not a number" in told["a.mp4.Ann"]
    assert told["gone.mp4 by Ann"] == "the project has no such video"
    mended = [item.what for item in recover_project(project) if item.where == "a.mp4 by Ann"]
    assert any("moved to" in text for text in mended) and "1 bouts were started" in mended[-1]
    assert "state,0,10" in table.read_text(encoding="utf-8")
    assert not any("read only" in item.what for item in recover_project(project)[:1])


def test_the_command_line_goes_the_whole_way(tmp_path, capsys):
    ethogram = write_file(tmp_path / "ethogram.yaml", "behaviors: [walk, rest]\n")
    folder, video = tmp_path / "p", write_file(tmp_path / "v" / "a.mp4", "one")
    assert main(["project", "init", str(folder), "--ethogram", str(ethogram)]) == 0
    assert main(["project", "add", str(folder), str(tmp_path / "v"), "--group", "m1"]) == 0
    assert "a.mp4: ../v/a.mp4" in capsys.readouterr().out
    with Project.open(folder).store("a.mp4", "Ann") as store:
        store.do(add, "walk", 0, 10)
    assert main(["project", "status", str(folder)]) == 0
    row = capsys.readouterr().out.splitlines()[-1].split()
    assert row == ["a.mp4", "coded", "Ann", "1", "0", "0", "0", "m1"]
    assert main(["project", "check", str(folder)]) == 0
    video.rename(tmp_path / "v" / "b.mp4")
    assert main(["project", "check", str(folder)]) == 1
    assert main(["project", "locate", str(folder), str(tmp_path / "v")]) == 0
    assert main(["project", "recover", str(folder)]) == 0
    assert main(["project", "init", str(folder), "--ethogram", str(ethogram)]) == 2
    assert "error: there is a project already" in capsys.readouterr().err
