import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.gaps import fill_gaps
from ethoprism_core.video.tracks import make_tracks


def tracks_of(path, confidence=1.0):
    path = np.array(path, float)
    position = np.stack([path, 2 * path], axis=1)[..., None]
    shape = np.full(position.shape, 10.0)
    seen = np.full((len(path), 1), confidence)
    return make_tracks(np.arange(len(path)) / 30, position, shape, seen, ["a"])


def test_gaps_are_bridged_and_ends_are_held():
    nan = np.nan
    tracks = tracks_of([nan, 2, nan, nan, 8, nan])
    filled = fill_gaps(tracks)
    assert filled.position.sel(individual="a", space="x").values.tolist() == [2, 2, 4, 6, 8, 8]
    assert filled.position.sel(individual="a", space="y").values.tolist() == [4, 4, 8, 12, 16, 16]
    assert filled.confidence.values[:, 0].tolist() == [0, 1, 0, 0, 1, 0]
    assert np.isnan(tracks.position.values).any()


def test_a_missing_confidence_is_none():
    assert fill_gaps(tracks_of([1, 2], np.nan)).confidence.values.tolist() == [[0], [0]]


def test_an_animal_that_is_nowhere_is_refused():
    with pytest.raises(
        EthoprismError, match=r"a is in no frame of the tracks, x\.nc, leave it out"
    ):
        fill_gaps(tracks_of([np.nan, np.nan]), "x.nc")
