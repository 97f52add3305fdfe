"""The pixels of one blob shared among the animals that it holds."""

import numpy as np
from jaxtyping import Float, Int

from ethoprism_core.video.detect import Blob


def first_guess(
    blob: Blob, count: int
) -> tuple[Float[np.ndarray, "animal 2"], Float[np.ndarray, "animal 2 2"]]:
    """Return places and shapes of `count` animals along a blob's long axis."""
    values, vectors = np.linalg.eigh(blob.spread)
    along = (np.arange(count) - (count - 1) / 2) / count * 4 * np.sqrt(values[1])
    return blob.centre + along[:, None] * vectors[:, 1], np.stack(count * [blob.spread / count])


def split_blob(
    blob: Blob, centres: Float[np.ndarray, "animal 2"], spreads: Float[np.ndarray, "animal 2 2"]
) -> list[Blob]:
    """Share the pixels of a blob among the animals that it holds.

    Hard expectation maximisation of a Gaussian for each animal (Celeux and Govaert 1992), from
    where the animals should be and with the shapes that they had; shapes may bend halfway.

    Returns
    -------
    One blob an animal; an animal that lost all pixels to the others keeps those nearest to it.
    """
    places, shapes = centres.astype(float).copy(), spreads.astype(float).copy()
    owner = _nearest(blob.pixels, places, shapes)
    for _ in range(8):
        for n in range(len(places)):
            mine = blob.pixels[owner == n]
            if len(mine) > 2:
                part = Blob(mine, blob.contrast)
                places[n] = part.centre
                shapes[n] = (spreads[n] + part.spread) / 2
        before, owner = owner, _nearest(blob.pixels, places, shapes)
        if np.array_equal(before, owner):
            break
    return [_part(blob, owner == n, places[n]) for n in range(len(places))]


def _nearest(
    pixels: Int[np.ndarray, "pixel 2"], places: np.ndarray, shapes: np.ndarray
) -> Int[np.ndarray, " pixel"]:
    """Return for each pixel the Gaussian that makes it likeliest."""
    away = pixels[None] - places[:, None]
    squared = np.einsum("npi,nij,npj->np", away, np.linalg.inv(shapes), away)
    return np.argmin(squared + np.log(np.linalg.det(shapes))[:, None], axis=0)


def _part(blob: Blob, mine: np.ndarray, place: np.ndarray) -> Blob:
    if not mine.any():
        mine = np.argsort(np.linalg.norm(blob.pixels - place, axis=1))[:4]
    return Blob(blob.pixels[mine], blob.contrast)
