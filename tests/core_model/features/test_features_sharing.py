import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethoprism_core.encoders import load_encoder, uses_every
from ethoprism_core.encoders.videoprism import VideoPrism
from ethoprism_core.features.grid import Grid
from ethoprism_core.features.sharing import BatchSizes, encode_shared
from ethoprism_core.features.windows import plan_windows
from ethoprism_core.model import VideoEncoder, VideoEncoderConfig, random_model


def make_pictures(frames, individuals=1, size=12, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (frames, individuals, size, size, 3), dtype=np.uint8)


def pairs_of(pictures, plan):
    for frame, previous in zip(plan.frames, plan.previous_frames, strict=True):
        yield pictures[frame], pictures[previous]


def shared(pictures, plan, encoder, grid=None, **kwargs):
    grid = grid or Grid(*encoder.token_shape)
    parts = encode_shared(pairs_of(pictures, plan), plan, encoder, grid, **kwargs)
    return np.concatenate(list(parts))


def window_by_window(pictures, plan, encoder):
    """Encode every window of every individual whole, by its definition."""
    last = len(pictures) - 1
    offsets = plan.frame_step * (np.arange(plan.clip_frames) - plan.clip_frames // 2)
    clips = [
        pictures[np.clip(centre + offsets, 0, last), individual]
        for centre in plan.centres
        for individual in range(pictures.shape[1])
    ]
    return encoder.encode(np.stack(clips).astype(np.float32) / 255)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.integers(1, 40),
    stride=st.integers(1, 20),
    frame_step=st.integers(1, 7),
    clip_frames=st.integers(1, 6),
    individuals=st.integers(1, 3),
    batches=st.builds(BatchSizes, st.integers(1, 9), st.integers(1, 5)),
)
def test_shared_equals_window_by_window(
    tiny_encoder, frames, stride, frame_step, clip_frames, individuals, batches
):
    encoder = tiny_encoder(clip_frames)
    plan = plan_windows(frames, clip_frames, stride, frame_step)
    pictures = make_pictures(frames, individuals)
    features = shared(pictures, plan, encoder, individuals=individuals, batches=batches)
    assert np.allclose(features, window_by_window(pictures, plan, encoder), atol=1e-6)
    encoded = [shape[0] for shape in encoder.frame_shapes]
    assert sum(encoded) == len(plan.needed) * individuals
    assert set(encoded[:-1]) <= {batches.frames}
    assert {shape[0] for shape in encoder.window_shapes[:-1]} <= {batches.windows}


@pytest.mark.parametrize(("stride", "frame_step", "frames"), [(1, 1, 20), (4, 3, 30), (50, 2, 90)])
def test_shared_equals_window_by_window_for_classical(stride, frame_step, frames):
    encoder = load_encoder("classical", frame_size=32)
    plan = plan_windows(frames, encoder.clip_frames, stride, frame_step)
    pictures = make_pictures(frames, 2, encoder.frame_size)
    features = shared(pictures, plan, encoder, individuals=2)
    assert np.allclose(features, window_by_window(pictures, plan, encoder), atol=1e-4)


def test_a_lattice_is_a_subset_of_everything_and_less_work(tiny_encoder):
    encoder, sparse = tiny_encoder(8, 24, (6, 8)), tiny_encoder(8, 24, (6, 8))
    plan = plan_windows(30, 8, 3)
    pictures = make_pictures(30, size=24)
    full = shared(pictures, plan, encoder)
    lattice = shared(pictures, plan, sparse, Grid(4, 3, 2, "lattice"))
    assert np.array_equal(lattice, full[:, [1, 3, 5, 7]][:, :, [1, 3, 5]][:, :, :, [2, 6]])
    assert {shape[1:] for shape in sparse.window_shapes} == {(8, 3, 2, 2)}


def test_features_are_kept_no_longer_than_needed(tiny_encoder):
    encoder = tiny_encoder(4)
    plan = plan_windows(400, 4, 1)
    made: list[weakref.ref] = []
    alive: list[int] = []

    def encode_frames(frames, previous):
        features = type(encoder).encode_frames(encoder, frames, previous)
        made.append(weakref.ref(features))
        alive.append(sum(ref() is not None for ref in made))
        return features

    encoder.encode_frames = encode_frames
    shared(make_pictures(400), plan, encoder, batches=BatchSizes(8, 2))
    assert max(alive) <= 3


@pytest.fixture(scope="module", params=[False, True], ids=["frames", "pairs"])
def tiny_videoprism(request):
    config = replace(VideoEncoderConfig.tiny(), pairs=request.param)
    model = random_model(lambda rngs: VideoEncoder(config, rngs=rngs), 0)
    return VideoPrism("videoprism-tiny", model, "random")


@pytest.mark.parametrize(("frames", "stride", "frame_step"), [(1, 4, 1), (11, 2, 1), (30, 9, 3)])
def test_shared_equals_window_by_window_for_videoprism(tiny_videoprism, frames, stride, frame_step):
    encoder = tiny_videoprism
    every = uses_every(encoder)
    plan = plan_windows(frames, encoder.clip_frames, stride, frame_step, every)
    pictures = make_pictures(frames, 2, encoder.frame_size)
    expected = window_by_window(pictures, plan, encoder)
    full = shared(pictures, plan, encoder, individuals=2)
    assert np.allclose(full, expected, atol=1e-4)
    lattice = shared(pictures, plan, encoder, Grid(4, 2, 2, "lattice"), individuals=2)
    assert np.allclose(lattice, expected[:, :, [1, 3]][:, :, :, [1, 3]], atol=1e-4)
