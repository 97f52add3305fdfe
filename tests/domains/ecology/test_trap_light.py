"""Day and infrared night, told from made and from real pixels."""

import cv2
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_domains.ecology import (
    LightSettings,
    dataset_of,
    light_of,
    light_table,
    read_camera_traps,
)
from ethoprism_domains.ecology.light import colourfulness


def scene(seed: int, colour: float) -> np.ndarray:
    """Coarse patches of grey, with so much colour."""
    rng = np.random.default_rng(seed)
    grey = rng.uniform(20, 220, (8, 8, 1)) + colour * rng.normal(0, 1, (8, 8, 3))
    picture = cv2.resize(grey.astype(np.float32), (160, 120), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 0, 255)


def compressed(picture: np.ndarray) -> np.ndarray:
    _, code = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 60])
    return cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1].copy()


def test_grey_stays_grey_when_compressed_noisy_or_tinted():
    limit = LightSettings().colour
    for seed in range(4):
        noise = np.random.default_rng(seed).normal(0, 6, (120, 160, 3))
        grey = scene(seed, 0)
        tinted = np.clip(grey * (1.1, 0.9, 1.05), 0, 255)
        for picture in (grey, grey + noise, tinted):
            assert colourfulness(compressed(np.clip(picture, 0, 255).astype(np.uint8))) < limit
        dull = scene(seed, 12)
        assert colourfulness(compressed(dull.astype(np.uint8))) > limit


def test_made_nights_are_told(trap_study):
    folder, clips = trap_study
    table = light_table(dataset_of(read_camera_traps(folder))).set_index("recording")
    for clip in clips:
        night = not 6.5 <= clip.time.hour + clip.time.minute / 60 < 18.5
        assert table.loc[clip.file, "light"] == ("night" if night else "day")


def test_real_nights_are_told(footage):
    for name, light in (
        ("zamba-camtrap/chimp.mp4", "day"),
        ("zamba-camtrap/baboon_106x60_1fps.avi", "day"),
        ("zamba-camtrap/hyena_80x60_1fps.avi", "night"),
        ("zamba-smallcat/ACP0006s6f-small-cat.mp4", "night"),
    ):
        with Video(footage / name) as video:
            assert light_of(video)[0] == light, name


def test_wrong_settings_are_one_line():
    with pytest.raises(EthoprismError, match="colour above 0"):
        LightSettings(colour=0)
