"""Named fixed parts of the picture, and windows in milliseconds."""

from pathlib import Path

import av
import numpy as np
import pytest

from ethoprism_core.encoders import load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import EmbedSettings, Grid, embed_video, open_features
from ethoprism_core.video import Rectangle, Video, cut, read_regions

REGIONS = read_regions({"face": "8,4,30,20", "paws": "50%,50%,50%,50%"})


def test_each_region_is_encoded_as_a_crop_of_it(noise_video, tmp_path: Path):
    encoder = load_encoder("classical", frame_size=32)
    with Video(noise_video(30)) as video:
        grid = Grid(*encoder.token_shape)
        together = EmbedSettings(6, 2, grid, regions=REGIONS)
        assert embed_video(video, encoder, tmp_path / "both.zarr", together)
        both = open_features(tmp_path / "both.zarr")
        for region in REGIONS:
            alone = EmbedSettings(6, 2, grid, region.rectangle(video.size))
            embed_video(video, encoder, tmp_path / f"{region.name}.zarr", alone)
            expected = open_features(tmp_path / f"{region.name}.zarr")["features"].values
            found = both["features"].sel(individual=region.name).values
            assert np.allclose(found, expected, atol=1e-3)
    assert both.attrs["crop"] == "face=8,4,30,20;paws=32,24,32,24"
    assert "trajectory" not in both


def test_all_regions_are_cut_from_one_decoding_pass(noise_video, tiny_encoder, tmp_path: Path):
    encoder = tiny_encoder()
    with Video(noise_video(30)) as video:
        decoded = []
        visit = video.visit

        def counted(frames, size=None):
            for frame, picture in visit(frames, size):
                decoded.append(frame)
                yield frame, picture

        video.visit = counted  # type: ignore[method-assign]
        embed_video(video, encoder, tmp_path / "one.zarr", EmbedSettings(3, regions=REGIONS))
        shown = cut(video[7], Rectangle(32, 24, 32, 24), encoder.frame_size)
    assert decoded == list(range(30))
    assert sum(shape[0] for shape in encoder.frame_shapes) == 2 * len(set(decoded)) + 2
    assert shown.shape == (12, 12, 3)


def test_other_regions_are_other_features(noise_video, tiny_encoder, tmp_path: Path):
    encoder, out = tiny_encoder(), tmp_path / "one.zarr"
    with Video(noise_video(20)) as video:
        assert embed_video(video, encoder, out, EmbedSettings(4, regions=REGIONS))
        assert not embed_video(video, encoder, out, EmbedSettings(4, regions=REGIONS))
        assert embed_video(video, encoder, out, EmbedSettings(4, regions=REGIONS[::-1]))


def test_what_excludes_each_other_is_refused(noise_video, tiny_encoder, tmp_path: Path):
    with pytest.raises(EthoprismError, match="exclude each other"):
        EmbedSettings(crop=Rectangle(0, 0, 5, 5), regions=REGIONS)
    with pytest.raises(EthoprismError, match="exclude each other"):
        EmbedSettings(frame_step=2, milliseconds=100)
    with pytest.raises(EthoprismError, match="a window of 0 ms"):
        EmbedSettings(milliseconds=0)
    beyond = read_regions({"face": "60,0,30,20"})
    with (
        Video(noise_video(5)) as video,
        pytest.raises(EthoprismError, match="face=60,0,30,20 is not inside"),
    ):
        embed_video(video, tiny_encoder(), tmp_path / "o.zarr", EmbedSettings(regions=beyond))


def video_at(path: Path, rate: int, frames: int) -> Path:
    """Write a video whose pictures are all alike, at a rate."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for number in range(frames):
            picture = np.full((32, 32, 3), number % 200, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        file.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("rate", "step", "stride"), [(250, 10, 20), (500, 20, 40), (25, 1, 2)])
def test_a_window_in_milliseconds_covers_them_at_any_rate(
    tiny_encoder, tmp_path: Path, rate, step, stride
):
    encoder, settings = tiny_encoder(clip_frames=4), EmbedSettings(milliseconds=160)
    with Video(video_at(tmp_path / "v.mp4", rate, 120)) as video:
        assert settings.steps(video.times, 4) == (stride, step)
        assert not settings.notices(video.times, 4)
        embed_video(video, encoder, tmp_path / "v.zarr", settings)
        store = open_features(tmp_path / "v.zarr")
        covered = video.times[4 * step] - video.times[0]
    assert covered == pytest.approx(0.160, abs=1e-6)
    assert (store.attrs["frame_step"], store.attrs["stride"]) == (step, stride)
    assert store.attrs["milliseconds"] == 160
    assert np.array_equal(store["window"][:3], [0, stride, 2 * stride])


def test_a_window_shorter_than_the_encoder_can_see_is_told(tiny_encoder):
    times = np.arange(100) / 250
    (told,) = EmbedSettings(milliseconds=20).notices(times, clip_frames=16)
    assert told.startswith("windows last 64 ms instead of 20")


def test_milliseconds_need_frame_times(tiny_encoder, noise_video, tmp_path: Path):
    with pytest.raises(EthoprismError, match="in frames"):
        EmbedSettings(milliseconds=20).steps(np.zeros(1), 4)
