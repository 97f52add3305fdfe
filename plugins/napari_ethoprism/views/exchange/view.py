"""The tab of files: labels are exported and imported, and what was lost is shown."""

from pathlib import Path

from qtpy.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from ethoprism.exchanging import (
    Exported,
    ExportRequest,
    Incoming,
    SeveralVideosError,
    export_annotations,
    export_targets,
    extended,
    read_labels,
)
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing import add_all
from ethoprism_domains.formats import LossReport
from napari_ethoprism.jobs import Progress, ThreadJob
from napari_ethoprism.session import Session
from napari_ethoprism.views.asking import ask_file, ask_folder, ask_target, confirm
from napari_ethoprism.views.exchange.export_box import ExportBox
from napari_ethoprism.views.exchange.import_box import ImportBox, ask_about_behaviors, ask_source
from napari_ethoprism.views.exchange.loss_table import LossTable

_PICTURES = ("PNG picture (*.png)", "SVG drawing (*.svg)")


class ExchangeView(QWidget):
    """Exports and imports labels of a session.

    Parameters
    ----------
    session
        Whose video and project.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exchange")
        self._session = session
        self._job = ThreadJob(self)
        self._file = Path()
        self._export, self._import = ExportBox(), ImportBox()
        self._report = LossTable()
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def is_busy(self) -> bool:
        """Whether a file is being read or written."""
        return self._job.is_running

    def close(self) -> bool:
        """End what is being written; files appear whole or not at all."""
        self._job.close()
        return super().close()

    def import_file(self, path: Path, source: str | None = None) -> None:
        """Begin to read a label file into the video that is shown.

        What comes of it is one action, which can be undone.

        Parameters
        ----------
        source
            The video's name in the file; found by itself, or asked for, if not given.
        """
        session = self._session
        if session.video is None:
            session.tell_problem(EthoprismError("open a video first"))
            return
        self._file, video, times = path, session.video_name, session.times
        present = tuple(session.coding.events.values())
        observed, ethogram = self._import.observed, session.ethogram

        def read(_: Progress) -> tuple[str, Incoming]:
            incoming = read_labels(
                path, video, times, ethogram, present, source=source, observed=observed
            )
            return video, incoming

        self._job.start(read)

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        self._hint = QLabel("Open a project first.")
        for widget in (self._hint, self._export, self._import, self._report):
            column.addWidget(widget)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _connect(self) -> None:
        self._export.asked.connect(self._on_export)
        self._export.picture_asked.connect(self._on_picture)
        self._import.asked.connect(self._on_import)
        self._job.done.connect(self._on_done)
        self._job.failed.connect(self._on_failed)
        self._session.project_changed.connect(self._refresh)
        self._session.video_changed.connect(self._refresh)

    def _refresh(self) -> None:
        is_open, has_video = self._session.project is not None, self._session.video is not None
        self._hint.setVisible(not is_open)
        self._export.setEnabled(is_open)
        self._import.setEnabled(has_video)

    def _on_export(self) -> None:
        session, chosen = self._session, self._export.format
        if session.project is None:
            return
        video = "" if self._export.is_whole else session.video_name
        path = self._ask_where(video)
        if path is None:
            return
        request = ExportRequest(session.project, session.annotator, chosen, path, video)
        try:
            there = [target for target in export_targets(request) if target.exists()]
        except EthoprismError as error:
            session.tell_problem(error)
            return
        if there and not confirm(self, _about(there), "Replace"):
            return
        self._job.start(lambda progress: export_annotations(request, bool(there), progress))

    def _ask_where(self, video: str) -> Path | None:
        chosen, project = self._export.format, self._session.project
        assert project is not None
        folder = project.folder.resolve()
        if chosen.one_video and not video:
            return ask_folder(self, "A folder for the files", folder)
        endings = " ".join(f"*{ending}" for ending in chosen.extensions)
        start = folder / f"{Path(video or folder.name).stem}{chosen.extensions[0]}"
        path = ask_target(self, "Export labels", (f"{chosen.name} ({endings})",), start)
        if path is None or path.name.lower().endswith(chosen.extensions):
            return path
        return path.with_name(path.name + chosen.extensions[0])

    def _on_done(self, result: Exported | tuple[str, Incoming]) -> None:
        if isinstance(result, Exported):
            self._show_exported(result)
            return
        video, incoming = result
        if video == self._session.video_name:
            self._take_in(self._file, incoming)
        else:
            self._session.tell(f"another video is shown now: nothing was imported into {video}")

    def _on_failed(self, error: EthoprismError) -> None:
        if isinstance(error, SeveralVideosError):
            self._ask_source(error)
        else:
            self._session.tell_problem(error)

    def _show_exported(self, exported: Exported) -> None:
        files = exported.files
        told = f"Wrote {files[0]}" if len(files) == 1 else f"Wrote {len(files)} files"
        open_bouts = self._session.coding.open_bouts()
        if open_bouts:
            told += f"; {len(open_bouts)} bouts that are not stopped yet are left out"
        self._report.show_report(told, exported.losses)

    def _on_picture(self) -> None:
        session = self._session
        if session.project is None or session.store is None:
            return
        stem = Path(session.video_name).stem
        start = session.project.folder.resolve() / f"{stem}.ethogram.png"
        path = ask_target(self, "Save the ethogram as a picture", _PICTURES, start)
        if path is None:
            return
        if path.suffix.lower() not in (".png", ".svg"):
            path = path.with_name(f"{path.name}.png")
        if path.exists() and not confirm(self, _about([path]), "Replace"):
            return
        self._save_picture(path)

    def _save_picture(self, path: Path) -> None:
        from ethoprism.exchanging.picture import save_ethogram_picture  # brings matplotlib

        session = self._session
        if session.store is None:
            return
        try:
            annotations = session.store.annotations()
            save_ethogram_picture(path, annotations, session.times, session.video_name)
        except EthoprismError as error:
            session.tell_problem(error)
            return
        self._report.show_report(f"Saved {path}", LossReport())

    def _on_import(self) -> None:
        project = self._session.project
        start = Path.home() if project is None else project.folder.resolve()
        path = ask_file(self, "Import labels", ("Label files (*)",), start)
        if path is not None:
            self.import_file(path)

    def _ask_source(self, error: SeveralVideosError) -> None:
        source = ask_source(self, error.names, self._session.video_name)
        if source:
            self.import_file(self._file, source)

    def _take_in(self, path: Path, incoming: Incoming) -> None:
        if incoming.behaviors or incoming.subjects:
            answer = "add"
            if incoming.behaviors:
                answer = ask_about_behaviors(self, incoming.behaviors)
            if not answer:
                return
            if answer == "out":
                incoming = incoming.without(item.name for item in incoming.behaviors)
            if not self._extend(incoming):
                return
        self._add(path, incoming)

    def _extend(self, incoming: Incoming) -> bool:
        ethogram = self._session.ethogram
        if not incoming.behaviors and not incoming.subjects:
            return True
        try:
            wider = extended(ethogram, incoming.behaviors, incoming.subjects)
        except EthoprismError as error:
            return self._session.tell_problem(error)
        return self._session.set_ethogram(wider)

    def _add(self, path: Path, incoming: Incoming) -> None:
        what = f"import {path.name}"
        change = self._session.do(add_all, incoming.events, what, incoming.seen)
        if change is None:
            return  # the session has told why
        count = len(incoming.events)
        told = f"Read {count} event{'' if count == 1 else 's'} from {path.name}"
        if incoming.known:
            told += f"; {incoming.known} more were there already"
        self._report.show_report(told, incoming.losses)


def _about(files: list[Path]) -> str:
    if len(files) == 1:
        return f"{files[0]} is there already. Replace it?"
    return f"{len(files)} of the files are there already, such as {files[0]}. Replace them?"
