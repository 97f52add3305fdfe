"""Predictions on disk."""

from pathlib import Path

import xarray as xr

from ethoprism_core.errors import EthoprismError


def load_predictions(path: Path) -> xr.Dataset:
    """Read the predictions of one video into memory.

    Raises
    ------
    EthoprismError
        If the file is not there, or cannot be read as predictions.
    """
    try:
        with xr.open_dataset(path, engine="h5netcdf") as stored:
            loaded = stored.load()
        if not {"probability", "label", "individual", "behavior"} <= set(loaded.variables):
            raise ValueError("it holds no predictions")
    except (OSError, ValueError, KeyError) as error:
        told = f"no readable predictions ({' '.join(str(error).split())})"
        raise EthoprismError(told, path, "classify the video again") from error
    return loaded
