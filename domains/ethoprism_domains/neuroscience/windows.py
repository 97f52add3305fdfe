"""Windows of a signal around moments, cut the same way for real moments and for shifted ones."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.neuroscience.signals import Signal

BEFORE_RECORDING = "its window begins before the recording"
AFTER_RECORDING = "its window ends after the recording"
NO_SIGNAL = "its window holds no signal"
UNOBSERVED = "its window reaches into what nobody observed"


@dataclass(frozen=True)
class Baseline:
    """What each window is compared with: its own mean between two lags.

    Parameters
    ----------
    start_s, stop_s
        Lags in seconds, as in -2 and 0.
    method
        ``subtract`` the mean; ``zscore``: also divide by the standard deviation of its bins;
        ``ratio``: also divide by the mean, as in dF/F.
    """

    start_s: float
    stop_s: float
    method: Literal["subtract", "zscore", "ratio"] = "subtract"


@dataclass(frozen=True)
class WindowSettings:
    """How windows are cut.

    Parameters
    ----------
    before_s, after_s
        Reach of a window before and after its moment in seconds; whole bins.
    step_s
        Width of a bin; the moment is the edge between two.
    baseline
        Nothing is subtracted if not given.
    observed_only
        Whether windows that reach into unobserved time are left out; else they are only told.

    Raises
    ------
    EthoprismError
        If there is no whole bin, or the baseline holds none.
    """

    before_s: float = 2.0
    after_s: float = 4.0
    step_s: float = 0.1
    baseline: Baseline | None = None
    observed_only: bool = False

    def __post_init__(self) -> None:
        if not self.step_s > 0 or self.before_s < 0 or self.after_s < 0 or not len(self.lags):
            told = f"{self.before_s} s before, {self.after_s} s after, in bins of {self.step_s} s"
            raise EthoprismError(f"no window of {told}", None, "choose longer windows")
        if self.baseline is not None and not self.is_baseline(self.baseline).any():
            told = f"no bin from {self.baseline.start_s} to {self.baseline.stop_s} s"
            raise EthoprismError(told, None, "put the baseline into the window")

    @property
    def lags(self) -> Float[np.ndarray, " lag"]:
        """The middles of the bins, in seconds from the moment."""
        first, last = round(self.before_s / self.step_s), round(self.after_s / self.step_s)
        return (np.arange(-first, last) + 0.5) * self.step_s

    @property
    def reach(self) -> tuple[float, float]:
        """The lags at which a window begins and ends."""
        return float(self.lags[0] - self.step_s / 2), float(self.lags[-1] + self.step_s / 2)

    def is_baseline(self, baseline: Baseline) -> np.ndarray:
        """Say which bins belong to a baseline."""
        return (self.lags > baseline.start_s) & (self.lags < baseline.stop_s)


@dataclass(frozen=True, eq=False)
class Session:
    """What was recorded together: a signal, moments of behaviour, and what was observed.

    Parameters
    ----------
    name
        Of the session or the animal: what is drawn again as a whole.
    signal
        On the experiment's clock.
    moments
        As `moments` gives them, on the same clock.
    observed
        Start and stop of what was observed, in order, on the same clock.
    """

    name: str
    signal: Signal
    moments: pd.DataFrame
    observed: Float[np.ndarray, "interval 2"]


def cut(
    signal: Signal, times: Float[np.ndarray, "*place"], settings: WindowSettings
) -> Float[np.ndarray, "*place lag channel"]:
    """Cut the windows around times, and compare them with their baselines."""
    starts = times[..., None] + settings.lags - settings.step_s / 2
    windows = signal.binned(starts, settings.step_s)
    if settings.baseline is None:
        return windows
    own = windows[..., settings.is_baseline(settings.baseline), :]
    count = np.isfinite(own).sum(axis=-2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        level = np.nansum(own, axis=-2, keepdims=True) / count
        if settings.baseline.method == "subtract":
            return windows - level
        scale = level
        if settings.baseline.method == "zscore":
            scale = np.sqrt(np.nansum((own - level) ** 2, axis=-2, keepdims=True) / (count - 1))
        # where nothing varies, or the mean is 0, there is no unit to measure in
        return (windows - level) / np.where(scale > 0, scale, np.nan)


def place(session: Session, settings: WindowSettings) -> pd.DataFrame:
    """Say of each moment how much of its window nobody observed, and why it is left out, if so.

    Returns
    -------
    The session's moments with `session`, `unobserved_s`, and `reason` filled in.
    """
    times = session.moments["time_s"].to_numpy(np.float64)
    start, stop = times + settings.reach[0], times + settings.reach[1]
    first, last = session.signal.span
    slack = settings.step_s / 2  # half a bin is not missed
    reason = session.moments["reason"].to_numpy(dtype=object).copy()
    unobserved = (stop - start) - _overlap(start, stop, session.observed)
    unobserved = np.where(unobserved > 1e-9, unobserved, 0.0)
    for told, is_so in (
        (BEFORE_RECORDING, start < first - slack),
        (AFTER_RECORDING, stop > last + slack),
        (UNOBSERVED, (unobserved > slack) & settings.observed_only),
    ):
        reason[(reason == "") & is_so] = told
    table = session.moments.assign(reason=reason, unobserved_s=unobserved)
    table.insert(0, "session", session.name)
    return table


def _overlap(
    start: np.ndarray, stop: np.ndarray, observed: Float[np.ndarray, "interval 2"]
) -> np.ndarray:
    low = np.maximum(start[:, None], observed[:, 0])
    high = np.minimum(stop[:, None], observed[:, 1])
    return np.asarray(np.maximum(high - low, 0).sum(axis=1))
