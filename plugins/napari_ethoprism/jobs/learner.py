"""What a project learns, for the views: one long job at a time, and what comes of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qtpy.QtCore import QObject, Signal

from ethoprism.jobs import Task
from ethoprism.learning.places import (
    outdated_predictions,
    predictions_path,
    probe_kind,
    probe_names,
    probe_path,
)
from ethoprism.plain_scores import PlainScores, read_plain_scores
from ethoprism_domains.review.candidates import Queue
from napari_ethoprism.jobs.adoption import Adoption
from napari_ethoprism.jobs.process_job import Job
from napari_ethoprism.session import Session

_TASKS = "ethoprism.jobs.tasks:"
_NEW_PROBE, _KIND = "probe", "compact"


@dataclass(frozen=True)
class Trained:
    """What is known of a probe.

    Parameters
    ----------
    probe
        Its name.
    scores, former
        How well it did in what was left out, and its predecessor of the same name; None where
        nobody knows.
    kind
        How it learns; empty where nobody knows.
    """

    probe: str
    scores: PlainScores | None = None
    former: PlainScores | None = None
    kind: str = ""


class Learner(QObject):
    """Prepares videos, learns, predicts and chooses what to review, each in a process.

    One job runs at a time; a project that is closed ends it. Nothing is lost by that: what was
    finished is in the project's folder.

    Parameters
    ----------
    session
        Whose project.

    Attributes
    ----------
    busy_changed
        A job begins or has ended; `busy` says in a word or two what is being done.
    progress
        Emitted with a stage, what is done of it, and all there is to do.
    estimated
        Emitted with a sentence: how long preparing will take.
    prepared, predicted
        Emitted with the names of the videos that are done.
    probe_changed
        Another probe, or it was trained: `trained` has it.
    queued
        Emitted with the `Queue` of what to review.
    """

    busy_changed = Signal()
    progress = Signal(str, int, int)
    estimated = Signal(str)
    prepared = Signal(object)
    predicted = Signal(object)
    probe_changed = Signal()
    queued = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.busy = ""
        self.trained = Trained("")
        self._session = session
        self._folder = ""
        self._job: Job | None = None
        self._then: list[Callable[[], None]] = []
        self._adoption = Adoption(session, self)
        self._adoption.ended.connect(self._on_adopted)
        session.project_changed.connect(self._on_project)
        self._on_project()

    def estimate(self, videos: Sequence[str] = ()) -> None:
        """Say how long preparing videos will take; `estimated` follows."""
        self._begin("estimating", "estimate", self._on_estimated, videos=list(videos))

    def prepare(self, videos: Sequence[str] = ()) -> None:
        """Embed videos, all if none is named; `prepared` follows."""
        self._begin("preparing videos", "prepare", self._on_prepared, videos=list(videos))

    def learn(self, name: str = "", kind: str = _KIND) -> None:
        """Train a probe on what the annotator has coded; `probe_changed` follows."""
        who = self._session.annotator
        name = name or self.trained.probe or _NEW_PROBE
        self._begin("learning", "train", self._on_trained, annotator=who, name=name, kind=kind)

    def predict(self, videos: Sequence[str] = ()) -> None:
        """Predict videos, all if none is named, and take the bouts in; `predicted` follows."""
        probe = self.trained.probe
        if not probe:
            self._session.tell("learn first: there is no probe yet")
            return
        self._begin("predicting", "predict", self._on_predicted, probe=probe, videos=list(videos))

    def make_queue(self) -> None:
        """Choose what to review first; `queued` follows.

        What was predicted before the probe learned again is predicted anew.
        """
        who, probe = self._session.annotator, self.trained.probe
        if not self.predicted_videos():
            self._session.tell("predict a video first: there is nothing to review")
            return
        assert self._session.project is not None
        outdated = outdated_predictions(self._session.project, probe)
        if outdated:
            self.predict(outdated)
            self._then = [self.make_queue] if self.busy else []
            return
        self._begin("choosing what to review", "queue", self._on_queued, probe=probe, annotator=who)

    def learn_again(self) -> None:
        """Learn, predict the videos that were predicted before, and choose what to review."""
        self.learn(kind=self.trained.kind or _KIND)
        if self.busy and self.predicted_videos():
            self._then = [self.make_queue]

    def predicted_videos(self) -> list[str]:
        """Name the videos that the probe has predicted."""
        project, probe = self._session.project, self.trained.probe
        if project is None or not probe:
            return []
        names = [video.name for video in project.videos]
        return [name for name in names if predictions_path(project, probe, name).is_file()]

    def probes(self) -> list[str]:
        """Name the project's probes, the one trained last first."""
        return [] if self._session.project is None else probe_names(self._session.project)

    def choose_probe(self, name: str) -> None:
        """Let a probe be the one that is looked at and used; an empty name is none."""
        if name != self.trained.probe:
            self.trained = self._known(name)
            self.probe_changed.emit()
            if name in self._session.known_predictions():
                self._session.choose_predictions(name)

    def cancel(self) -> None:
        """Ask the job to stop; what it has finished is kept."""
        self._then = []
        self._adoption.stop()
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """End the job, and tell nothing more of it."""
        self._then = []
        self._adoption.close()
        if self._job is not None:
            self._job.close()
            self._job.deleteLater()
            self._job = None
        self._set_busy("")

    def _begin(
        self, busy: str, task: str, then: Callable[[Mapping[str, Any]], None], **arguments: Any
    ) -> None:
        project = self._session.project
        if project is None:
            self._session.tell("open a project first")
            return
        if self.busy:
            self._session.tell(f"wait until this has ended: {self.busy}")
            return
        given = {"project": str(project.folder.resolve()), **arguments}
        self._job = Job(Task(_TASKS + task, given), self)
        self._job.progress.connect(self.progress)
        self._job.finished.connect(then)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_cancelled)
        self._set_busy(busy)

    def _set_busy(self, busy: str) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit()

    def _end(self) -> None:
        """Put the job away, and go on with what was to follow."""
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._set_busy("")
        if self._then:
            self._then.pop(0)()

    def _on_project(self) -> None:
        project = self._session.project
        folder = "" if project is None else str(project.folder)
        if folder == self._folder:
            return
        self._folder = folder
        self.close()
        self.trained = self._known(next(iter(self.probes()), ""))
        self.probe_changed.emit()

    def _known(self, name: str) -> Trained:
        project = self._session.project
        if project is None or not name:
            return Trained("")
        scores = read_plain_scores(probe_path(project, name).with_suffix(".json"))
        return Trained(name, scores, kind=probe_kind(project, name))

    def _on_failed(self, sentence: str) -> None:
        self._then = []
        self._end()
        self._session.told.emit(sentence, "problem")

    def _on_cancelled(self) -> None:
        self._then = []
        self._end()
        self._session.tell("stopped; what was finished is kept")

    def _on_estimated(self, result: Mapping[str, Any]) -> None:
        self._end()
        self.estimated.emit(result["sentence"])

    def _on_prepared(self, result: Mapping[str, Any]) -> None:
        self._tell_of(result)
        self._end()
        self.prepared.emit(list(result["done"]))

    def _on_trained(self, result: Mapping[str, Any]) -> None:
        former = result["former"]
        self.trained = Trained(
            result["probe"],
            PlainScores.from_mapping(result["scores"]),
            None if former is None else PlainScores.from_mapping(former),
            result["kind"],
        )
        for notice in result["notices"]:
            self._session.tell(notice)
        self.probe_changed.emit()
        self._end()

    def _on_queued(self, result: Mapping[str, Any]) -> None:
        self._end()
        self.queued.emit(Queue.from_mapping(dict(result)))

    def _on_predicted(self, result: Mapping[str, Any]) -> None:
        self._tell_of(result)
        self._adoption.begin(self.trained.probe, result["done"])

    def _on_adopted(self, videos: list[str]) -> None:
        self._end()
        self.predicted.emit(videos)

    def _tell_of(self, result: Mapping[str, Any]) -> None:
        for video, reason in result["failures"].items():
            self._session.told.emit(f"{video}: {reason}", "problem")
        for notice in result["notices"]:
            self._session.tell(notice)
