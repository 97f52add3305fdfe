"""When animals are active: the density of their events over the hours of the day.

A circular kernel density with von Mises kernels, whose concentration follows Taylor (2008,
Computational Statistics & Data Analysis 52: 3493-3500) with the largest of the estimates of the
first three trigonometric moments, as Ridout and Linkie (2009, JABES 14: 322-337) do for camera
traps. The activity level, the mean of the density over its highest, is the share of the day that
animals are active if all of them are at the peak (Rowcliffe et al. 2014, Methods in Ecology and
Evolution 5: 1170-1179).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float
from scipy.optimize import brentq
from scipy.special import ive

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.ecology.times import CLOCKS, hours_of_day, sun_times
from ethoprism_domains.ecology.traps import OFFSET, CameraTraps
from ethoprism_domains.evaluation.bootstrap import bootstrap_weights, percentile_interval

_MOMENTS = (1, 2, 3)
_SHARPEST = 700.0  # a kernel of nine minutes: no camera's clock and no animal is truer
_CHUNK = 2000


@dataclass(frozen=True)
class ActivitySettings:
    """How activity is estimated.

    Parameters
    ----------
    clock
        One of `CLOCKS`: ``local`` (on the wall), ``sun`` (the sundial) or ``utc``.
    fewest
        Species with fewer events are left out, and told.
    replicates
        Of the bootstrap over events.
    confidence
        Of the band, at each hour by itself.
    grid
        Points of the day at which the density is given.
    sharpness
        The kernels' concentration is multiplied with it: above 1 more detail, below 1 smoother.
    seed
        Of the bootstrap.

    Raises
    ------
    EthoprismError
        If a number is out of its range, or there is no such clock.
    """

    clock: str = "local"
    fewest: int = 10
    replicates: int = 1000
    confidence: float = 0.95
    grid: int = 144
    sharpness: float | int = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.clock not in CLOCKS:
            told = f"there is no clock {self.clock!r}"
            raise EthoprismError(told, None, f"use {', '.join(CLOCKS)}")
        if not 0 < self.confidence < 1 or not self.sharpness > 0:
            raise EthoprismError("confidence must be within 0 and 1, sharpness above 0")
        if self.fewest < 2 or self.replicates < 1 or self.grid < 8:
            told = "expected at least 2 events, 1 replicate and 8 points"
            raise EthoprismError(told, None, "give larger numbers")


def von_mises_concentration(angles: Float[np.ndarray, " event"]) -> float:
    """Choose the concentration of the kernels for some angles in radians, by Taylor's rule."""
    kappa = max(_concentration(angles, moment) for moment in _MOMENTS)
    ratio = ive(2, 2 * kappa) / ive(0, kappa) ** 2
    chosen = (3 * len(angles) * kappa**2 * ratio / (4 * np.sqrt(np.pi))) ** 0.4
    return float(min(chosen, _SHARPEST))


def circular_density(
    hours: Float[np.ndarray, " event"], at: Float[np.ndarray, " hour"], concentration: float
) -> Float[np.ndarray, " hour"]:
    """Give the kernel density, per hour, of events at hours of a day of 24.

    Parameters
    ----------
    at
        The hours at which it is wanted.
    concentration
        Of the von Mises kernels.
    """
    return _kernels(hours, at, concentration).mean(axis=0)


def activity(
    events: pd.DataFrame,
    traps: CameraTraps,
    settings: ActivitySettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Estimate each species' activity over the day, from the starts of independent events.

    Parameters
    ----------
    events
        As `independent_events` gives them.
    traps
        What they were found in; its deployments tell clocks and places.
    progress
        Called with the species that are done, and all.

    Returns
    -------
    `density`, `low`, `high (species, hour)` per hour, the band by the bootstrap with the kernels of
    the whole; `level`, `level_low`, `level_high (species)`; `events (species)`; `sunrise` and
    `sunset (species)`, the mean on the same clock, NaN where a place is unknown. The attributes
    tell the clock, and `left_out` the species with too few events.

    Raises
    ------
    EthoprismError
        If no species has events enough, or sun time is asked for where longitudes are unknown.
    """
    chosen = settings or ActivitySettings()
    placed = place_events(events, traps, chosen.clock)
    counts = events["species"].value_counts()
    names = sorted(counts.index[counts >= chosen.fewest])
    if not names:
        told = f"no species has {chosen.fewest} independent events"
        raise EthoprismError(told, traps.name, "ask for fewer, or take all sites together")
    at = np.arange(chosen.grid) * 24 / chosen.grid
    parts = []
    for done, name in enumerate(names, 1):
        own = placed[placed["species"] == name]
        parts.append(_of_species(own, at, chosen).expand_dims(species=[name]))
        if progress is not None:
            progress(done, len(names))
    rare = [f"{name} ({counts[name]})" for name in sorted(set(counts.index) - set(names))]
    return xr.concat(parts, "species").assign_attrs(
        clock=chosen.clock,
        confidence=chosen.confidence,
        replicates=chosen.replicates,
        sharpness=chosen.sharpness,
        seed=chosen.seed,
        left_out=", ".join(rare),
    )


def place_events(events: pd.DataFrame, traps: CameraTraps, clock: str) -> pd.DataFrame:
    """Add to events their `hour` on a clock, and `sunrise` and `sunset` of their day on it."""
    offsets = _offsets(events, traps)
    places = traps.deployments.assign(site=traps.sites.to_numpy()).groupby("site")
    latitude, longitude = (
        events["site"].map(places[side].mean()).to_numpy(np.float64)
        for side in ("latitude", "longitude")
    )
    hour = hours_of_day(events["start"], clock, offsets, longitude)
    ahead = np.zeros(len(events))
    if clock != "sun":
        sun = hours_of_day(events["start"], "sun", offsets, np.nan_to_num(longitude))
        ahead = (hour - sun + 12) % 24 - 12
    rise, fall = (sun_times(events["start"], latitude) + ahead[:, None]).T
    unknown = np.isnan(longitude)
    return events.assign(
        hour=hour,
        sunrise=np.where(unknown, np.nan, rise),
        sunset=np.where(unknown, np.nan, fall),
    )


def _offsets(events: pd.DataFrame, traps: CameraTraps) -> Float[np.ndarray, " event"]:
    """Give how far the wall's clock was ahead of UTC: as at the medium of the site nearest in time.

    A clock may be set anew for daylight saving within a deployment.
    """
    noted = pd.concat(
        [
            traps.media[["deploymentID", "timestamp", OFFSET]],
            traps.deployments[["deploymentID", "deploymentStart", OFFSET]].rename(
                columns={"deploymentStart": "timestamp"}
            ),
        ]
    ).dropna()
    noted["site"] = noted["deploymentID"].map(traps.sites).fillna(noted["deploymentID"])
    wanted = events[["site", "start"]].reset_index(names="row").sort_values("start")
    found = pd.merge_asof(
        wanted,
        noted.sort_values("timestamp"),
        left_on="start",
        right_on="timestamp",
        by="site",
        direction="nearest",
    )
    by_row = found.set_index("row")[OFFSET].reindex(events.index)
    return by_row.fillna(0.0).to_numpy(np.float64)


def _of_species(own: pd.DataFrame, at: np.ndarray, chosen: ActivitySettings) -> xr.Dataset:
    hours = own["hour"].to_numpy(np.float64)
    kernels = _kernels(hours, at, chosen.sharpness * von_mises_concentration(hours * np.pi / 12))
    density = kernels.mean(axis=0)
    weights = bootstrap_weights(len(hours), chosen.replicates, chosen.seed)
    drawn = np.concatenate(
        [weights[start : start + _CHUNK] @ kernels for start in range(0, len(weights), _CHUNK)]
    ) / len(hours)
    low, high = percentile_interval(drawn, chosen.confidence)
    levels = percentile_interval(_levels(drawn)[:, None], chosen.confidence)
    return xr.Dataset(
        {
            "density": ("hour", density),
            "low": ("hour", low),
            "high": ("hour", high),
            "level": float(_levels(density[None])[0]),
            "level_low": float(levels[0][0]),
            "level_high": float(levels[1][0]),
            "events": len(hours),
            "sunrise": float(own["sunrise"].mean()),
            "sunset": float(own["sunset"].mean()),
        },
        coords={"hour": at},
    )


def _levels(densities: Float[np.ndarray, "replicate hour"]) -> Float[np.ndarray, " replicate"]:
    return densities.mean(axis=1) / densities.max(axis=1)


def _kernels(hours: np.ndarray, at: np.ndarray, concentration: float) -> np.ndarray:
    """Give each event's kernel at each hour; the scaled Bessel function keeps it from overflow."""
    apart = (at[None] - hours[:, None]) * np.pi / 12
    height = np.exp(concentration * (np.cos(apart) - 1)) / ive(0, concentration)
    return np.asarray(height / 24)


def _concentration(angles: np.ndarray, moment: int) -> float:
    """Solve I_m(k) / I_0(k) = the resultant length of the moment m, for k."""
    resultant = abs(np.exp(1j * moment * angles).mean())

    def excess(kappa: float) -> float:
        return float(ive(moment, kappa) / ive(0, kappa) - resultant)

    if excess(_SHARPEST) <= 0:
        return _SHARPEST
    return float(brentq(excess, 0.0, _SHARPEST))
