"""What a candidate looks like to the encoder: the features of the window in its middle."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from jaxtyping import Float32

from ethoprism_domains.review.candidates import Candidate


def candidate_vectors(
    features: xr.Dataset, candidates: Sequence[Candidate]
) -> Float32[np.ndarray, "candidate feature"]:
    """Average the tokens of the window nearest to the middle of each candidate.

    Parameters
    ----------
    features
        The feature store of the candidates' video. Where animals are followed, the tokens are
        those of the candidate's subject if the store knows it, else of all animals.
    candidates
        All of one video.
    """
    centres = features["window"].values
    names = features["individual"].values.tolist() if "individual" in features.dims else []
    middles = [(item.start_frame + item.stop_frame - 1) / 2 for item in candidates]
    windows = [int(np.abs(centres - middle).argmin()) for middle in middles]
    needed = sorted(set(windows))
    tokens = dict(zip(needed, _read(features, needed), strict=True))
    rows = np.empty((len(candidates), features.sizes["feature"]), np.float32)
    for row, (item, window) in enumerate(zip(candidates, windows, strict=True)):
        own = tokens[window]
        if item.subject in names:
            own = own[names.index(item.subject)]
        rows[row] = own.reshape(-1, own.shape[-1]).mean(axis=0)
    return rows


def _read(features: xr.Dataset, windows: list[int]) -> np.ndarray:
    return np.asarray(features["features"].isel(window=windows).values, np.float32)
