"""The panel in which a project learns: prepare its videos, learn from what is coded, predict."""

from qtpy.QtCore import QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from ethoprism.learning.coded import Coded, coded_so_far
from ethoprism_core.errors import EthoprismError
from napari_ethoprism.jobs import Learner, ThreadJob
from napari_ethoprism.session import Session
from napari_ethoprism.views.classify.encoder_choice import EncoderChoice
from napari_ethoprism.views.flow import FlowLayout
from napari_ethoprism.views.job_bar import JobBar
from napari_ethoprism.views.parts import button, scrolled, section, sentence
from napari_ethoprism.views.score_list import ScoreList

_KINDS = {"compact": "compact (learns most)", "linear": "linear (quickest)"}
_COUNT_AFTER_MS = 800


class ClassifyView(QWidget):
    """Prepares videos, learns from what is coded, and predicts.

    Parameters
    ----------
    session
        What is open.
    learner
        Does the work.
    """

    def __init__(self, session: Session, learner: Learner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("classify")
        self._session, self._learner = session, learner
        self._obstacle = ""
        self.encoder = EncoderChoice()
        self._estimate = sentence("estimate")
        self._coded = sentence("coded")
        self._probe = QLineEdit()
        self._kind = QComboBox()
        self._probes = QComboBox()
        self.scores = ScoreList()
        self._counting = ThreadJob(self)
        self._count_soon = QTimer(self)
        self._count_soon.setSingleShot(True)
        self._count_soon.setInterval(_COUNT_AFTER_MS)
        self._make_buttons()
        self._lay_out()
        self._connect()
        self._on_project()
        self._on_probe()
        self._on_busy()

    def close(self) -> bool:
        """Stop counting what is coded."""
        self._count_soon.stop()
        self._counting.close()
        return bool(super().close())

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 (Qt's name)
        """Count what is coded when the panel comes into sight."""
        super().showEvent(event)
        self._count_soon.start()

    def _make_buttons(self) -> None:
        self._ask = button(
            "How long will it take?",
            "estimate time",
            "Time a short stretch of a video on this machine",
            self._on_estimate,
        )
        self._prepare = button(
            "Prepare videos",
            "prepare",
            "Look at all videos through the encoder once; what is done is kept",
            self._on_prepare,
        )
        self._learn = button(
            "Learn",
            "learn",
            "Learn from what you have coded; takes seconds once the videos are prepared",
            self._on_learn,
        )
        self._this = button(
            "Predict this video", "predict this", "Let the probe code this video", self._on_this
        )
        self._all = button(
            "Predict all videos", "predict all", "Let the probe code every video", self._on_all
        )

    def _lay_out(self) -> None:
        self._probe.setObjectName("probe name")
        self._probe.setPlaceholderText("probe")
        self._probe.setToolTip("What the probe is called; learning again replaces it")
        self._kind.setObjectName("probe kind")
        self._kind.setToolTip("How it learns")
        for kind, words in _KINDS.items():
            self._kind.addItem(words, kind)
        self._probes.setObjectName("probe")
        self._probes.setToolTip("The probe that predicts")
        asked, learned, predicted = FlowLayout(), FlowLayout(), FlowLayout()
        for layout, widgets in (
            (asked, (self._ask, self._prepare)),
            (learned, (self._probe, self._kind, self._learn)),
            (predicted, (self._this, self._all)),
        ):
            for widget in widgets:
                layout.addWidget(widget)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(section("1. Prepare the videos", self.encoder, self._estimate, asked))
        column.addWidget(section("2. Learn", self._coded, learned, self.scores))
        column.addWidget(section("3. Predict", self._probes, predicted))
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.addWidget(scrolled(page), 1)
        whole.addWidget(JobBar(self._learner))

    def _connect(self) -> None:
        session, learner = self._session, self._learner
        self.encoder.changed.connect(self._on_encoder)
        self._probes.activated.connect(self._on_choose_probe)
        self._count_soon.timeout.connect(self._count)
        self._counting.done.connect(self._on_counted)
        self._counting.failed.connect(session.tell_problem)
        session.project_changed.connect(self._on_project)
        session.coding_changed.connect(self._count_later)
        session.video_changed.connect(self._count_later)
        session.ethogram_changed.connect(self._count_later)
        session.annotator_changed.connect(self._count_later)
        learner.busy_changed.connect(self._on_busy)
        learner.probe_changed.connect(self._on_probe)
        learner.estimated.connect(self._estimate.setText)
        learner.prepared.connect(self._on_prepared)

    def _keep_choice(self) -> bool:
        """Write the choice of encoder into the project, so that the jobs find it there."""
        project = self._session.project
        if project is None:
            self._session.tell("open a project first")
            return False
        try:
            encoder, embedding = self.encoder.chosen()
            if (encoder, embedding) != (project.encoder, dict(project.embedding)):
                project.set_encoder(encoder, embedding)
        except EthoprismError as error:
            return self._session.tell_problem(error)
        return True

    def _on_estimate(self) -> None:
        if self._keep_choice():
            self._learner.estimate()

    def _on_prepare(self) -> None:
        if self._keep_choice():
            self._learner.prepare()

    def _on_learn(self) -> None:
        if self._obstacle:
            self._session.tell(self._obstacle)
        elif self._keep_choice():
            self._learner.learn(self._probe.text().strip(), self._kind.currentData())

    def _on_this(self) -> None:
        if self._session.video_name:
            self._learner.predict([self._session.video_name])

    def _on_all(self) -> None:
        self._learner.predict()

    def _on_prepared(self, videos: list[str]) -> None:
        number = len(videos)
        self._estimate.setText(f"{number} video{' is' if number == 1 else 's are'} prepared.")

    def _on_encoder(self) -> None:
        self._estimate.clear()

    def _on_choose_probe(self) -> None:
        self._learner.choose_probe(self._probes.currentText())

    def _on_project(self) -> None:
        self.encoder.show_project(self._session.project)
        self._estimate.clear()
        self._count_later()

    def _on_probe(self) -> None:
        trained = self._learner.trained
        self._probes.clear()
        self._probes.addItems(self._learner.probes())
        self._probes.setCurrentText(trained.probe)
        self._probe.setText(trained.probe)
        self._kind.setCurrentIndex(max(self._kind.findData(trained.kind), 0))
        self.scores.show_scores(trained.scores, trained.former)
        self._on_busy()

    def _on_busy(self) -> None:
        idle, has_probe = not self._learner.busy, bool(self._learner.trained.probe)
        for widget in (self.encoder, self._ask, self._prepare, self._learn, self._probes):
            widget.setEnabled(idle)
        for widget in (self._this, self._all):
            widget.setEnabled(idle and has_probe)
        self._probes.setVisible(has_probe)

    def _count_later(self) -> None:
        if self.isVisible():
            self._count_soon.start()

    def _count(self) -> None:
        project, who = self._session.project, self._session.annotator
        if project is None:
            self._coded.setText("Open a project first.")
            return
        self._counting.start(lambda progress: coded_so_far(project, who))

    def _on_counted(self, coded: Coded) -> None:
        self._obstacle = coded.obstacle
        if coded.obstacle:
            self._coded.setText(f"{coded.obstacle[0].upper()}{coded.obstacle[1:]}.")
            return
        counted = [f"{name} {number}" for name, number in coded.bouts.items() if number]
        videos = "1 video" if coded.videos == 1 else f"{coded.videos} videos"
        told = f"Coded in {videos}: {', '.join(counted)} bouts."
        self._coded.setText("\n".join([told, *coded.remarks]))
