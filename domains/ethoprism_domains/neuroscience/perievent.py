"""What a signal does around moments of behaviour: its mean, a band, and whether by chance."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float, Int

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation.bootstrap import bootstrap_weights, percentile_interval
from ethoprism_domains.neuroscience.shifting import shift_test
from ethoprism_domains.neuroscience.windows import (
    NO_SIGNAL,
    Session,
    WindowSettings,
    cut,
    place,
)

_FEW_SESSIONS = 6


@dataclass(frozen=True)
class PeriEventSettings:
    """How responses are measured.

    Parameters
    ----------
    windows
        How windows are cut.
    confidence
        Of the band.
    replicates
        Bootstrap replicates of the band.
    shifts
        Of the permutation test; 0 for none.
    seed
        The same seed gives the same numbers.
    """

    windows: WindowSettings = field(default_factory=WindowSettings)
    confidence: float = 0.95
    replicates: int = 1000
    shifts: int = 1000
    seed: int = 0


@dataclass(frozen=True, eq=False)
class PeriEvent:
    """Responses to moments.

    Parameters
    ----------
    data
        `response (event, lag, channel)`; `mean, low, high, count (lag, channel)`; if tested, what
        `shift_test` gives. Coords `lag` in seconds, `channel`; of each event `event_time`,
        `session`, `video`, `subject`, `frame`. Attrs say what was asked for.
    events
        All moments, those that are left out with the `reason`.
    notices
        What the user should know.
    """

    data: xr.Dataset
    events: pd.DataFrame
    notices: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Give a row for each channel and lag, without the single events."""
        own = [name for name, item in self.data.items() if item.dims == ("lag", "channel")]
        tidy = self.data[own].to_dataframe().reset_index()
        return tidy.sort_values(["channel", "lag"], kind="stable", ignore_index=True)[
            ["channel", "lag", *map(str, own)]
        ]

    def channels(self) -> pd.DataFrame:
        """Give a row for each channel: where its mean is furthest from chance, and p values."""
        if "z" not in self.data:
            return pd.DataFrame({"channel": self.data["channel"].to_numpy()})
        z = self.data["z"].transpose("lag", "channel").to_numpy()
        at = np.nan_to_num(np.abs(z), nan=-1.0).argmax(axis=0)
        every = np.arange(z.shape[1])
        return pd.DataFrame(
            {
                "channel": self.data["channel"].to_numpy(),
                "events": self.data.sizes["event"],
                "peak_lag_s": self.data["lag"].to_numpy()[at],
                "peak_mean": self.data["mean"].to_numpy()[at, every],
                "peak_z": z[at, every],
                "p": self.data["p"].to_numpy(),
                "p_all": self.data["p_all"].to_numpy(),
            }
        )


def peri_event(
    sessions: Sequence[Session],
    settings: PeriEventSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PeriEvent:
    """Measure the response of signals around moments.

    The mean is over all events of all sessions. The band comes from events drawn again, with
    several sessions from whole sessions drawn again: events of one animal are not independent.

    Raises
    ------
    EthoprismError
        If sessions have other channels, or no moment is left.
    """
    settings = settings or PeriEventSettings()
    if not sessions or len({session.signal.channels for session in sessions}) > 1:
        raise EthoprismError("the sessions have no channels in common", None, "measure each alone")
    events, windows = _responses(sessions, settings.windows)
    used = events[events["reason"] == ""]
    if used.empty:
        raise EthoprismError("no moment is left", None, _left_out(events) or "none was coded")
    data = _dataset(windows, used, sessions[0].signal.channels, settings)
    data = data.assign(_band(windows, used, settings))
    if settings.shifts:
        own = [
            used.loc[used["session_number"] == number, "time_s"].to_numpy(np.float64)
            for number in range(len(sessions))
        ]
        test = shift_test(sessions, own, settings.windows, settings.shifts, settings.seed, progress)
        data = data.merge(test)
    return PeriEvent(data, events.drop(columns="session_number"), _notices(events, sessions))


def _responses(
    sessions: Sequence[Session], settings: WindowSettings
) -> tuple[pd.DataFrame, Float[np.ndarray, "event lag channel"]]:
    """Give all moments, and the windows of those that are used."""
    tables, parts = [], []
    for number, session in enumerate(sessions):
        table = place(session, settings).reset_index(drop=True)
        taken = np.flatnonzero(table["reason"] == "")
        windows = cut(session.signal, table["time_s"].to_numpy(np.float64)[taken], settings)
        is_known = np.isfinite(windows).any(axis=(1, 2))
        table.loc[taken[~is_known], "reason"] = NO_SIGNAL
        tables.append(table.assign(session_number=number))
        parts.append(windows[is_known])
    full = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(full, ignore_index=True), np.concatenate(parts)


def _dataset(
    windows: Float[np.ndarray, "event lag channel"],
    used: pd.DataFrame,
    channels: tuple[str, ...],
    settings: PeriEventSettings,
) -> xr.Dataset:
    cutting = settings.windows
    baseline = cutting.baseline
    said = "none"
    if baseline is not None:
        said = f"{baseline.method} from {baseline.start_s} to {baseline.stop_s} s"
    names = {"time_s": "event_time", "session": "session", "video": "video", "subject": "subject"}
    coords = {new: ("event", used[old].to_numpy(dtype=object)) for old, new in names.items()}
    coords["event_time"] = ("event", used["time_s"].to_numpy(np.float64))
    coords["frame"] = ("event", used["frame"].to_numpy(np.int64))
    for name in ("session", "video", "subject"):
        coords[name] = ("event", used[name].to_numpy(dtype=object).astype(str))
    return xr.Dataset(
        {"response": (("event", "lag", "channel"), windows)},
        coords={**coords, "lag": cutting.lags, "channel": list(channels)},
        attrs={
            "behavior": str(used["behavior"].iloc[0]),
            "step_s": cutting.step_s,
            "baseline": said,
            "confidence": settings.confidence,
            "replicates": settings.replicates,
            "shifts": settings.shifts,
            "seed": settings.seed,
        },
    )


def _band(
    windows: Float[np.ndarray, "event lag channel"],
    used: pd.DataFrame,
    settings: PeriEventSettings,
) -> dict[str, tuple[tuple[str, str], np.ndarray]]:
    """Give mean, band and count of each lag and channel."""
    session = used["session_number"].to_numpy(np.int64)
    several = len(np.unique(session)) > 1
    group = np.unique(session, return_inverse=True)[1] if several else np.arange(len(used))
    sums, counts = _grouped(windows, group)
    weights = bootstrap_weights(len(sums), settings.replicates, settings.seed)
    shape = windows.shape[1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums.sum(axis=0) / counts.sum(axis=0)
        drawn = (weights @ sums.reshape(len(sums), -1)) / (weights @ counts.reshape(len(sums), -1))
    low, high = percentile_interval(drawn, settings.confidence)
    grid = ("lag", "channel")
    return {
        "mean": (grid, mean),
        "low": (grid, low.reshape(shape)),
        "high": (grid, high.reshape(shape)),
        "count": (grid, counts.sum(axis=0).astype(np.int64)),
    }


def _grouped(
    windows: Float[np.ndarray, "event lag channel"], group: Int[np.ndarray, " event"]
) -> tuple[np.ndarray, np.ndarray]:
    sums = np.zeros((int(group.max()) + 1, *windows.shape[1:]))
    counts = np.zeros_like(sums)
    np.add.at(sums, group, np.nan_to_num(windows))
    np.add.at(counts, group, np.isfinite(windows))
    return sums, counts


def _left_out(events: pd.DataFrame) -> str:
    """Say how many moments were left out, and why."""
    reasons = Counter(reason for reason in events["reason"] if reason)
    return "; ".join(f"{count} because {reason}" for reason, count in reasons.items())


def _notices(events: pd.DataFrame, sessions: Sequence[Session]) -> tuple[str, ...]:
    notices = []
    if left := _left_out(events):
        notices.append(f"moments left out: {left}")
    used = events[events["reason"] == ""]
    partly = int((used["unobserved_s"] > 0).sum())
    if partly:
        notices.append(f"{partly} windows reach into what nobody observed")
    number = used["session"].nunique()
    if len(sessions) > 1 and number < _FEW_SESSIONS:
        notices.append(f"the band stands on {number} sessions only, it is too narrow")
    return tuple(notices)
