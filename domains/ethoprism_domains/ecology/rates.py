"""How long cameras watched, how often animals came by, and what they did with their time there."""

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import chi2

from ethoprism_domains.ecology.traps import CameraTraps, species_of
from ethoprism_domains.evaluation.bootstrap import bootstrap_weights, percentile_interval

EFFORT_COLUMNS = ("deployment", "site", "start", "stop", "days")
RATE_COLUMNS = ("species", "site", "events", "days", "rate", "low", "high")
BUDGET_COLUMNS = ("site", "species", "behavior", "records", "share", "seconds", "time_share")
ALL_SITES = "all sites"
NOT_TOLD = "not told"
_DAY_S = 86400
_PER = 100


def effort(traps: CameraTraps) -> pd.DataFrame:
    """Give the days that each deployment watched.

    A deployment without a start or end counts from its first or to its last medium; one that ends
    before it starts has no days that anybody knows (NaN).

    Returns
    -------
    A row a deployment, columns `EFFORT_COLUMNS`.
    """
    spans = traps.media.groupby("deploymentID")["timestamp"].agg(["min", "max"])
    names = traps.deployments["deploymentID"]
    first, last = (spans[side].reindex(names).set_axis(names.index) for side in ("min", "max"))
    start = traps.deployments["deploymentStart"].fillna(first)
    stop = traps.deployments["deploymentEnd"].fillna(last)
    days = (stop - start).dt.total_seconds() / _DAY_S
    return pd.DataFrame(
        {
            "deployment": names,
            "site": names.map(traps.sites),
            "start": start,
            "stop": stop,
            "days": days.where(days >= 0),
        }
    )


def trapping_rates(
    events: pd.DataFrame, efforts: pd.DataFrame, replicates: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Count independent events for each hundred days of watching.

    Parameters
    ----------
    events
        As `independent_events` gives them.
    efforts
        As `effort` gives it. A site where a species never came counts as well.
    replicates, seed
        Of the bootstrap.

    Returns
    -------
    A row for each species and site, and one for all sites: columns `RATE_COLUMNS`. The 95 %
    interval of a site takes events as a Poisson process (Garwood 1936); that of all sites draws
    sites with replacement, and is NaN for a single site.
    """
    days = efforts.groupby("site", sort=True)["days"].sum(min_count=1)
    rows = []
    for species in sorted(set(events["species"])):
        own = events.loc[events["species"] == species, "site"].value_counts()
        counts = own.reindex(days.index, fill_value=0).to_numpy()
        for site, count, watched in zip(days.index, counts.tolist(), days.tolist(), strict=True):
            low, high = _poisson(count)
            rows.append((species, site, count, watched, *_rates(watched, count, low, high)))
        known = days.notna().to_numpy()
        rows.append((species, *_all_sites(counts[known], days[known].to_numpy(), replicates, seed)))
    return pd.DataFrame(rows, columns=list(RATE_COLUMNS))


def time_budgets(traps: CameraTraps) -> pd.DataFrame:
    """Say what each species did, at each site and at all together.

    A clip in which several behaviours were seen counts for each of them. Where a deployment has
    observations of single media, those of whole events are left out, for they say it again. Shares
    are of the records of a species (at a site) of which somebody told a behaviour; those without
    are a row of their own, `NOT_TOLD`, without a share.

    Returns
    -------
    Columns `BUDGET_COLUMNS`; `seconds` lasts what was observed, `time_share` is NaN where that is
    nothing, as for pictures.
    """
    table = traps.observations
    seconds = (table["eventEnd"] - table["eventStart"]).dt.total_seconds().clip(lower=0).fillna(0)
    seen = pd.DataFrame(
        {
            "site": table["deploymentID"].map(traps.sites).fillna(table["deploymentID"]),
            "species": species_of(table),
            "behavior": table["behavior"].str.split("|"),
            "seconds": seconds,
        }
    )
    seen = seen[(seen["species"] != "") & _finest(table)].explode("behavior")
    seen["behavior"] = seen["behavior"].fillna("").str.strip().replace("", NOT_TOLD)
    together = pd.concat([seen, seen.assign(site=ALL_SITES)])
    key = ["site", "species", "behavior"]
    budget = together.groupby(key, as_index=False).agg(
        records=("seconds", "size"), seconds=("seconds", "sum")
    )
    told = budget["behavior"] != NOT_TOLD
    for name, of in (("share", "records"), ("time_share", "seconds")):
        whole = budget[told].groupby(key[:2])[of].transform("sum")
        budget[name] = (budget.loc[told, of] / whole.where(whole > 0)).reindex(budget.index)
    return budget[list(BUDGET_COLUMNS)]


def _finest(table: pd.DataFrame) -> pd.Series:
    """Choose observations of media; those of events where a deployment has no others."""
    of_medium = table["mediaID"] != ""
    has_media = table["deploymentID"].isin(table.loc[of_medium, "deploymentID"])
    return of_medium | ~has_media


def _rates(days: float, *counts: float | int) -> tuple[float, ...]:
    return tuple(_PER * count / days if days > 0 else np.nan for count in counts)


def _poisson(count: int) -> tuple[float, float]:
    """Give the exact 95 % interval of a Poisson mean."""
    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low), float(chi2.ppf(0.975, 2 * count + 2) / 2)


def _all_sites(
    counts: np.ndarray, days: Float[np.ndarray, " site"], replicates: int, seed: int
) -> tuple[str, int, float, float, float, float]:
    weights = bootstrap_weights(len(days), replicates, seed)
    watched = weights @ days
    drawn = np.divide(
        _PER * (weights @ counts), watched, out=np.full(len(weights), np.nan), where=watched > 0
    )
    low, high = percentile_interval(drawn[:, None], 0.95)
    (rate,) = _rates(float(days.sum()), int(counts.sum()))
    return ALL_SITES, int(counts.sum()), float(days.sum()), rate, float(low[0]), float(high[0])
