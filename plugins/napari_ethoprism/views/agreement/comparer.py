"""Compares what is coded with what somebody else says, and keeps that up to date."""

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing import Change, replace_within
from napari_ethoprism.jobs import ThreadJob
from napari_ethoprism.session import Session
from napari_ethoprism.views.agreement.partner import ANNOTATOR, PROBE, Partner, reader

if TYPE_CHECKING:
    from ethoprism.comparing import Coder, Compared, Disagreement

_AFTER_MS = 500  # what is coded meanwhile is compared at one go


class Comparer(QObject):
    """The comparison of a session's video with one other coder.

    While predictions are hidden nothing is compared: whoever codes blind shall not see what
    others say.

    Parameters
    ----------
    session
        What is open.

    Attributes
    ----------
    changed
        Another comparison, or none.
    failed
        What could not be compared, an `EthoprismError`.
    partner
        With whom is compared; None with nobody.
    compared
        The last result; None before there is one.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.partner: Partner | None = None
        self.compared: Compared | None = None
        self._session = session
        self._interval, self._tolerance = 0.0, 0.0
        self._coder: Coder | None = None
        self._job = ThreadJob(self)
        self._job.done.connect(self._on_done)
        self._job.failed.connect(self._on_failed)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_MS)
        self._soon.timeout.connect(self._compare)
        session.coding_changed.connect(self._later)
        session.blind_changed.connect(self._on_blind)
        session.ethogram_changed.connect(self._read_again)
        session.predictions_changed.connect(self._on_predictions)
        session.video_changed.connect(self._on_video)
        self._video = self._whose()

    @property
    def is_busy(self) -> bool:
        """Whether a comparison is being made, or is about to be."""
        return self._job.is_running or self._soon.isActive()

    def close(self) -> None:
        """End what runs."""
        self._soon.stop()
        self._job.close()

    def choose(self, partner: Partner | None) -> None:
        """Compare with somebody else, or with nobody."""
        self.partner = partner
        self._forget()
        self._compare()

    def set_settings(self, interval: float, tolerance: float) -> None:
        """Compare moments every so many seconds (0: all), and pass over edges that shift less."""
        if (interval, tolerance) != (self._interval, self._tolerance):
            self._interval, self._tolerance = interval, tolerance
            self._later()

    def take_theirs(self, chosen: "Disagreement") -> Change | None:
        """Take over what the other says in one stretch, as one action that can be undone."""
        if self.compared is None:
            return None
        coder = self.compared.other
        who = f" of {chosen.subject}" if chosen.subject else ""
        what = f"take {coder.name}'s {chosen.behavior}{who} {chosen.start}-{chosen.stop}"
        span = (chosen.start, chosen.stop)
        events = tuple(coder.coding.events.values())
        return self._session.do(replace_within, chosen.behavior, span, events, what, chosen.subject)

    def _later(self, _: object = None) -> None:
        if self.partner is not None and not self._session.is_blind:
            self._soon.start()

    def _compare(self) -> None:
        from ethoprism.comparing import compare_coders  # what measures is imported when wanted
        from ethoprism_domains.agreement import AgreementSettings

        session, partner, known = self._session, self.partner, self._coder
        self._soon.stop()
        if partner is None or session.store is None or session.is_blind:
            return
        mine, ethogram, times = session.coding, session.ethogram, session.times
        settings = AgreementSettings(interval=self._interval or None, tolerance=self._tolerance)
        read = reader(partner, session)
        self._job.start(lambda _: compare_coders(mine, known or read(), ethogram, times, settings))
        self.changed.emit()

    def _forget(self) -> None:
        self._soon.stop()
        self._job.close()
        self._coder, self.compared = None, None
        self.changed.emit()

    def _on_done(self, compared: "Compared") -> None:
        self._coder, self.compared = compared.other, compared
        self.changed.emit()

    def _on_failed(self, error: EthoprismError) -> None:
        self.compared = None
        self.changed.emit()
        self.failed.emit(error)

    def _on_blind(self) -> None:
        self._forget()
        self._compare()

    def _read_again(self) -> None:
        self._coder = None  # it holds only what the ethogram knew
        self._later()

    def _on_predictions(self) -> None:
        if self.partner is not None and self.partner.kind == PROBE:
            self._read_again()

    def _on_video(self) -> None:
        """Go on with the same partner only where it is plain that they know this video too."""
        if self._whose() != self._video:
            self._video = self._whose()
            is_annotator = self.partner is not None and self.partner.kind == ANNOTATOR
            self.choose(self.partner if is_annotator and self._can_stay() else None)

    def _can_stay(self) -> bool:
        from ethoprism.comparing import other_annotators

        session = self._session
        if session.project is None or self.partner is None:
            return False
        return self.partner.name in other_annotators(
            session.project, session.video_name, session.annotator
        )

    def _whose(self) -> tuple[object, str, str]:
        session = self._session
        return session.project, session.video_name, session.annotator
