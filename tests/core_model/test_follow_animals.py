"""Animals are followed through films of discs whose places are known exactly."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_core.video.follow import follow_animals, is_fixed_camera, square_crops
from ethoprism_core.video.tracks import TrackEvent, track_events, track_notices

HEIGHT, WIDTH, RATE = 240, 320, 30
Film = Callable[..., Video]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Write grey pictures as a video, and open it."""

    def make(pictures: Iterable[np.ndarray], rate: int = RATE) -> Video:
        path = tmp_path / "film.mp4"
        with av.open(str(path), "w") as file:
            stream = file.add_stream("libx264", rate=rate)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.options = {"preset": "ultrafast", "crf": "10"}
            for picture in pictures:
                file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "gray")))
            file.mux(stream.encode())
        return Video(path, cache_dir=tmp_path)

    return make


def floor(seed: int = 0, level: float = 150.0, width: int = WIDTH) -> np.ndarray:
    """Grey levels of an uneven floor with lines."""
    coarse = np.random.default_rng(seed).normal(0, 12, (HEIGHT // 8, width // 8))
    texture = cv2.resize(coarse.astype(np.float32), (width, HEIGHT)) + level
    for x in range(40, width, 70):
        texture[:, x : x + 3] += 25
    return texture


def paint(
    scene: np.ndarray,
    places: Sequence[Sequence[float]] | np.ndarray,
    level: float = 30.0,
    noise: float = 2.0,
    seed: int = 0,
) -> np.ndarray:
    """Return a noisy picture of discs of 18 pixels at `places` (x, y)."""
    picture = scene + np.random.default_rng(seed).normal(0, noise, scene.shape)
    picture = picture.astype(np.float32)
    for x, y in places:
        middle = round((x - 0.5) * 16), round((y - 0.5) * 16)
        cv2.circle(picture, middle, 9 * 16, level, -1, cv2.LINE_AA, shift=4)
    return picture.clip(0, 255).astype(np.uint8)


def curve(frames: int = 120) -> np.ndarray:
    """Return a path through the arena, (time, 2)."""
    angle = np.linspace(0, 2.5 * np.pi, frames)
    return np.stack([160 + 100 * np.cos(angle), 120 + 70 * np.sin(angle)], axis=1)


def line(start: Sequence[float], stop: Sequence[float], frames: int) -> np.ndarray:
    return np.linspace(start, stop, frames)


def filmed(film: Film, paths: Sequence[np.ndarray], **look: float) -> Video:
    scene = floor(level=look.pop("floor", 150.0))
    places = np.stack(paths, axis=1)
    return film(paint(scene, here, seed=n, **look) for n, here in enumerate(places))


def errors(tracks: xr.Dataset, paths: Sequence[np.ndarray]) -> np.ndarray:
    """Return distances from the truth (time, animal), the animals named by their first places."""
    found = tracks["position"].transpose("time", "individual", "space").values
    truth = np.stack(paths, axis=1)
    first = np.linalg.norm(found[0][:, None] - truth[0][None], axis=2)
    return np.linalg.norm(found[:, first.argmin(axis=0)] - truth, axis=2)


def kinds(tracks: xr.Dataset) -> list[str]:
    return [event.kind for event in track_events(tracks)]


def the(kind: str, tracks: xr.Dataset) -> TrackEvent:
    (event,) = [event for event in track_events(tracks) if event.kind == kind]
    return event


@pytest.mark.parametrize(
    "look",
    [
        {},
        {"level": 250.0, "floor": 90.0},
        {"level": 75.0, "floor": 40.0, "noise": 7.0},  # a night camera
    ],
    ids=["dark", "bright", "infrared"],
)
def test_one_animal_is_found_in_every_frame(film: Film, look: dict[str, float]) -> None:
    path = curve()
    tracks = follow_animals(filmed(film, [path], **look), 1)
    assert errors(tracks, [path]).max() < 3
    assert (tracks["confidence"] == 1).all()
    assert kinds(tracks) == []
    np.testing.assert_allclose(tracks["shape"], 18, atol=6)
    np.testing.assert_allclose(tracks["length"].median(), 18, atol=3)


def test_crossing_animals_keep_their_names_and_the_meeting_is_noted(film: Film) -> None:
    paths = [line((40, 60), (280, 180), 90), line((40, 182), (280, 62), 90)]
    tracks = follow_animals(filmed(film, paths), 2)
    assert errors(tracks, paths).max() < 9
    merge = the("merge", tracks)
    assert merge.start_frame < 45 < merge.stop_frame
    assert merge.stop_frame - merge.start_frame < 20
    assert merge.individuals == ("animal_1", "animal_2")
    assert (tracks["confidence"].isel(time=44) == 0.5).all()


def test_a_blob_of_two_is_shared_beside_a_third(film: Film) -> None:
    stay = np.tile([[160.0, 120.0]], (40, 1))
    left = np.concatenate(
        [line((40, 120), (160, 112), 40), stay - np.array([0, 8]), line((160, 112), (40, 60), 40)]
    )
    right = np.concatenate(
        [
            line((280, 122), (160, 128), 40),
            stay + np.array([0, 8]),
            line((160, 128), (280, 200), 40),
        ]
    )
    third = np.stack([line((30, 220), (290, 225), 120)[:, 0], np.full(120, 222.0)], axis=1)
    paths = [left, right, third]
    tracks = follow_animals(filmed(film, paths), 3)
    off = errors(tracks, paths)
    assert off[:35].max() < 3 and off[90:].max() < 3
    assert np.median(off[45:75]) < 6
    merge = the("merge", tracks)
    assert merge.start_frame < 45 and merge.stop_frame > 75


def test_an_animal_that_mostly_sits_still_is_no_background(film: Film) -> None:
    sits = np.tile([[90.0, 100.0]], (100, 1))
    path = np.concatenate([sits, line((90, 100), (260, 180), 40)])
    tracks = follow_animals(filmed(film, [path]), 1)
    assert errors(tracks, [path]).max() < 3
    assert (tracks["confidence"] == 1).all()


@pytest.mark.parametrize("second", [floor(level=235.0), floor(seed=5)], ids=["light", "cut"])
def test_another_light_and_another_scene_are_other_backgrounds(
    film: Film, second: np.ndarray
) -> None:
    path = curve(160)
    first = floor(level=60.0)
    tracks = follow_animals(
        film(paint(first if n < 90 else second, [xy], 10.0, seed=n) for n, xy in enumerate(path)), 1
    )
    assert the("scene", tracks).start_frame == 90
    assert errors(tracks, [path]).max() < 3
    assert "a new background" in track_notices(tracks)[0]


def test_a_hand_before_the_camera_keeps_the_last_place(film: Film) -> None:
    path = curve(150)
    pictures = [paint(floor(), [xy], seed=n) for n, xy in enumerate(path)]
    for n in range(60, 63):
        pictures[n] = paint(floor(seed=3, level=60), [])
    tracks = follow_animals(film(pictures), 1)
    assert the("unexplained", tracks) == TrackEvent("unexplained", 60, 63)
    assert (tracks["confidence"].values[60:63] == 0).all()
    assert errors(tracks, [path]).max() < 3


def test_hidden_animals_are_bridged_for_a_second_and_then_stay(film: Film) -> None:
    path = line((40, 60), (280, 180), 180)
    pictures = [
        paint(floor(), [] if 40 <= n < 55 or n >= 120 else [xy], seed=n)
        for n, xy in enumerate(path)
    ]
    tracks = follow_animals(film(pictures), 1)
    assert errors(tracks, [path])[:120].max() < 3
    assert (tracks["confidence"].values[40:55] == 0).all()
    last = tracks["position"].values[120:, :, 0]
    np.testing.assert_allclose(last, np.tile(path[119], (60, 1)), atol=3)
    assert the("lost", tracks) == TrackEvent("lost", 120, 180, ("animal_1",))


def whole_picture(tracks: xr.Dataset) -> bool:
    centred = np.allclose(tracks["position"].values, np.array([[WIDTH / 2], [HEIGHT / 2]]))
    squares = square_crops(tracks)
    return centred and np.allclose(squares, [WIDTH / 2, HEIGHT / 2, WIDTH])


def test_a_moving_camera_is_recognised(film: Film) -> None:
    world = floor(width=800)
    video = film(paint(world[:, 3 * n : 3 * n + WIDTH], [(160, 120)], seed=n) for n in range(90))
    assert not is_fixed_camera(video)
    tracks = follow_animals(video, 2)
    assert the("moving camera", tracks) == TrackEvent(
        "moving camera", 0, 90, ("animal_1", "animal_2")
    )
    assert whole_picture(tracks)


def test_flickering_light_is_no_moving_camera(film: Film) -> None:
    """A lamp on alternating current beats with the camera's shutter."""
    light = 0.75 + 0.25 * np.sin(np.arange(90) * 0.7)
    scenes = (light[n] * floor(level=180) for n in range(90))
    video = film(paint(scene, [(160, 120)], seed=n) for n, scene in enumerate(scenes))
    assert is_fixed_camera(video)


def test_a_bare_floor_is_no_moving_camera(film: Film) -> None:
    bare = np.full((HEIGHT, WIDTH), 40, np.uint8)
    stripes = np.random.default_rng(0).integers(90, 255, (24, 32), np.uint8)

    def picture(left: int) -> np.ndarray:
        scene = bare.copy()
        scene[100:124, left : left + 32] = stripes  # the only corners there are
        return scene

    assert is_fixed_camera(film(picture(20 + 2 * n) for n in range(90)))


def test_where_nothing_moves_the_whole_picture_is_used(film: Film) -> None:
    video = film(paint(floor(), [(100, 100)], seed=n) for n in range(60))
    assert is_fixed_camera(video)
    tracks = follow_animals(video, 1)
    assert kinds(tracks) == ["never seen"]
    assert whole_picture(tracks)


def test_a_short_video_teaches_no_background(film: Film) -> None:
    tracks = follow_animals(filmed(film, [curve(20)]), 1)
    assert kinds(tracks) == ["too short"]
    assert whole_picture(tracks)


def test_one_frame_a_second_is_enough(film: Film) -> None:
    path = curve(60)
    pictures = [paint(floor(), [xy], seed=n) for n, xy in enumerate(path)]
    tracks = follow_animals(film(pictures, rate=1), 1)
    assert errors(tracks, [path]).max() < 3


def test_the_same_video_gives_the_same_tracks_and_tells_how_far_it_is(film: Film) -> None:
    video = filmed(film, [curve(60)])
    told: list[tuple[int, int]] = []
    first = follow_animals(video, 1, progress=lambda done, total: told.append((done, total)))
    xr.testing.assert_identical(first, follow_animals(video, 1))
    assert told == [(n + 1, 60) for n in range(60)]


def test_no_animal_to_follow_is_a_mistake(film: Film) -> None:
    with pytest.raises(EthoprismError, match="at least 1, 0"):
        follow_animals(filmed(film, [curve(5)]), 0)


@pytest.mark.slow
def test_two_flies_keep_their_names_for_two_minutes(footage: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(footage / "sleap-flies" / "predictions.analysis.h5") as file:
        bodies = np.nanmean(file["tracks"][:, :, 1:3], axis=2)  # thorax and abdomen
    with Video(footage / "sleap-flies" / "20190128_113421.120s.mp4") as video:
        tracks = follow_animals(video, 2)
    off = errors(tracks, list(bodies.transpose(0, 2, 1)))
    assert np.median(off) < 20 and off.max() < 50
