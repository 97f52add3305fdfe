"""The state of the window: views show it and ask it for changes, and are told by its signals."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.annotation.editing import Change, Coding, difference
from ethoprism_domains.annotation.store import AnnotationStore
from napari_ethoprism.session.opening import VideoOpener
from napari_ethoprism.session.predictions import Predictions, find_predictions

_NOTHING = Coding("")


class Session(QObject):
    """One project, one of its videos, and what one annotator codes of it.

    Every method may be called at any time: what cannot be done is told by `told`, never raised.

    Parameters
    ----------
    annotator
        Who codes; names the files of annotations.

    Attributes
    ----------
    project_changed, video_changed, ethogram_changed, annotator_changed
        Another one, or none.
    videos_changed
        The project's list of videos, or how far one of them is.
    video_closing
        The video and its annotations are about to be closed: the last chance to note something.
    video_refused
        The name of a video that could not be opened, and the `EthoprismError`.
    frame_changed
        The playhead's frame.
    shown_changed
        The frame whose picture is on the screen, `shown`; None where there is no screen.
    coding_changed
        What was changed of the annotations, a `Change`.
    selection_changed, subject_changed, judgement_changed, mode_changed, blind_changed
        The attribute of that name; the judgement is that of what is coded next.
    predictions_changed
        Those that are shown of the video.
    told
        A sentence for the user, and whether it is a ``problem`` or only ``news``.
    """

    project_changed = Signal()
    videos_changed = Signal()
    video_changed = Signal()
    video_closing = Signal()
    video_refused = Signal(str, object)
    frame_changed = Signal(int)
    shown_changed = Signal(object)
    coding_changed = Signal(object)
    ethogram_changed = Signal()
    annotator_changed = Signal()
    subject_changed = Signal(str)
    judgement_changed = Signal(str)
    mode_changed = Signal(bool)
    blind_changed = Signal(bool)
    selection_changed = Signal()
    predictions_changed = Signal()
    told = Signal(str, str)

    def __init__(self, annotator: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotator = annotator
        self.project: Project | None = None
        self.video: Video | None = None
        self.video_name = ""
        self.store: AnnotationStore | None = None
        self.frame = 0
        self.shown: int | None = None
        self.subject = ""
        self.judgement = "present"
        self.is_coding = False
        self.is_blind = False
        self.selection: tuple[str, ...] = ()
        self.predictions: Predictions | None = None
        self._probe = ""  # whose predictions were chosen last
        self._notices = 0
        self._opener = VideoOpener(self)
        self._opener.opened.connect(self._take_video)
        self._opener.failed.connect(self._refuse_video)

    @property
    def coding(self) -> Coding:
        """What is coded of the video now."""
        return _NOTHING if self.store is None else self.store.coding

    @property
    def ethogram(self) -> Ethogram:
        """The project's ethogram; an empty one without a project."""
        return Ethogram(()) if self.project is None else self.project.ethogram

    @property
    def frames(self) -> int:
        """How many frames the video has; 0 without one."""
        return 0 if self.video is None else len(self.video)

    @property
    def times(self) -> np.ndarray:
        """Seconds of every frame of the video."""
        return np.zeros(0) if self.video is None else self.video.times

    def open_project(self, folder: str | Path, video: str = "") -> bool:
        """Open a project in place of the one that is open, and show a video, else its first."""
        try:
            project = Project.open(folder)
        except EthoprismError as error:
            return self.tell_problem(error)
        self.close_project()
        self.project = project
        self.project_changed.emit()
        self.ethogram_changed.emit()
        self.videos_changed.emit()
        if project.videos:
            self.show(video or project.videos[0].name)
        return True

    def show(self, name: str) -> None:
        """Begin to open one of the project's videos; `video_changed` follows."""
        if self.project is None:
            return
        try:
            path = self.project.path_of(name)
        except EthoprismError as error:
            self.tell_problem(error)
            return
        self._opener.open(name, path)

    def step_video(self, step: int) -> None:
        """Show the next (1) or previous (-1) video of the project."""
        names = [] if self.project is None else [video.name for video in self.project.videos]
        at = names.index(self.video_name) + step if self.video_name in names else 0
        if 0 <= at < len(names):
            self.show(names[at])

    def close_video(self) -> None:
        """Close the video and its annotations; everything is saved already."""
        self._opener.forget()
        if self.video is None:
            return
        self._end_video()
        self.video_changed.emit()

    def close_project(self) -> None:
        """Close the video and the project."""
        self.close_video()
        if self.project is not None:
            self.project = None
            self.project_changed.emit()
            self.videos_changed.emit()

    def seek(self, frame: int) -> None:
        """Move the playhead, as far as the video reaches."""
        frame = min(max(int(frame), 0), max(self.frames - 1, 0))
        if frame != self.frame:
            self.frame = frame
            self.frame_changed.emit(frame)

    def set_shown(self, frame: int | None) -> None:
        """Say which frame's picture is on the screen; -1 if that of none."""
        if frame != self.shown:
            self.shown = frame
            self.shown_changed.emit(frame)

    @property
    def is_shown(self) -> bool:
        """Whether what is on the screen is the playhead's frame."""
        return self.shown is None or self.shown == self.frame

    def frame_at(self, seconds: float) -> int:
        """Give the frame that is shown at a time."""
        at = int(np.searchsorted(self.times, seconds, side="right")) - 1
        return min(max(at, 0), max(self.frames - 1, 0))

    def do(self, operation: Callable[..., Change], *args: Any, **kwargs: Any) -> Change | None:
        """Do an operation of `editing` on what is coded; it is on the disk when this returns."""
        return self._act(lambda store: store.do(operation, *args, **kwargs))

    def watch(self, start: int, stop: int) -> Change | None:
        """Note that the frames from `start` to `stop` (exclusive) were watched."""
        return self._act(lambda store: store.watch(start, stop))

    def undo(self) -> Change | None:
        """Take the last action back."""
        return self._act(lambda store: store.undo())

    def redo(self) -> Change | None:
        """Do again what was taken back last."""
        return self._act(lambda store: store.redo())

    def select(self, event_ids: Iterable[str]) -> None:
        """Choose events; what is not there is left out."""
        chosen = tuple(key for key in dict.fromkeys(event_ids) if key in self.coding.events)
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit()

    def set_subject(self, subject: str) -> None:
        """Choose whose behaviour is coded; empty for the whole scene."""
        if subject != self.subject:
            self.subject = subject
            self.subject_changed.emit(subject)

    def set_judgement(self, judgement: str) -> None:
        """Choose how what is coded next is judged: present, unsure or absent."""
        if judgement != self.judgement:
            self.judgement = judgement
            self.judgement_changed.emit(judgement)

    def set_coding(self, is_coding: bool) -> None:
        """Turn the coding mode on or off."""
        if is_coding != self.is_coding:
            self.is_coding = is_coding
            self.mode_changed.emit(is_coding)

    def set_blind(self, is_blind: bool) -> None:
        """Hide what probes predicted, or show it again."""
        if is_blind != self.is_blind:
            self.is_blind = is_blind
            self.blind_changed.emit(is_blind)

    def set_annotator(self, annotator: str) -> None:
        """Let somebody else code; the video's annotations become theirs."""
        if annotator == self.annotator or not annotator:
            return
        self.annotator = annotator
        if self.video is not None and self.project is not None:
            self._close_store()
            self._open_store()
            self.video_changed.emit()
        self.annotator_changed.emit()

    def set_ethogram(self, ethogram: Ethogram) -> bool:
        """Write another ethogram into the project; the annotations stay as they are."""
        if self.project is None:
            return False
        try:
            self.project.set_ethogram(ethogram)
        except EthoprismError as error:
            return self.tell_problem(error)
        if self.video is not None:
            self._close_store()
            self._open_store()
        self.ethogram_changed.emit()
        return True

    def choose_predictions(self, probe: str) -> bool:
        """Show what a probe predicted for the video; nothing if the name is empty."""
        known = self.known_predictions()
        self._probe = probe
        try:
            self.predictions = Predictions.read(known[probe]) if probe in known else None
        except EthoprismError as error:
            return self.tell_problem(error)
        finally:
            self.predictions_changed.emit()
        return self.predictions is not None

    def known_predictions(self) -> dict[str, Path]:
        """Find the predictions that there are of the video: probe -> file."""
        if self.project is None or not self.video_name:
            return {}
        return find_predictions(self.project.folder / "predictions", self.video_name)

    def poll(self) -> None:
        """Tell what the store has noticed since; call it now and then."""
        notices = [] if self.store is None else self.store.notices[self._notices :]
        self._notices += len(notices)
        for notice in notices:
            self.told.emit(notice, "problem")

    def tell_problem(self, error: Exception) -> bool:
        """Tell the user what went wrong; False, for callers to return."""
        self.told.emit(str(error), "problem")
        return False

    def tell(self, sentence: str) -> None:
        """Tell the user something that is no problem."""
        self.told.emit(sentence, "news")

    def wait(self) -> None:
        """Wait until no video is being opened; the signals follow when the window is idle."""
        self._opener.wait()

    def _act(self, action: Callable[[AnnotationStore], Change]) -> Change | None:
        if self.store is None:
            self.told.emit("open a video first", "problem")
            return None
        before, noticed = self.store.coding, len(self.store.notices)
        try:
            change = action(self.store)
        except EthoprismError as error:
            self.tell_problem(error)
            return None
        if len(self.store.notices) > noticed:  # others have written here: more may have changed
            change = difference(before, self.store.coding, change.what)
        if change:
            self.coding_changed.emit(change)
            self.select(self.selection)
        self.poll()
        return change

    def _take_video(self, name: str, video: Video) -> None:
        if self.project is None:
            video.close()
            return
        self._end_video()
        self.video, self.video_name, self.frame = video, name, 0
        self._open_store()
        self.video_changed.emit()
        self.frame_changed.emit(0)
        for notice in video.notices:
            self.told.emit(f"{name}: {notice}", "problem")
        known = self.known_predictions()
        self.choose_predictions(self._probe if self._probe in known else next(iter(known), ""))

    def _refuse_video(self, name: str, error: EthoprismError) -> None:
        self.tell_problem(error)
        self.video_refused.emit(name, error)

    def _end_video(self) -> None:
        self._close_store()
        if self.video is not None:
            self.video.close()
        self.video, self.video_name, self.frame, self.predictions = None, "", 0, None

    def _open_store(self) -> None:
        assert self.project is not None and self.video is not None
        options: dict[str, Any] = {"frame_times": self.video.times, "overlaps": "truncate"}
        try:
            self.store = self.project.store(self.video_name, self.annotator, **options)
        except EthoprismError as error:
            self.tell_problem(error)
        self._notices = 0
        self.poll()

    def _close_store(self) -> None:
        if self.store is not None:
            self.video_closing.emit()
            self.store.close()
        self.store, self.selection = None, ()
