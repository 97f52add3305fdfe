"""The habits of a field: how footage is sampled, which probe is tried first, what a score means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Float, Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.windows import frames_lasting
from ethoprism_domains.evaluation import MACRO, Scores

SAMPLINGS = ("window", "subject", "region", "clip")
WINDOW_LABELS = ("middle", "any", "majority")


@dataclass(frozen=True)
class Sampling:
    """What is one sample of a video.

    Parameters
    ----------
    kind
        ``window`` (a window of the whole picture), ``subject`` (a window of the square around one
        animal), ``region`` (a window of each of a recording's regions) or ``clip`` (the whole video
        as one window).
    frames, step
        A window shows so many frames, and from one to the next are so many frames of the video. An
        encoder that takes another number of frames is shown the same span of time.
    milliseconds
        How long a window lasts, in place of `frames` and `step`: it becomes frames by the video's
        own times.
    stride
        Frames from one window to the next; if not given, half a window, of whole clips a window.
    cropped
        Whether whole clips show the square around each animal, and not the whole picture.

    Raises
    ------
    EthoprismError
        If the kind is unknown, or a number is not above 0.
    """

    kind: str = "window"
    frames: int = 16
    step: int = 1
    milliseconds: float | int | None = None
    stride: int | None = None
    cropped: bool = False

    def __post_init__(self) -> None:
        _check_choice("sampling", self.kind, SAMPLINGS)
        for name in ("frames", "step", "milliseconds", "stride"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise EthoprismError(f"expected {name} above 0, got {value}", "sampling")

    @property
    def follows(self) -> bool:
        """Whether samples show the squares around animals."""
        return self.kind == "subject" or (self.kind == "clip" and self.cropped)

    @property
    def in_milliseconds(self) -> bool:
        """Whether a window lasts so long in every video, whatever its frame rate."""
        return self.kind != "clip" and self.milliseconds is not None

    def span(self, frame_times: Float[np.ndarray, " time"]) -> int:
        """Count the frames of a video from the start of a window to the start of one beside it.

        Parameters
        ----------
        frame_times
            Of the video, in seconds.

        Raises
        ------
        EthoprismError
            If the window is told in milliseconds, and the video has no two times.
        """
        if self.milliseconds is None:
            return self.frames * self.step
        return frames_lasting(self.milliseconds, frame_times)

    def step_for(self, frame_times: Float[np.ndarray, " time"], clip_frames: int) -> int:
        """Give the step with which `clip_frames` frames span a window as nearly as can be."""
        return max(1, round(self.span(frame_times) / clip_frames))

    def stride_for(self, frame_times: Float[np.ndarray, " time"]) -> int:
        """Give the frames from one window to the next."""
        span = self.span(frame_times)
        return self.stride or (span if self.kind == "clip" else max(1, span // 2))


@dataclass(frozen=True)
class ProbeChoice:
    """The probe that a field tries first: its kind, and settings that differ from its defaults."""

    kind: str = "compact"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def instead(self, kind: str | None) -> "ProbeChoice":
        """Give the probe of another kind, with its defaults; the field's own without one."""
        return self if kind in (None, self.kind) else ProbeChoice(str(kind))


@dataclass(frozen=True)
class Scoring:
    """What a field reports.

    Parameters
    ----------
    metric
        A score of behaviours as `Scores.table` has it, such as ``average_precision``, ``f1`` or
        ``accuracy`` (whose mean is the accuracy averaged over classes).
    excluded
        Behaviours that the mean leaves out, such as the background class.
    window_label
        Which label a window, or a whole clip, has: that of its ``middle`` frame, present if it is
        in ``any`` frame, or in the ``majority``.

    Raises
    ------
    EthoprismError
        If there is no such rule for windows.
    """

    metric: str = "average_precision"
    excluded: tuple[str, ...] = ()
    window_label: str = "middle"

    def __post_init__(self) -> None:
        _check_choice("window label", self.window_label, WINDOW_LABELS)

    def values(self, scores: Scores) -> dict[str, float]:
        """Give the score of each behaviour that counts; NaN where it is undefined.

        Raises
        ------
        EthoprismError
            If there is no such score.
        """
        rows = scores.table[scores.table["metric"] == self.metric]
        if rows.empty:
            known = sorted({str(name) for name in scores.table["metric"]})
            raise EthoprismError("no such score", self.metric, f"use one of {', '.join(known)}")
        values = zip(rows["behavior"], rows["value"], strict=True)
        apart = {MACRO, *self.excluded}
        return {str(name): float(value) for name, value in values if name not in apart}

    def mean(self, scores: Scores) -> float:
        """Average `values` over the behaviours for which the score is defined; NaN without any."""
        defined = [value for value in self.values(scores).values() if np.isfinite(value)]
        return float(np.mean(defined)) if defined else float("nan")


@dataclass(frozen=True)
class Habits:
    """All habits together; a data set has its own, and its adapter's are what they start from.

    Parameters
    ----------
    sampling, probe, scoring
        See there.
    group_by
        What is left out as a whole: ``animal``, ``session``, ``site`` or ``video``.
    exports
        The label formats that the field exchanges, by their names in `formats.FORMATS`, or in a
        data set's `exporters`.
    """

    sampling: Sampling = field(default_factory=Sampling)
    probe: ProbeChoice = field(default_factory=ProbeChoice)
    group_by: str = "video"
    scoring: Scoring = field(default_factory=Scoring)
    exports: tuple[str, ...] = ("bouts-csv",)


def window_labels(labels: xr.Dataset, span: int, rule: str) -> xr.Dataset:
    """Give each frame the label of the window around it.

    A window has `span` frames, its middle one at `span // 2`; beyond the ends the first and the
    last frame repeat, as they do for the encoder. It is unknown where the frames that are unknown
    could decide.

    Parameters
    ----------
    labels
        With `labels (time, individual, behavior)`.
    rule
        One of `WINDOW_LABELS`.
    """
    _check_choice("window label", rule, WINDOW_LABELS)
    if rule == "middle":
        return labels
    values = labels["labels"].transpose("time", "individual", "behavior")
    present, unknown = (_window_sums(values.to_numpy() == label, span) for label in (1, -1))
    return labels.assign(labels=values.copy(data=_decided(present, unknown, span, rule)))


def clip_labels(labels: xr.Dataset, rule: str) -> xr.Dataset:
    """Give a whole clip the label that its frames decide: a dataset with a single time.

    It is unknown where the frames that are unknown could decide.

    Parameters
    ----------
    labels
        With `labels (time, individual, behavior)`.
    rule
        One of `WINDOW_LABELS`.
    """
    _check_choice("window label", rule, WINDOW_LABELS)
    span = labels.sizes["time"]
    if rule == "middle":
        return labels.isel(time=[span // 2])
    values = labels["labels"].transpose("time", "individual", "behavior")
    of_frames = values.to_numpy()
    present, unknown = ((of_frames == label).sum(axis=0, keepdims=True) for label in (1, -1))
    decided = values.isel(time=[span // 2]).copy(data=_decided(present, unknown, span, rule))
    return labels.isel(time=[span // 2]).assign(labels=decided)


def _decided(
    present: np.ndarray, unknown: np.ndarray, span: int, rule: str
) -> Int8[np.ndarray, "time individual behavior"]:
    needed = 1 if rule == "any" else span // 2 + 1
    chosen = [present >= needed, present + unknown >= needed]
    return np.select(chosen, [np.int8(1), np.int8(-1)], np.int8(0))


def _window_sums(mask: np.ndarray, span: int) -> np.ndarray:
    before = span // 2
    padded = np.pad(mask, [(before, span - 1 - before), (0, 0), (0, 0)], mode="edge")
    sums = np.pad(padded.cumsum(axis=0), [(1, 0), (0, 0), (0, 0)])
    return np.asarray(sums[span:] - sums[:-span])


def _check_choice(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise EthoprismError(f"unknown {what} {value!r}", None, f"use one of {', '.join(choices)}")
