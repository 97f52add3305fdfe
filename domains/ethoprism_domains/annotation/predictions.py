"""From a probe's predictions to events."""

import pandas as pd
import xarray as xr

from ethoprism_domains.annotation.ethogram import Ethogram
from ethoprism_domains.annotation.labels import bouts_from_labels


def predicted_bouts(predictions: xr.Dataset, ethogram: Ethogram | None = None) -> pd.DataFrame:
    """Turn predictions into events, signed with the probe; confidence is the mean probability.

    Parameters
    ----------
    predictions
        From `predict_video`.
    ethogram
        Says which behaviours are points in time.
    """
    return bouts_from_labels(
        predictions["label"],
        str(predictions.attrs["video"]),
        ethogram,
        probability=predictions["probability"],
        provenance={"labeling_method": "automated", "model": str(predictions.attrs["probe"])},
    )
