"""Small videos with the frame number drawn into the pixels, in every awkward kind of file."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

HEIGHT, WIDTH = 64, 96
BITS_DOWN, BITS_ACROSS = 3, 4
EVEN = tuple(range(0, 60 * 40, 40))
UNEVEN = tuple(np.cumsum(np.random.default_rng(0).choice([20, 33, 40, 120], 60)).tolist())


@dataclass(frozen=True)
class Recipe:
    """How a test video is encoded; `times` are in milliseconds, one for each frame."""

    name: str
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    muxer: str | None = None
    ticks: int = 1000  # of the encoder's clock, a second
    degrees: int = 0  # by which a player turns the picture, counter-clockwise
    mirrored: bool = False
    times: tuple[int, ...] = EVEN

    def stored(self, upright: np.ndarray) -> np.ndarray:
        """The picture that a player turns into `upright`."""
        picture = np.rot90(upright, -self.degrees // 90)
        return np.ascontiguousarray(picture[:, ::-1] if self.mirrored else picture)


def x264(name: str, params: str = "keyint=20:bframes=3", **fields: object) -> Recipe:
    return Recipe(name, options={"x264-params": params}, **fields)  # type: ignore[arg-type]


RECIPES = [
    x264("b-frames.mp4"),
    x264("variable rate.mp4", times=UNEVEN),
    x264("variable-rate.mkv", times=UNEVEN),
    x264("stream.ts"),
    x264("fragmented.mp4", container={"movflags": "frag_keyframe+empty_moov"}),
    x264("open-groups.mp4", "open-gop=1:keyint=20:bframes=3"),
    x264("open-groups.ts", "open-gop=1:keyint=20:bframes=3"),
    x264("tiny-groups.ts", "keyint=3:min-keyint=1:bframes=3:scenecut=0"),
    x264("tiny-groups.mkv", "keyint=3:min-keyint=1:bframes=3:scenecut=0"),
    x264("refreshed.mp4", "intra-refresh=1:keyint=20"),
    x264("flash.flv"),
    x264("no-timestamps.h264", muxer="h264"),
    x264("b-frames.avi", ticks=25),  # the container has room for one timestamp, not for two
    x264("turned-90.mp4", degrees=90),
    x264("turned-180.mp4", degrees=180),
    x264("turned-270.mp4", degrees=270),
    x264("mirrored.mp4", mirrored=True),
    x264("ten-bit.mp4", pixel_format="yuv420p10le"),
    x264("видео ü 動画 (1).mp4"),
    x264("one.mp4", times=(0,)),
    Recipe("motion-jpeg.avi", "mjpeg", "yuvj420p", ticks=25),
    Recipe("mpeg4.avi", "mpeg4", options={"bf": "2", "g": "20"}, ticks=25),
    Recipe("program.mpg", "mpeg2video", options={"bf": "2", "g": "12"}, ticks=25),
    Recipe("grey.mkv", "ffv1", "gray"),
    Recipe("hevc.mp4", "libx265", options={"x265-params": "log-level=none:keyint=20"}),
    Recipe("vp9.webm", "libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"}),
    Recipe("animated.gif", "gif", "gray", ticks=25),
    Recipe("raw.avi", "rawvideo", ticks=25),
]
BY_NAME = {recipe.name: recipe for recipe in RECIPES}


def draw_number(number: int) -> np.ndarray:
    """Grey picture of 12 blocks, the bits of `number`, with a little noise."""
    bits = number >> np.arange(BITS_DOWN * BITS_ACROSS).reshape(BITS_DOWN, BITS_ACROSS) & 1
    levels = np.where(bits, 210, 40)
    rows = np.arange(HEIGHT) * BITS_DOWN // HEIGHT
    columns = np.arange(WIDTH) * BITS_ACROSS // WIDTH
    noise = np.random.default_rng(number).integers(-12, 13, (HEIGHT, WIDTH))
    return (levels[rows[:, None], columns] + noise).astype(np.uint8)


def number_in(picture: np.ndarray) -> int:
    """Read the number drawn into an upright picture of any size; -1 where a block is unclear."""
    height, width = picture.shape[0] // BITS_DOWN, picture.shape[1] // BITS_ACROSS
    number = 0
    for bit in range(BITS_DOWN * BITS_ACROSS):
        top, left = bit // BITS_ACROSS * height, bit % BITS_ACROSS * width
        inside = picture[
            top + height // 4 : top + height * 3 // 4, left + width // 4 : left + width * 3 // 4
        ]
        if 100 < inside.mean() < 150 or inside.std() > 40:
            return -1
        number |= int(inside.mean() > 125) << bit
    return number


def write(path: Path, recipe: Recipe) -> Path:
    """Encode numbered frames to `path`."""
    with av.open(str(path), "w", format=recipe.muxer, options=recipe.container) as file:
        stream = file.add_stream(recipe.codec, rate=25)
        stream.height, stream.width = recipe.stored(draw_number(0)).shape
        stream.pix_fmt, stream.options = recipe.pixel_format, recipe.options
        stream.codec_context.time_base = Fraction(1, recipe.ticks)
        if recipe.degrees or recipe.mirrored:
            stream.set_display_rotation(recipe.degrees, hflip=recipe.mirrored)
        for number, time in enumerate(recipe.times):
            frame = av.VideoFrame.from_ndarray(recipe.stored(draw_number(number)), "gray")
            frame.time_base, frame.pts = Fraction(1, 1000), time
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make the video of a recipe, with some of its fields changed; made once for each."""
    folder, made = tmp_path_factory.mktemp("videos"), {}

    def make(name: str, **changes: object) -> Path:
        recipe = replace(BY_NAME[name], **changes)  # type: ignore[arg-type]
        if repr(recipe) not in made:
            (folder / str(len(made))).mkdir()
            made[repr(recipe)] = write(folder / str(len(made)) / name, recipe)
        return made[repr(recipe)]

    return make


@pytest.fixture(params=RECIPES, ids=lambda recipe: recipe.name.encode("ascii", "replace").decode())
def awkward(request: pytest.FixtureRequest, make_video: Callable[..., Path]) -> tuple[Path, Recipe]:
    """Every kind of video in turn, and the recipe of it."""
    return make_video(request.param.name), request.param


@pytest.fixture(scope="session")
def read_number() -> Callable[[np.ndarray], int]:
    """Return the reader of the number that is drawn into a picture."""
    return number_in


@pytest.fixture(scope="session")
def remux(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Copy a video's packets into another file, shifted in time, some left out."""

    def copy(
        source: Path,
        name: str,
        shift: int = 0,
        keep: Callable[[int], bool] = lambda number: True,
        container: dict[str, str] | None = None,
    ) -> Path:
        target = tmp_path_factory.mktemp("remuxed") / name
        with av.open(str(source)) as old, av.open(str(target), "w", options=container or {}) as new:
            stream = new.add_stream_from_template(old.streams.video[0])
            packets = [packet for packet in old.demux(video=0) if packet.size]
            for number, packet in enumerate(packets):
                if keep(number):
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    new.mux(packet)
        return target

    return copy


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep indexes out of the user's cache folder."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_: tmp_path / "cache")
    return tmp_path / "cache"
