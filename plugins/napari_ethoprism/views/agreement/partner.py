"""With whom one can compare: other annotators of the video, probes, label files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from napari_ethoprism.session import Session

if TYPE_CHECKING:
    from ethoprism.comparing import Coder

ANNOTATOR, PROBE, FILE = "annotator", "probe", "file"


@dataclass(frozen=True)
class Partner:
    """Somebody to compare with.

    Parameters
    ----------
    kind
        ``annotator``, ``probe`` or ``file``.
    name
        What to call them.
    path
        The file of a probe's predictions, or of labels.
    source
        The video's name in a file of labels, where that holds several.
    """

    kind: str
    name: str
    path: Path = Path()
    source: str | None = None

    @property
    def words(self) -> str:
        """What it is called in a list."""
        return f"the probe {self.name}" if self.kind == PROBE else self.name


def partners(session: Session) -> list[Partner]:
    """List who has something to say of the video, but for files."""
    from ethoprism.comparing import other_annotators  # what measures is imported when wanted

    if session.project is None or not session.video_name:
        return []
    people = other_annotators(session.project, session.video_name, session.annotator)
    probes = session.known_predictions().items()
    return [
        *(Partner(ANNOTATOR, name) for name in people),
        *(Partner(PROBE, name, path) for name, path in probes),
    ]


def reader(partner: Partner, session: Session) -> "Callable[[], Coder]":
    """Return what reads a partner's word on the video, in whatever thread."""
    from ethoprism import comparing
    from ethoprism.learning.places import card_path

    project, video = session.project, session.video_name
    times, ethogram = session.times, session.ethogram
    assert project is not None

    def read() -> "Coder":
        if partner.kind == ANNOTATOR:
            return comparing.annotator_as_coder(project, video, partner.name)
        if partner.kind == PROBE:
            card = card_path(project, partner.name)
            return comparing.predictions_as_coder(partner.path, card, video, ethogram)
        return comparing.file_as_coder(partner.path, video, times, ethogram, partner.source)

    return read
