"""What a probe says of clips, as observations of Camtrap DP: by a machine, with its probability."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.ecology.traps import CONTENT, OBSERVATIONS, CameraTraps, make_table


def classified(
    traps: CameraTraps,
    predictions: Mapping[str, xr.Dataset],
    ethogram: Ethogram,
    by: str,
    at: datetime | None = None,
    threshold: float = 0.5,
) -> CameraTraps:
    """Give the same footage with what a probe says of it in place of the observations.

    Of each clip, content or species are those that are likelier than the threshold; else the
    likeliest one. Behaviours that are likelier than it stand with the likeliest species, joined by
    ``|``, if there is an animal.

    Parameters
    ----------
    predictions
        By `mediaID`: datasets with `probability (time, individual, behavior)`; the largest of a
        clip counts.
    ethogram
        Tells by the categories of behaviours what is a species.
    by
        Who classified: the probe's name and version.
    at
        When; now if not given.
    threshold
        Between 0 and 1.

    Raises
    ------
    EthoprismError
        If a clip is unknown, or `at` has no time zone.
    """
    at = (at or datetime.now(UTC)).replace(microsecond=0)
    if at.tzinfo is None:
        raise EthoprismError("a time without a time zone", at, "add it")
    unknown = [name for name in predictions if name not in set(traps.media["mediaID"])]
    if unknown:
        raise EthoprismError("there is no such medium", unknown[0], "name media by their mediaID")
    kinds = {item.name: item.category for item in ethogram}
    spans = _spans(traps)
    media = traps.media.set_index("mediaID")
    rows: list[dict[str, Any]] = []
    for medium, found in predictions.items():
        likely = _likely(found)
        start = media.loc[medium, "timestamp"]
        same = {
            "deploymentID": media.loc[medium, "deploymentID"],
            "mediaID": medium,
            "eventStart": start,
            "eventEnd": spans.get(medium, start),
            "observationLevel": "media",
            "classificationMethod": "machine",
            "classifiedBy": by,
            "classificationTimestamp": at,
        }
        for number, said in enumerate(_said(likely, kinds, threshold), 1):
            rows.append({"observationID": f"{medium}:{by}:{number}", **same, **said})
    return traps.observing(make_table(rows, OBSERVATIONS))


def _spans(traps: CameraTraps) -> dict[str, pd.Timestamp]:
    """Give the end of each medium, where its own observations tell it."""
    own = traps.observations[traps.observations["mediaID"] != ""]
    return {str(name): end for name, end in own.groupby("mediaID")["eventEnd"].max().items()}


def _likely(found: xr.Dataset) -> dict[str, float]:
    probability = found["probability"].max(["time", "individual"])
    names = [str(name) for name in probability["behavior"].values]
    return dict(zip(names, probability.to_numpy().astype(float).tolist(), strict=True))


def _said(
    likely: Mapping[str, float], kinds: Mapping[str, str], threshold: float
) -> list[dict[str, Any]]:
    whole = {name: value for name, value in likely.items() if kinds.get(name) != "behavior"}
    chosen = [name for name, value in whole.items() if value >= threshold]
    if not chosen and whole:
        chosen = [max(whole, key=lambda name: whole[name])]
    if not chosen:
        chosen = [""]
    did = [name for name in likely if name not in whole and likely[name] >= threshold]
    animals = [name for name in chosen if name not in CONTENT]
    doer = max(animals, key=lambda name: whole.get(name, 0.0)) if animals else None
    return [
        {
            "observationType": name if name in CONTENT else "animal",
            "scientificName": "" if name in CONTENT else name,
            "behavior": "|".join(did) if name == doer else "",
            "classificationProbability": round(float(np.clip(whole.get(name, np.nan), 0, 1)), 6),
        }
        for name in chosen
    ]
