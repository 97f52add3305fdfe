from pathlib import Path

import pytest

from ethoprism.project import Project
from ethoprism.sample_study import SampleSettings, make_sample_study, sample_folder
from ethoprism_core.video import load_index
from ethoprism_domains.annotation.editing import delete
from ethoprism_domains.formats import read_events

TINY = SampleSettings(videos=3, seconds=3.0, fps=10.0, size=64)


class StopHereError(Exception):
    pass


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_sample_study(tmp_path_factory.mktemp("data ü") / "sample", "Ann", TINY)


def test_all_videos_but_the_last_are_coded(study: Project):
    states = study.states()
    assert [item.state for item in states] == ["coded", "coded", "new"]
    assert [item.coders for item in states] == [("Ann",), ("Ann",), ()]
    assert [item.observed for item in states] == [30, 30, 0]
    assert not study.missing()


def test_what_is_coded_is_the_truth_of_the_simulation(study: Project):
    truth = read_events(study.folder / "truth.csv").events
    coded = study.annotations("Ann").events
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame", "annotator"]
    first = study.videos[0].name
    mine, theirs = (table[table["video"] == first][columns] for table in (coded, truth))
    assert len(mine) and set(mine["annotator"]) == {"simulation"}
    order = ["start_frame", "behavior"]
    assert (
        mine.sort_values(order).to_numpy().tolist() == theirs.sort_values(order).to_numpy().tolist()
    )


def test_the_truth_has_the_last_video_too_and_one_behaviour_at_a_time(study: Project):
    truth = read_events(study.folder / "truth.csv")
    assert truth.videos == tuple(video.name for video in study.videos)
    for _, events in truth.events.groupby("video"):
        ordered = events.sort_values("start_frame")
        assert (ordered["start_frame"].iloc[1:].to_numpy() >= ordered["stop_frame"].iloc[:-1]).all()


def test_events_have_their_seconds(study: Project):
    video = study.videos[0].name
    times = load_index(study.path_of(video)).times
    events = study.annotations("Ann").of_video(video).events
    assert events["start_s"].tolist() == pytest.approx(times[events["start_frame"]].tolist())


def test_opening_it_again_makes_nothing_and_keeps_what_was_changed(study: Project):
    first = study.videos[0].name
    with study.store(first, "Ann") as store:
        store.do(delete, *store.coding.events)
    written = study.path_of(first).stat().st_mtime_ns
    again = make_sample_study(study.folder, "Ann", TINY)
    with again.store(first, "Ann") as store:
        assert not store.coding.events
        store.undo()
    assert again.path_of(first).stat().st_mtime_ns == written


def test_another_annotator_finds_it_coded_too(study: Project):
    again = make_sample_study(study.folder, "Bob", TINY)
    assert again.states()[1].coders == ("Ann", "Bob")


def test_what_was_interrupted_is_finished_the_next_time(tmp_path: Path):
    def stop(done: int, total: int) -> None:
        if done > total // 2:
            raise StopHereError

    with pytest.raises(StopHereError):
        make_sample_study(tmp_path / "sample", "Ann", TINY, stop)
    assert not list((tmp_path / "sample").rglob("*partial*"))
    study = make_sample_study(tmp_path / "sample", "Ann", TINY)
    assert [item.state for item in study.states()] == ["coded", "coded", "new"]


def test_the_real_one_is_small_and_lives_in_the_users_data_folder():
    videos = SampleSettings().planned()
    assert len(videos) == 4
    assert sum(video.settings.frames for video in videos) <= 3000
    assert sample_folder().name == "sample study"
    assert "ethoprism" in str(sample_folder()).lower()
