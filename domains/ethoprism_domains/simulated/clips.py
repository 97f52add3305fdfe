"""Random captioned clips without end, for training encoders.

Clip `number` of a seed is always the same, so that workers can share the numbers out and a
training run can go on where it stopped.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from ethoprism_domains.simulated.camera import resized
from ethoprism_domains.simulated.recording import Recording, simulate
from ethoprism_domains.simulated.settings import BODIES, LIGHTINGS, SceneSettings
from ethoprism_domains.simulated.streams import stream

_KEPT_IN = {
    "mouse": ("round", "square", "cage", "corridor"),
    "fly": ("round", "square", "corridor"),
    "fish": ("tank", "round"),
}
_FOLLOWED = 0.6  # share of the clips whose camera follows the first animal
_SMOOTHING = 7  # frames


class Clip(NamedTuple):
    """A short piece of footage, told in words and in labels.

    Parameters
    ----------
    frames
        The pictures, RGB.
    caption
        One sentence.
    labels
        ``body``, ``arena``, ``lighting``; ``animals`` how many; ``behavior`` what the first animal
        does most of the time, ``""`` if nothing of the ethogram; ``shares`` the part of the frames,
        0 to 1, in which the first animal does each behaviour.
    """

    frames: UInt8[np.ndarray, "time height width 3"]
    caption: str
    labels: dict[str, object]


def random_clips(
    seed: int, frames: int = 16, size: int = 144, start: int = 0, step: int = 1
) -> Iterator[Clip]:
    """Yield clips without end: numbers `start`, `start + step` and so on.

    Parameters
    ----------
    seed
        Decides them all.
    frames
        Length of each clip.
    size
        Height and width in pixels.
    start, step
        Worker w of n takes ``start=w, step=n``.
    """
    number = start
    while True:
        yield random_clip(seed, number, frames, size)
        number += step


def random_clip(seed: int, number: int, frames: int = 16, size: int = 144) -> Clip:
    """Make one clip of the endless row; see `random_clips`."""
    recording, side, followed = _draw_recording(seed, number, frames, size)
    if followed:
        pictures = [resized(picture, size) for picture in _follow(recording, side)]
        clip = np.stack(pictures)
    else:
        clip = recording.frames(0, frames)
    return Clip(clip, recording.caption(), _labels(recording))


def random_caption(seed: int, number: int, frames: int = 16, size: int = 144) -> str:
    """Tell the caption of a clip without drawing its pictures, many times faster."""
    return _draw_recording(seed, number, frames, size)[0].caption()


def _draw_recording(seed: int, number: int, frames: int, size: int) -> tuple[Recording, int, bool]:
    """Draw a recording, the side of the view, and whether that follows the first animal."""
    rng = stream(seed, "clip", number)
    followed = bool(rng.random() < _FOLLOWED)
    side = round(size * rng.uniform(0.85, 1.3)) if followed else size
    settings = _draw_settings(rng, frames, side, followed)
    return simulate(settings, int(rng.integers(1 << 62))), side, followed


def _draw_settings(
    rng: np.random.Generator, frames: int, side: int, followed: bool
) -> SceneSettings:
    body = _pick(BODIES, rng)
    fraction = float(rng.uniform(0.13, 0.2))
    # followed, the animal fills a third to a half of the view
    scene = round(side * rng.uniform(0.32, 0.5) / fraction) if followed else side
    settings = SceneSettings(
        body=body,
        arena=_pick(_KEPT_IN[body], rng),
        lighting=_pick(LIGHTINGS, rng),
        animals=int(rng.choice([1, 2, 3], p=[0.5, 0.4, 0.1])),
        frames=frames,
        fps=float(rng.uniform(18, 36)),
        size=(scene, scene),
        body_fraction=fraction,
        noise=float(rng.gamma(2.0, 2.0)),
        blur=float(rng.uniform(0.0, 1.1)),
        jpeg_quality=int(rng.choice([0, 0, 35, 60, 85])),
        objects=int(rng.choice([0, 0, 1, 2])),
    )
    return replace(settings, opening=_pick(settings.behaviors, rng))


def _follow(recording: Recording, side: int) -> Iterator[np.ndarray]:
    """Film the first animal with a view that follows it smoothly."""
    path = recording.tracks.position.to_numpy()[:, :, 0]
    reach = _SMOOTHING // 2
    padded = np.pad(path, ((reach, reach), (0, 0)), mode="edge")
    kernel = np.ones(_SMOOTHING) / _SMOOTHING
    x, y = (np.convolve(padded[:, axis], kernel, mode="valid") for axis in (0, 1))
    for number in range(len(recording)):
        yield recording.stage.film(number, (float(x[number]), float(y[number]), side))


def _labels(recording: Recording) -> dict[str, object]:
    behaviors = recording.settings.behaviors
    shares = recording.labels.to_numpy()[:, 0].mean(axis=0)
    most = int(shares.argmax())
    return {
        "body": recording.settings.body,
        "arena": recording.settings.arena,
        "lighting": recording.settings.lighting,
        "animals": recording.settings.animals,
        "behavior": behaviors[most] if shares[most] > 0 else "",
        "shares": dict(zip(behaviors, shares.tolist(), strict=True)),
    }


def _pick(options: tuple[str, ...], rng: np.random.Generator) -> str:
    return options[int(rng.integers(len(options)))]
