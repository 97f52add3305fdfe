"""What a scene looks like without its animals: medians of samples, one for each scene.

A scene is what the camera sees until a cut, a switched light or a shifted camera changes most of
the picture; it may come back.

An animal that sits in one place for most of the samples becomes part of their median. Where it is
known whether the animals are darker or brighter than what is behind them, that is undone: if a
pixel was at times much brighter than its median, the median is a dark animal there. Which of the
two they are shows in pixels that differ, in the same direction, from how they were a while before
and how they will be a while later: only a passing animal does that, not the place that it left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from jaxtyping import UInt8

CHANGED = 0.4  # share of changed pixels from which on it is another scene
_REFERENCE = 9  # samples that say what a scene looks like, while they are sorted
_FEWEST = 5  # samples that make a median
_NOISE_STEPS = 6.0
_LEAST_STEP = 10.0  # grey levels: compression alone makes smaller ones
_SELDOM = 0.4  # around the median: an animal may sit in a place for 90 % of the samples
_EVIDENCE = 50  # pixels
_DECIDED = 0.6  # share of those pixels by which one direction must lead
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True, eq=False)
class Background:
    """A scene without animals.

    Parameters
    ----------
    picture
        Its grey levels.
    tolerance
        How far a pixel may be off before it counts as changed; more where leaves or water move.
    sign
        1 where animals are brighter than the background, -1 where they are darker, 0 if unknown.
    """

    picture: UInt8[np.ndarray, "height width"]
    tolerance: UInt8[np.ndarray, "height width"]
    sign: Literal[-1, 0, 1] = 0

    def difference(
        self, grey: UInt8[np.ndarray, "height width"]
    ) -> UInt8[np.ndarray, "height width"]:
        """How much a pixel looks like an animal: its difference in the direction of `sign`.

        The background is brought to the picture's brightness first.
        """
        empty = lit_like(self.picture, grey)
        if self.sign == 0:
            return cv2.absdiff(grey, empty)
        return cv2.subtract(grey, empty) if self.sign > 0 else cv2.subtract(empty, grey)

    def changed_share(self, grey: UInt8[np.ndarray, "height width"]) -> float:
        """Share of the pixels that are off by more than the tolerance in any direction."""
        picture, grey = self.picture[::2, ::2], grey[::2, ::2]
        off = cv2.absdiff(grey, lit_like(picture, grey)) > self.tolerance[::2, ::2]
        return float(np.mean(off))


def lit_like(picture: np.ndarray, grey: np.ndarray) -> np.ndarray:
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
    sign = _sign([samples[scene] for scene in usable])
    return [_learn(samples[scene], sign) for scene in usable]


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
    return cv2.absdiff(sample, lit_like(reference, sample))


def _median(samples: np.ndarray) -> np.ndarray:
    return np.median(samples, axis=0).astype(np.uint8)


def _sign(scenes: Sequence[np.ndarray]) -> Literal[-1, 0, 1]:
    """Return whether what passes is brighter (1) or darker (-1) than what is behind it."""
    brighter = darker = 0
    for samples in scenes:
        apart = max(1, len(samples) // 24)
        now, before, after = samples[apart:-apart], samples[: -2 * apart], samples[2 * apart :]
        for grey, first, last in zip(now, before, after, strict=True):
            rise = cv2.subtract(grey, cv2.max(first, last))
            fall = cv2.subtract(cv2.min(first, last), grey)
            brighter += int((rise > 2 * _LEAST_STEP).sum())
            darker += int((fall > 2 * _LEAST_STEP).sum())
    both = brighter + darker
    if both < _EVIDENCE or abs(brighter - darker) < _DECIDED * both:
        return 0
    return 1 if brighter > darker else -1


def _learn(samples: np.ndarray, sign: Literal[-1, 0, 1]) -> Background:
    picture = _median(samples)
    least = _least_tolerance(samples, picture)
    hidden = np.zeros(picture.shape, bool)
    if sign:
        seldom = np.quantile(samples, 0.5 - _SELDOM * sign, axis=0, method="nearest")
        away = cv2.subtract(picture, seldom) if sign > 0 else cv2.subtract(seldom, picture)
        hidden = cv2.dilate((away > least).astype(np.uint8), _CROSS).astype(bool)
        picture = np.where(hidden, seldom, picture)
    off = np.stack([_step(picture, sample) for sample in samples])
    tolerance = np.clip(4 * 1.4826 * np.median(off, axis=0), least, 80)
    return Background(picture, np.where(hidden, least, tolerance).astype(np.uint8), sign)


def _least_tolerance(samples: np.ndarray, picture: np.ndarray) -> float:
    """Return what noise alone seldom reaches; what is far off is an animal and does not count."""
    small = [np.minimum(_step(picture, sample), 6).astype(np.float32) for sample in samples]
    noise = np.sqrt(np.mean([np.mean(off**2) for off in small]))
    return float(max(_LEAST_STEP, _NOISE_STEPS * noise))


def best_background(
    backgrounds: Sequence[Background], grey: UInt8[np.ndarray, "height width"], current: int
) -> tuple[int, float]:
    """Return which background a picture shows, and the share of pixels that differ from it.

    The current one is kept for as long as it explains most of the picture.
    """
    share = backgrounds[current].changed_share(grey)
    if share <= CHANGED or len(backgrounds) == 1:
        return current, share
    shares = [background.changed_share(grey) for background in backgrounds]
    best = int(np.argmin(shares))
    return best, shares[best]
