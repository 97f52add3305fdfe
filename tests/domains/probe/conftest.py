"""Small synthetic feature stores and samples with a signal planted in them."""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from ethoprism_domains.probe import SampleLayout, Samples, gather_samples

BEHAVIORS = ("rear", "groom")


def bouts(generator: np.random.Generator, frames: int, share: float) -> np.ndarray:
    """Draw runs of 40 to 120 frames that are present with a probability of `share`."""
    present = np.zeros(frames, np.int8)
    start = 0
    while start < frames:
        stop = start + int(generator.integers(40, 120))
        present[start:stop] = generator.random() < share
        start = stop
    return present


def make_recording(
    video: str,
    seed: int,
    individuals: int = 0,
    frames: int = 480,
    stride: int = 8,
    behaviors: tuple[str, ...] = BEHAVIORS,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Make a feature store and labels: each behaviour shifts its own features in some tokens."""
    generator = np.random.default_rng(seed)
    animals, shape, feature_dim = max(individuals, 1), (2, 1, 2), 6
    centres, times = np.arange(0, frames, stride), np.arange(frames) / 25
    labels = np.stack(
        [
            np.stack([bouts(generator, frames, 0.4) for _ in behaviors], axis=1)
            for _ in range(animals)
        ],
        axis=1,
    )
    tokens = generator.normal(size=(len(centres), animals, *shape, feature_dim))
    for number in range(len(behaviors)):
        tokens[:, :, number % 2, 0, 0, number] += 3 * labels[centres, :, number]
    store = xr.Dataset(
        coords={"window": centres, "time": ("window", times[centres])},
        attrs={
            "encoder": "classical",
            "encoder_fingerprint": "1234",
            "clip_frames": 16,
            "frame_step": 1,
            "stride": stride,
            "grid": "2x1x2",
            "crop": "follow" if individuals else "whole",
            "video": video,
            "video_fingerprint": f"fingerprint of {video}",
        },
    )
    store["frame_time"] = ("frame", times)
    dims = ("token_time", "token_row", "token_column", "feature")
    if individuals:
        names = [f"animal_{number}" for number in range(animals)]
        store = store.assign_coords(individual=names, trajectory_feature=["speed", "turning"])
        store["features"] = (("window", "individual", *dims), tokens.astype(np.float16))
        moved = generator.normal(size=(len(centres), animals, 2)).astype(np.float32)
        store["trajectory"] = (("window", "individual", "trajectory_feature"), moved)
    else:
        names = [""]
        store["features"] = (("window", *dims), tokens[:, 0].astype(np.float16))
    return store, make_labels(video, times, labels, names, behaviors)


def make_labels(
    video: str,
    times: np.ndarray,
    labels: np.ndarray,
    individuals: list[str],
    behaviors: tuple[str, ...] = BEHAVIORS,
) -> xr.Dataset:
    return xr.Dataset(
        {"labels": (("time", "individual", "behavior"), labels.astype(np.int8))},
        coords={"time": times, "individual": individuals, "behavior": list(behaviors)},
        attrs={"video": video},
    )


@pytest.fixture
def recording() -> Callable[..., tuple[xr.Dataset, xr.Dataset]]:
    return make_recording


@pytest.fixture
def labels() -> Callable[..., xr.Dataset]:
    return make_labels


@pytest.fixture(scope="session")
def samples() -> Samples:
    """Three videos of whole scenes."""
    made = [make_recording(f"video_{number}.mp4", seed=number) for number in range(3)]
    return gather_samples([store for store, _ in made], [labels for _, labels in made])


@pytest.fixture(scope="session")
def layout() -> SampleLayout:
    return SampleLayout(1, (4, 1, 4), 6, 2)
