"""What BORIS knows of one observation: its media, and events in seconds on one common clock.

The seconds count over all files of the first player, one after the other, from the observation's
time offset on.
"""

from dataclasses import dataclass, field

import numpy as np

NO_SUBJECT = "No focal subject"
NOT_CODED = "None"


@dataclass(frozen=True)
class Media:
    """One file of the first player.

    Parameters
    ----------
    name
        Its path, as it stands in the file.
    length
        Seconds; NaN if not told.
    fps
        Frames per second, if told.
    """

    name: str
    length: float = float("nan")
    fps: float | None = None

    @property
    def count(self) -> int | None:
        """The number of frames by length and rate, if both are told."""
        if self.fps is None or not 0 < self.length * self.fps < 1e9:
            return None
        return round(self.length * self.fps)


@dataclass(frozen=True)
class Coded:
    """One line of coding: a point, or the start or stop of a state.

    Parameters
    ----------
    time
        Seconds from the start of the observation's first file.
    status
        ``POINT``, ``START``, ``STOP``, or ``STATE`` where starts and stops are not told apart.
    frame
        The frame within its file, as BORIS saw it, or the image; None if not told.
    where
        What to call it in a report.
    """

    time: float
    subject: str
    behavior: str
    modifiers: str
    comment: str
    status: str
    frame: int | None = None
    where: str = ""


@dataclass(frozen=True)
class Bout:
    """A state from its start to its stop, or a point, whose two are equal.

    Parameters
    ----------
    start, stop
        Seconds from the start of the observation's first file.
    frames
        The frames of start and stop within their files, where they are told.
    """

    start: float
    stop: float
    subject: str
    behavior: str
    modifiers: str
    comment: str
    is_point: bool
    frames: tuple[int | None, int | None] = (None, None)
    where: str = ""


@dataclass(frozen=True)
class Observation:
    """One observation.

    Parameters
    ----------
    name
        Its id.
    kind
        ``MEDIA``, ``LIVE`` or ``IMAGES``.
    media
        The files of the first player, in order; without any, the observation is its own video.
    interval
        The seconds that were observed, of the same clock as the events; all if None.
    """

    name: str
    kind: str = "MEDIA"
    media: tuple[Media, ...] = ()
    interval: tuple[float, float] | None = None
    rows: tuple[Coded, ...] = field(default=(), repr=False)

    @property
    def length(self) -> float:
        """Seconds of all media together; NaN if some are not told."""
        return float(np.sum([item.length for item in self.media])) if self.media else float("nan")


def plain_modifiers(modifiers: str) -> str:
    """Give modifiers without those that only say that nothing was coded."""
    coded = any(part.strip() not in ("", NOT_CODED) for part in modifiers.split("|"))
    return modifiers if coded else ""
