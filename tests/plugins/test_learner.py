"""Jobs beside the window, and the learner that runs them for a session."""

import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ethoprism.jobs import Task
from ethoprism.learning.places import predictions_path
from ethoprism.project import Project
from ethoprism_domains.annotation.editing import add, observe
from napari_ethoprism.jobs import Job, Learner, Trained
from napari_ethoprism.session import Session


@pytest.fixture(autouse=True)
def own_tasks(monkeypatch: pytest.MonkeyPatch):
    """Let jobs do the tasks of `job_tasks`."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr("napari_ethoprism.jobs.learner._TASKS", "job_tasks:")


@pytest.fixture
def learner(session: Session):
    made = Learner(session)
    yield made
    made.close()


@pytest.fixture
def told(session: Session) -> list[tuple[str, str]]:
    sentences: list[tuple[str, str]] = []
    session.told.connect(lambda *said: sentences.append(said))
    return sentences


def write_predictions(
    project: Project, video: str, frames: int, *bouts: tuple[int, int], probe: str = "net"
) -> None:
    """Say that the scene walks in some frames."""
    probability = np.full((frames, 1, 2), 0.1, np.float32)
    for start, stop in bouts:
        probability[start:stop, 0, 0] = 0.8
    dims = ("time", "individual", "behavior")
    path = predictions_path(project, probe, video)
    path.parent.mkdir(parents=True, exist_ok=True)
    xr.Dataset(
        {"probability": (dims, probability), "label": (dims, (probability > 0.5).astype(np.int8))},
        coords={
            "time": np.arange(frames) / 20,
            "individual": np.array([""]),
            "behavior": np.array(["walk", "rest"]),
        },
        attrs={"video": video, "probe": probe},
    ).to_netcdf(path, engine="h5netcdf")


def test_a_job_tells_its_progress_and_its_result(qtbot):
    job = Job(Task("job_tasks:add", {"one": 2, "other": 3}))
    seen = []
    job.progress.connect(lambda *stage: seen.append(stage))
    with qtbot.waitSignal(job.finished, timeout=60_000) as finished:
        pass
    assert finished.args == [5] and ("adding", 1, 2) in seen
    assert not job.is_running


def test_a_job_is_cancelled(qtbot):
    job = Job(Task("job_tasks:train"))
    with qtbot.waitSignal(job.progress, timeout=60_000):
        pass
    with qtbot.waitSignal(job.cancelled, timeout=60_000):
        job.cancel()


def test_a_process_that_cannot_be_started_is_a_sentence(qtbot, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    job = Job(Task("job_tasks:add"))
    with qtbot.waitSignal(job.failed, timeout=5_000) as failed:
        pass
    assert "no process can be started" in failed.args[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_job_is_one_clear_sentence_and_the_window_goes_on(learner, told, qtbot):
    with qtbot.waitSignal(learner.progress, timeout=60_000):
        learner.learn()
    assert learner.busy == "learning"
    learner.learn()
    assert told[-1] == ("wait until this has ended: learning", "news")
    with qtbot.waitSignal(learner.busy_changed, timeout=60_000):
        os.kill(learner._job.pid, signal.SIGKILL)
    sentence, kind = told[-1]
    assert kind == "problem" and "ended from outside by signal 9" in sentence
    assert not learner.busy


def test_another_video_leaves_the_job_and_another_project_ends_it(
    learner, session, told, qtbot, tmp_path, show_video
):
    with qtbot.waitSignal(learner.progress, timeout=60_000):
        learner.learn()
    pid = learner._job.pid
    show_video(session, "twö.mp4")
    assert learner.busy
    Project.create(tmp_path / "other", session.ethogram)
    assert session.open_project(tmp_path / "other")
    assert not learner.busy and not Path(f"/proc/{pid}/cmdline").exists()


def test_predictions_come_in_as_one_action_in_each_video(learner, session, told, qtbot):
    project = session.project
    write_predictions(project, "one.mp4", 100, (10, 20), (50, 60))
    write_predictions(project, "twö.mp4", 60, (30, 40))
    session.do(add, "walk", 48, 62)
    session.do(observe, 45, 65)
    learner.trained = Trained("net")
    assert learner.predicted_videos() == ["one.mp4", "twö.mp4"]
    with qtbot.waitSignal(learner.predicted, timeout=60_000) as predicted:
        learner.predict(["one.mp4", "twö.mp4"])
    assert predicted.args == [["one.mp4", "twö.mp4"]]
    assert ("bad.mp4: it is broken", "problem") in told
    kinds = [(event.start_frame, event.labeling_method) for event in session.coding.in_order()]
    assert kinds == [(10, "automated"), (48, "manual")]
    assert session.predictions is not None and session.predictions.probe == "net"
    session.undo()
    assert [event.start_frame for event in session.coding.in_order()] == [48]
    with project.store("twö.mp4", "anna", read_only=True) as store:
        (event,) = store.coding.events.values()
        assert (event.start_frame, event.model, event.start_s) == (30, "net", 1.5)


def test_the_probe_that_was_chosen_stays_chosen_in_the_next_video(session, show_video):
    for probe in ("a net", "net"):
        for video, frames in (("one.mp4", 100), ("twö.mp4", 60)):
            write_predictions(session.project, video, frames, (10, 20), probe=probe)
    session.choose_predictions("net")
    show_video(session, "twö.mp4")
    assert session.predictions.probe == "net"


def test_without_a_probe_or_predictions_a_sentence_says_what_to_do(learner, told):
    learner.predict()
    learner.make_queue()
    sentences = [sentence for sentence, _ in told]
    assert sentences[0].startswith("learn first") and sentences[1].startswith("predict a video")


def test_closing_the_window_ends_its_job_soon(workbench, qtbot):
    learner = workbench.learner
    with qtbot.waitSignal(learner.progress, timeout=60_000):
        learner.learn()
    pid = learner._job.pid
    workbench.close()
    assert not learner.busy and not Path(f"/proc/{pid}/cmdline").exists()
