"""Gaps in tracks of other programs: where an animal was not found it has no place."""

import numpy as np
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.tracks import check_tracks


def fill_gaps(tracks: xr.Dataset, where: object = None) -> xr.Dataset:
    """Return tracks without holes: gaps are bridged by straight lines, ends keep the nearest place.

    What is filled in has confidence 0, so that nobody takes it for seen.

    Parameters
    ----------
    tracks
        A box dataset, with not-a-number where an animal was not found.
    where
        What to name in errors, such as the file.

    Raises
    ------
    EthoprismError
        If the tracks are no boxes, or an animal has no place in any frame.
    """
    filled = check_tracks(tracks, where).copy(deep=True)
    for number, name in enumerate(filled["individual"].values):
        boxes = [filled[part].values[:, :, number] for part in ("position", "shape")]
        known = np.isfinite(np.concatenate(boxes, axis=1)).all(axis=1)
        if not known.any():
            raise EthoprismError(f"{name} is in no frame of the tracks", where, "leave it out")
        for box in boxes:
            for column in box.T:
                column[~known] = np.interp(
                    np.flatnonzero(~known), np.flatnonzero(known), column[known]
                )
        confidence = filled["confidence"].values[:, number]
        confidence[~known | np.isnan(confidence)] = 0
    return filled
