"""The panel in which a project learns, without the learning."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
)

from ethoprism.plain_scores import PlainScore, PlainScores
from ethoprism.project import Project
from ethoprism_domains.annotation.editing import add, observe
from napari_ethoprism.jobs import Learner, Trained
from napari_ethoprism.session import Session
from napari_ethoprism.views.classify import ClassifyView

SCORE = PlainScore("walk", 10, 8, 100, 10, 120, 90, 0.8, 0.2)
FORMER = PlainScore("walk", 10, 3, 100, 50, 120, 50, 0.4, 0.2)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict]]:
    """What jobs were begun; none is."""
    begun: list[tuple[str, dict]] = []

    def begin(self, busy, task, then, **arguments):
        begun.append((task, arguments))

    monkeypatch.setattr(Learner, "_begin", begin)
    return begun


@pytest.fixture
def learner(session: Session, asked):
    made = Learner(session)
    yield made
    made.close()


@pytest.fixture
def view(qtbot, session: Session, learner: Learner):
    made = ClassifyView(session, learner)
    qtbot.addWidget(made)
    made.resize(360, 600)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def click(qtbot, view, name: str) -> None:
    button = view.findChild(QPushButton, name)
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def text(view, name: str) -> str:
    return view.findChild(QLabel, name).text()


def test_what_is_coded_and_what_is_missing_is_told(view, session, qtbot, asked):
    qtbot.waitUntil(lambda: text(view, "coded").startswith("Nothing is coded yet"), timeout=20_000)
    told = []
    session.told.connect(lambda sentence, kind: told.append(sentence))
    click(qtbot, view, "learn")
    assert asked == [] and told[-1].startswith("nothing is coded yet")
    session.do(add, "walk", 10, 20)
    session.do(observe, 0, 60)
    qtbot.waitUntil(lambda: "walk 1" in text(view, "coded"), timeout=20_000)
    assert "Not coded yet, so not learned: rest, jump." in text(view, "coded")
    click(qtbot, view, "learn")
    given = {"annotator": "anna", "name": "probe", "kind": "compact"}
    assert asked == [("train", given)]


def test_the_choice_of_encoder_is_kept_in_the_project(view, session, qtbot, asked):
    assert "No weights are needed" in text(view, "encoder note")
    encoders = view.findChild(QComboBox, "encoder")
    encoders.setCurrentText("videoprism-base")
    encoders.activated.emit(encoders.currentIndex())
    assert "288 × 288" in text(view, "encoder note")
    qtbot.mouseClick(view.findChild(QRadioButton, "part"), Qt.MouseButton.LeftButton)
    crop = view.findChild(QLineEdit, "crop")
    crop.setText("here and there")
    told = []
    session.told.connect(lambda sentence, kind: told.append(sentence))
    click(qtbot, view, "estimate time")
    assert asked == [] and "not four numbers" in told[-1]
    crop.setText("0, 0, 32, 24")
    click(qtbot, view, "prepare")
    assert asked == [("prepare", {"videos": []})]
    kept = Project.open(session.project.folder)
    assert kept.encoder == "videoprism-base" and kept.embedding == {"crop": [0, 0, 32, 24]}
    again = ClassifyView(session, view._learner)
    qtbot.addWidget(again)
    assert again.encoder.chosen() == ("videoprism-base", {"crop": [0, 0, 32, 24]})


def test_an_encoder_that_needs_a_file_asks_for_it(view, session, qtbot, asked, monkeypatch):
    weights = view.findChild(QLineEdit, "weights")
    assert not weights.isVisible()
    encoders = view.findChild(QComboBox, "encoder")
    encoders.setCurrentText("videoprism-giant")
    encoders.activated.emit(encoders.currentIndex())
    assert weights.isVisible()
    told = []
    session.told.connect(lambda sentence, kind: told.append(sentence))
    click(qtbot, view, "prepare")
    assert asked == [] and "needs a file of weights" in told[-1]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/data/giant.npz", ""))
    click(qtbot, view, "browse weights")
    click(qtbot, view, "prepare")
    assert asked == [("prepare", {"videos": []})]
    kept = {"follow": 1, "checkpoint": "/data/giant.npz"}
    assert Project.open(session.project.folder).embedding == kept


def test_scores_are_told_with_their_change_and_the_numbers_behind(view, learner, qtbot):
    scores, former = (PlainScores((one,), 3, 3, "") for one in (SCORE, FORMER))
    learner.trained = Trained("net", scores, former)
    learner.probe_changed.emit()
    assert text(view, "score walk") == (
        "walk: finds 8 of 10 bouts; 1 of 10 marked frames is wrong (better: F1 0.45 → 0.82)."
    )
    assert "judged on 3 videos" in text(view, "judged on").casefold()
    assert "precision 0.90" in view.findChild(QLabel, "score walk").toolTip()
    assert "precision" not in text(view, "score walk")
    view.scores._expander.click()
    assert "precision 0.90" in text(view, "score walk")


def test_predicting_needs_a_probe(view, learner, session, qtbot, asked):
    assert not view.findChild(QPushButton, "predict this").isEnabled()
    learner.trained = Trained("net")
    learner.probe_changed.emit()
    click(qtbot, view, "predict this")
    click(qtbot, view, "predict all")
    assert asked == [
        ("predict", {"probe": "net", "videos": ["one.mp4"]}),
        ("predict", {"probe": "net", "videos": []}),
    ]


def test_a_job_shows_how_far_it_is_and_can_be_cancelled(view, learner, qtbot, monkeypatch):
    bar = view.findChild(QProgressBar, "job progress")
    assert not bar.isVisible()
    learner.busy = "preparing videos"
    learner.busy_changed.emit()
    assert bar.isVisible() and bar.maximum() == 0
    assert text(view, "job stage") == "Preparing videos…"
    assert not view.findChild(QPushButton, "learn").isEnabled()
    learner.progress.emit("one.mp4: embedding", 30, 120)
    assert bar.value() == bar.maximum() // 4 and text(view, "job stage") == "one.mp4: embedding"
    called = []
    monkeypatch.setattr(learner, "cancel", lambda: called.append(True))
    click(qtbot, view, "cancel job")
    assert called == [True] and not view.findChild(QPushButton, "cancel job").isEnabled()
    learner.busy = ""
    learner.busy_changed.emit()
    assert not bar.isVisible() and view.findChild(QPushButton, "learn").isEnabled()


def test_without_a_project_a_sentence_says_so(qtbot, asked):
    session = Session("anna")
    view = ClassifyView(session, Learner(session))
    qtbot.addWidget(view)
    told = []
    session.told.connect(lambda sentence, kind: told.append(sentence))
    view.show()
    qtbot.waitUntil(lambda: text(view, "coded") == "Open a project first.", timeout=20_000)
    click(qtbot, view, "prepare")
    assert told == ["open a project first"]
    view.close()
