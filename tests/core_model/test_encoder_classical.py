"""The encoder without weights: its two halves, and what it sees."""

import numpy as np
import pytest

from ethoprism_core.encoders import load_encoder
from ethoprism_core.encoders.classical import ClassicalEncoder, ClassicalSettings
from ethoprism_core.errors import EthoprismError

SIZE = 64
ENCODER = ClassicalEncoder(ClassicalSettings(frame_size=SIZE))
APPEARANCE = ENCODER.settings.appearance_channels
SPEED, X, Y = APPEARANCE + 3, APPEARANCE + 1, APPEARANCE + 2


def clip(seed: int = 0, frames: int = 16) -> np.ndarray:
    """Return blocks that drift over noise, uint8 (time, height, width, 3)."""
    rng = np.random.default_rng(seed)
    scene = rng.integers(0, 255, (8, 8, 3)).repeat(16, 0).repeat(16, 1)
    drift = [np.roll(scene, (n, 2 * n), (0, 1))[:SIZE, :SIZE] for n in range(frames)]
    return (np.stack(drift) * 0.8 + rng.integers(0, 30, (frames, SIZE, SIZE, 3))).astype(np.uint8)


def before(frames: np.ndarray) -> np.ndarray:
    return np.concatenate([frames[:1], frames[:-1]])


@pytest.mark.parametrize("frames", [1, 3, 16, 21])
def test_encode_is_its_two_halves(frames: int) -> None:
    clips = np.stack([clip(1, frames), clip(2, frames)])
    whole = ENCODER.encode(clips.astype(np.float32) / 255)
    cells = np.stack([ENCODER.encode_frames(one, before(one)) for one in clips])
    np.testing.assert_array_equal(ENCODER.encode_windows(cells), whole)
    assert whole.shape == (2, min(4, frames), 4, 4, ENCODER.feature_dim)
    assert whole.dtype == np.float32 and np.isfinite(whole).all()


def test_windows_share_frames_and_ignore_the_change_into_them() -> None:
    frames = clip(3, 24)
    cells = ENCODER.encode_frames(frames, before(frames))
    shared = ENCODER.encode_windows(np.stack([cells[:16], cells[8:]]))
    late = frames[8:]
    np.testing.assert_array_equal(
        shared[1], ENCODER.encode_windows(ENCODER.encode_frames(late, before(late))[None])[0]
    )


def test_every_position_is_encoded_by_itself() -> None:
    cells = ENCODER.encode_frames(clip(4), before(clip(4)))[None]
    whole = ENCODER.encode_windows(cells)
    np.testing.assert_array_equal(
        ENCODER.encode_windows(cells[:, :, 1:3, [3]]), whole[:, :, 1:3, [3]]
    )


def test_many_threads_give_what_one_frame_at_a_time_gives() -> None:
    frames = np.concatenate([clip(5), clip(6), clip(7)])
    at_once = ENCODER.encode_frames(frames, before(frames))
    one_by_one = [
        ENCODER.encode_frames(frame[None], last[None])
        for frame, last in zip(frames, before(frames), strict=True)
    ]
    np.testing.assert_array_equal(at_once, np.concatenate(one_by_one))


def test_a_still_clip_has_appearance_and_no_motion() -> None:
    still = np.repeat(clip(8, 1), 16, axis=0)
    cells = ENCODER.encode_frames(still, before(still))
    assert np.all(cells[..., APPEARANCE:] == 0)
    assert np.all(cells[..., 0] > 0) and np.all(cells[..., 4] > 0)
    tokens = ENCODER.encode_windows(cells[None])
    assert np.all(tokens[..., APPEARANCE:] == 0)


@pytest.mark.parametrize(
    ("step", "expected"),
    [((0, 2), (1, 0)), ((0, -2), (-1, 0)), ((2, 0), (0, 1)), ((-2, 0), (0, -1))],
)
def test_the_direction_of_a_moving_dot_is_seen(
    step: tuple[int, int], expected: tuple[int, int]
) -> None:
    first = np.full((SIZE, SIZE, 3), 90, np.uint8)
    first[20:28, 20:28] = 220
    second = np.roll(first, step, (0, 1))
    cell = ENCODER.encode_frames(second[None], first[None])[0]
    row, column = 1, 1  # pixels 16 to 32
    motion = cell[row, column, [X, Y]]
    assert np.argmax(np.abs(motion)) == np.argmax(np.abs(expected))
    assert np.sign(motion[np.argmax(np.abs(motion))]) == sum(expected)
    assert cell[..., SPEED].argmax() == row * 4 + column


def test_brightness_colour_and_edges_are_where_they_are() -> None:
    picture = np.zeros((1, SIZE, SIZE, 3), np.uint8)
    picture[:, :, 32:] = (200, 0, 0)
    cells = ENCODER.encode_frames(picture, picture)[0]
    level, colour = cells[..., 0], cells[..., 2]
    assert np.all(level[:, :2] == 0) and np.all(level[:, 2:] > 0.2)
    np.testing.assert_allclose(colour[:, 3], 200 / 255, rtol=1e-5)
    shares = cells[..., 5:APPEARANCE]
    assert np.all(shares[:, 1:3].argmax(axis=-1) == 0)  # the gradient points along x
    assert np.all(shares[:, 0] == 0)


def test_pictures_of_another_size_are_resampled() -> None:
    large = clip(9, 2).repeat(2, 1).repeat(2, 2)
    np.testing.assert_array_equal(
        ENCODER.encode_frames(large, before(large)),
        ENCODER.encode_frames(clip(9, 2), before(clip(9, 2))),
    )


def test_it_is_loaded_by_name_and_says_what_it_depends_on() -> None:
    encoder = load_encoder("classical")
    assert encoder.name == "classical" and encoder.clip_frames == 16
    assert encoder.token_shape == (4, 4, 4) and encoder.feature_dim == ENCODER.feature_dim
    assert encoder.fingerprint == load_encoder("classical", dtype="float32").fingerprint
    assert encoder.fingerprint != load_encoder("classical", frame_size=96).fingerprint


@pytest.mark.parametrize(
    "wish",
    [{"checkpoint": "random"}, {"dtype": "bfloat16"}, {"frame_size": 30}, {"frame_size": 16}],
)
def test_wishes_it_cannot_fulfil_are_refused(wish: dict[str, object]) -> None:
    with pytest.raises(EthoprismError):
        load_encoder("classical", **wish)  # type: ignore[arg-type]
