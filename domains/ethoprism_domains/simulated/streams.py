"""Independent random streams out of one seed, the same on every machine and in every run."""

import zlib

import numpy as np

from ethoprism_core.errors import EthoprismError


def stream(seed: int, purpose: str, *keys: int) -> np.random.Generator:
    """Return the random generator of one purpose (and number) under `seed`.

    Streams of different purposes do not disturb each other: one more animal leaves the arena as it
    is. The purpose enters by its checksum, since Python's own hash of a string changes from run
    to run.

    Raises
    ------
    EthoprismError
        If the seed is negative.
    """
    if seed < 0:
        raise EthoprismError(f"expected a seed from 0, got {seed}", "seed", "use another")
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), *keys])
