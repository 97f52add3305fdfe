"""The clips of ``views.py`` as batches, with the teachers' words as one set of targets."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from ethoprism_core.encoders.classical import ClassicalSettings
from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining import Batch, Targets, TargetSizes
from ethoprism_core.pretraining.data import DealtBatches

# the share that each part of what the teachers say has in a target's squared length
SHARES = {
    "motion": {"motion": 0.55, "cells": 0.1, "fine": 0.2, "coarse": 0.15},
    "looks": {"motion": 0.3, "cells": 0.15, "fine": 0.33, "coarse": 0.22},
}
# of what `classical` says, the numbers about motion come last
_MOTION = 2 * ClassicalSettings().motion_channels
_CELLS = 8  # of the targets' grid, along a side
_FARTHEST = 4.0  # standard deviations
_TRIED = 2000  # clips that the teachers' usual values are measured on


class TaughtClips:
    """All clips in memory, with the teachers' words.

    Parameters
    ----------
    folder
        What ``views.py`` has made, or is making: later shards come in with the next start.
    stress
        What matters more, a name in `SHARES`.

    Raises
    ------
    EthoprismError
        If there are no clips.
    """

    def __init__(self, folder: Path, stress: str) -> None:
        shards = [dict(np.load(path)) for path in sorted(folder.glob("*.npz"))]
        if not shards:
            raise EthoprismError("there are no clips", folder, "make them with views.py")
        self._shards = shards
        sizes = [len(shard["video"]) for shard in shards]
        self._places = [(at, row) for at, size in enumerate(sizes) for row in range(size)]
        self._told = [one for shard in shards for one in json.loads(str(shard["told"]))]
        self._shares = SHARES[stress]
        self._usual = {name: self._measure(name) for name in self._shares}

    @property
    def sizes(self) -> TargetSizes:
        """How many numbers the targets have."""
        width = sum(mean.size for mean, _ in self._usual.values())
        return TargetSizes(width + 1, 2 * width + 1)

    def __len__(self) -> int:
        return len(self._places)

    def batches(self, batch: int, seed: int) -> DealtBatches:
        """Deal them out, each time in another light."""

        def make(chosen: Sequence[int], before: int) -> Batch:
            return self._batch(chosen, np.random.default_rng([seed, before + 1]))

        return DealtBatches(make, len(self), batch, seed)

    def _batch(self, chosen: Sequence[int], rng: np.random.Generator) -> Batch:
        video = np.stack([in_another_light(self._kept("video", n), rng) for n in chosen])
        sources = tuple(self._told[number]["source"] for number in chosen)
        return Batch(video, targets=self._targets(chosen), corpus="views", sources=sources)

    def _kept(self, name: str, number: int) -> np.ndarray:
        shard, row = self._places[number]
        return self._shards[shard][name][row]

    def _said(self, name: str, number: int) -> np.ndarray:
        """Give what a teacher says of a clip, by time, row and column.

        Speeds are many small numbers and a few large ones: their roots tell both apart.
        """
        if name == "motion":
            motion = self._kept("motion", number)[..., -_MOTION:].astype(np.float32)
            return np.sign(motion) * np.sqrt(np.abs(motion))
        if name == "cells":
            return self._kept("motion", number)[..., :-_MOTION]
        return self._kept(name, number)

    def _measure(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        numbers = rng.choice(len(self), min(_TRIED, len(self)), replace=False)
        said = [self._said(name, int(number)) for number in numbers]
        values = np.concatenate([each.reshape(-1, each.shape[-1]) for each in said])
        values = values.astype(np.float32)
        return values.mean(0), values.std(0) + 1e-4

    def _targets(self, numbers: Sequence[int]) -> Targets:
        """Put together what is said of the clips.

        The loss is of angles, and would forget how much there is of anything: a number that is
        always the same stands beside the others, so that the angle tells their length.
        """
        parts = []
        for name, share in self._shares.items():
            mean, deviation = self._usual[name]
            values = np.stack([self._said(name, number) for number in numbers])
            values = np.clip((values - mean) / deviation, -_FARTHEST, _FARTHEST)
            repeats = _CELLS // values.shape[2]
            values = values.repeat(repeats, axis=2).repeat(repeats, axis=3)
            parts.append(values * np.sqrt(share / mean.size))
        tokens = np.concatenate(parts, axis=-1).astype(np.float32)
        seen = tokens.mean((1, 2, 3)), tokens.std((1, 2, 3))
        return Targets(with_one(tokens), with_one(np.concatenate(seen, axis=-1)))


def with_one(values: Float[np.ndarray, "*place number"]) -> Float[np.ndarray, "*place more"]:
    """Put the number one behind the others."""
    return np.concatenate([values, np.ones_like(values[..., :1])], axis=-1)


def in_another_light(
    clip: UInt8[np.ndarray, "time height width 3"], rng: np.random.Generator
) -> UInt8[np.ndarray, "time height width 3"]:
    """Change exposure, contrast and tint: what the teachers said of the clip stays true."""
    levels = np.linspace(0.0, 1.0, 256, dtype=np.float32)[:, None] ** rng.uniform(0.7, 1.4)
    gains = rng.uniform(0.7, 1.2) * rng.uniform(0.93, 1.07, size=3)
    table = np.clip(255 * (levels * gains + rng.uniform(-0.06, 0.06)), 0, 255).astype(np.uint8)
    return np.stack([table[:, channel][clip[..., channel]] for channel in range(3)], axis=-1)
