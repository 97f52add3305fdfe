"""From coded videos to reviewed predictions and a probe that has learned from the review."""

from pathlib import Path

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QLabel, QPushButton

from ethoprism.learning.places import predictions_path, probe_names
from ethoprism.project import Project
from ethoprism_domains.annotation import Behavior, Ethogram, exclusive
from ethoprism_domains.annotation.editing import add, observe
from ethoprism_domains.formats import read_events
from ethoprism_domains.simulated import SceneSettings, plan_study, write_study
from napari_ethoprism.jobs import Learner
from napari_ethoprism.playback import Player
from napari_ethoprism.session import Session
from napari_ethoprism.views.classify import ClassifyView
from napari_ethoprism.views.review import ReviewView

FRAMES = 120
BEHAVIORS = exclusive((Behavior("walking"), Behavior("resting")))


@pytest.fixture
def study(tmp_path: Path) -> Project:
    """A project of three simulated videos, of which two are coded."""
    scene = SceneSettings(size=(64, 64), frames=FRAMES, fps=15.0, body_fraction=0.2, noise=1.0)
    write_study(tmp_path / "videos", plan_study(scene, videos=3, seed=5))
    project = Project.create(tmp_path / "study", Ethogram(BEHAVIORS))
    project.add_videos(sorted((tmp_path / "videos").glob("*.mp4")))
    project.set_encoder("classical", {"follow": 0, "stride": 5})
    truth = read_events(tmp_path / "videos" / "labels.csv", observed="coded span").events
    known = truth[truth["behavior"].isin(project.ethogram.names)]
    for video in project.videos[:2]:
        with project.store(video.name, "anna", overlaps="truncate") as store:
            for row in known[known["video"] == video.name].itertuples():
                store.do(add, row.behavior, row.start_frame, row.stop_frame)
            store.do(observe, 0, FRAMES)
    return project


@pytest.fixture
def panels(qtbot, study: Project):
    """A session with the study open, and its two panels."""
    session = Session("anna")
    learner, player = Learner(session), Player(session)
    classify, review = ClassifyView(session, learner), ReviewView(session, player, learner)
    for view in (classify, review):
        qtbot.addWidget(view)
        view.resize(380, 640)
        view.show()
    with qtbot.waitSignal(session.video_changed, timeout=20_000):
        session.open_project(study.folder, study.videos[2].name)
    classify.findChild(QComboBox, "probe kind").setCurrentIndex(1)  # linear: the quickest
    yield session, learner, classify, review
    for part in (classify, review, learner):
        part.close()
    session.close_project()


def run(qtbot, learner: Learner, view, name: str) -> None:
    """Press a button, and wait until its job has ended."""
    button = view.findChild(QPushButton, name)
    qtbot.waitUntil(button.isEnabled, timeout=20_000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert learner.busy
    qtbot.waitUntil(lambda: not learner.busy, timeout=180_000)


@pytest.mark.slow
def test_code_learn_predict_review_and_learn_again(panels, study, qtbot):
    session, learner, classify, review = panels
    problems: list[str] = []
    session.told.connect(
        lambda sentence, kind: problems.append(sentence) if kind == "problem" else None
    )
    run(qtbot, learner, classify, "learn")  # embeds what was not prepared
    assert len(list((study.folder / "features" / "classical").glob("*.zarr"))) == 2
    assert probe_names(study) == ["probe"]
    assert "judged on 2 videos" in classify.findChild(QLabel, "judged on").text().casefold()
    run(qtbot, learner, classify, "predict all")
    name = session.video_name
    assert predictions_path(study, "probe", name).is_file()
    automated = [e for e in session.coding.events.values() if e.labeling_method == "automated"]
    assert automated and session.predictions is not None
    run(qtbot, learner, review, "make queue")
    qtbot.waitUntil(lambda: review.reviewer.is_open, timeout=20_000)
    asked = min(3, len(review.reviewer.queue.candidates))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Return)[:asked]:
        qtbot.keyClick(review, key)
    assert review.reviewer.left == len(review.reviewer.queue.candidates) - asked
    curated = [e for e in session.coding.events.values() if e.labeling_method == "curated"]
    assert len(curated) == asked and {e.model for e in curated} == {"probe"}
    run(qtbot, learner, classify, "learn")
    assert learner.trained.scores is not None and learner.trained.former is not None
    assert learner.trained.scores.videos == 3  # the reviewed one has taught too
    assert "(" in classify.findChild(QLabel, "score walking").text()
    assert problems == []
