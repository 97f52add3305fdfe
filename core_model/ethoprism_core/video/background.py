"""What a scene looks like without its animals: medians of samples, one for each scene.

A scene is what the camera sees until a cut, a switched light or a shifted camera changes most of
the picture; it may come back. Where an animal sat in one place for most of the samples, the median
shows the animal. Once it has left, that place differs from the median, but has edges only in the
median and not in the picture: there the background is taken from those samples (`_uncover`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

CHANGED = 0.4  # share of changed pixels from which on it is another scene
_REFERENCE = 9  # samples that say what a scene looks like, while they are sorted
_FEWEST = 5  # samples that make a median
_NOISE_STEPS = 6.0
_LEAST_STEP = 10.0  # grey levels: compression alone makes smaller ones


@dataclass(frozen=True, eq=False)
class Background:
    """A scene without animals.

    Parameters
    ----------
    picture
        Its grey levels.
    tolerance
        How far a pixel may be off before it counts as changed; more where leaves or water move.
    """

    picture: UInt8[np.ndarray, "height width"]
    tolerance: UInt8[np.ndarray, "height width"]

    def difference(
        self, grey: UInt8[np.ndarray, "height width"]
    ) -> UInt8[np.ndarray, "height width"]:
        """Absolute difference from the background, brought to the picture's brightness first."""
        return cv2.absdiff(grey, _lit_like(self.picture, grey))

    def changed(self, grey: UInt8[np.ndarray, "height width"]) -> Bool[np.ndarray, "height width"]:
        """Which pixels are off by more than the tolerance."""
        return self.difference(grey) > self.tolerance


def _lit_like(picture: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """Scale `picture` to the brightness of `grey`: exposure drifts, clouds pass, lamps flicker."""
    ours, theirs = picture[::8, ::8].astype(np.float32), grey[::8, ::8].astype(np.float32)
    bright = ours > 20
    if bright.mean() < 0.2:
        return picture
    gain = float(np.clip(np.median(theirs[bright] / ours[bright]), 0.5, 2))
    return picture if abs(gain - 1) < 0.02 else cv2.convertScaleAbs(picture, alpha=gain)


def learn_backgrounds(samples: UInt8[np.ndarray, "sample height width"]) -> list[Background]:
    """Sort samples of a video into scenes, and return each scene's background.

    Scenes of fewer than five samples are left out, unless all are.
    """
    scenes = _sort(samples)
    usable = [scene for scene in scenes if len(scene) >= _FEWEST] or scenes
    return [_learn(samples[scene]) for scene in usable]


def _sort(samples: np.ndarray) -> list[list[int]]:
    """Group the samples that agree in most pixels, in order of appearance."""
    scenes: list[list[int]] = []
    references: list[np.ndarray] = []
    for number, sample in enumerate(samples):
        shares = [np.mean(_step(reference, sample) > 2 * _LEAST_STEP) for reference in references]
        best = int(np.argmin(shares)) if shares else -1
        if best < 0 or shares[best] > CHANGED:
            scenes.append([number])
            references.append(sample)
            continue
        scenes[best].append(number)
        if len(scenes[best]) <= _REFERENCE:
            references[best] = _median(samples[scenes[best]])
    return scenes


def _step(reference: np.ndarray, sample: np.ndarray) -> np.ndarray:
    return cv2.absdiff(sample, _lit_like(reference, sample))


def _median(samples: np.ndarray) -> np.ndarray:
    return np.median(samples, axis=0).astype(np.uint8)


def _learn(samples: np.ndarray) -> Background:
    first = _with_tolerance(samples, _median(samples))
    return _with_tolerance(samples, _uncover(samples, first))


def _with_tolerance(samples: np.ndarray, picture: np.ndarray) -> Background:
    off = np.stack([_step(picture, sample) for sample in samples])
    # of noise only: what is far off is an animal
    noise = float(np.sqrt(np.mean(np.minimum(off, 6).astype(np.float32) ** 2)))
    usual = 4 * 1.4826 * np.median(off, axis=0)
    tolerance = np.clip(usual, max(_LEAST_STEP, _NOISE_STEPS * noise), 80)
    return Background(picture, tolerance.astype(np.uint8))


def _uncover(samples: np.ndarray, background: Background) -> np.ndarray:
    """Replace what sat still for most of the samples by what was seen after it had left."""
    ghosts = np.stack([_ghosts(sample, background) for sample in samples])
    often = ghosts.sum(axis=0) >= max(2, 0.05 * len(samples))
    picture = background.picture.copy()
    rows, columns = np.nonzero(often)
    if len(rows):
        values = np.where(ghosts[:, rows, columns], samples[:, rows, columns], np.nan)
        picture[rows, columns] = np.nanmedian(values, axis=0)
    return picture


def _ghosts(sample: np.ndarray, background: Background) -> np.ndarray:
    """Mark blobs whose outline is an edge of the background rather than of the sample."""
    changed = background.changed(sample).astype(np.uint8)
    count, labels = cv2.connectedComponents(cv2.morphologyEx(changed, cv2.MORPH_CLOSE, _DISC))
    outline = (cv2.dilate(changed, _DISC) - cv2.erode(changed, _DISC)).astype(bool)
    spread = cv2.dilate(labels.astype(np.uint16), _DISC)[outline]
    here = np.bincount(spread, _edges(sample)[outline], count)
    there = np.bincount(spread, _edges(background.picture)[outline], count)
    ghost = there > 1.5 * here
    ghost[0] = False
    return cv2.dilate(ghost[labels].astype(np.uint8), _DISC).astype(bool)


def _edges(picture: np.ndarray) -> np.ndarray:
    x = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    y = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return cv2.magnitude(x, y)


_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


def best_background(
    backgrounds: Sequence[Background], grey: UInt8[np.ndarray, "height width"], current: int
) -> tuple[int, Float[np.ndarray, ""] | float]:
    """Return which background a picture shows, and the share of pixels that differ from it.

    The current one is kept for as long as it explains most of the picture.
    """
    share = float(np.mean(backgrounds[current].changed(grey)))
    if share <= CHANGED or len(backgrounds) == 1:
        return current, share
    shares = [float(np.mean(background.changed(grey))) for background in backgrounds]
    best = int(np.argmin(shares))
    return best, shares[best]
