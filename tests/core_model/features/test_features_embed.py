from pathlib import Path

import numpy as np
import pytest

from ethoprism_core.encoders import load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import EmbedSettings, Grid, embed_video, open_features
from ethoprism_core.features.store import partial_path
from ethoprism_core.video import Crop, Rectangle, Video, cut
from ethoprism_core.video.follow import square_crops
from ethoprism_core.video.tracks import make_tracks


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out" / "noise.zarr"


def definition(video, encoder, centres, frame_step, picture):
    """Encode each window whole; `picture(frame)` is what the encoder is shown of a frame."""
    last = len(video) - 1
    offsets = frame_step * (np.arange(encoder.clip_frames) - encoder.clip_frames // 2)
    clips = [np.stack([picture(f) for f in np.clip(c + offsets, 0, last)]) for c in centres]
    return encoder.encode(np.stack(clips).astype(np.float32) / 255)


@pytest.mark.parametrize("uses_every", [1, 2])
@pytest.mark.parametrize(
    ("frames", "stride", "frame_step"), [(1, 8, 1), (3, 1, 1), (50, 4, 1), (47, 5, 3), (90, 40, 2)]
)
def test_a_store_holds_each_window_as_it_is_defined(
    noise_video, tiny_encoder, out, frames, stride, frame_step, uses_every
):
    encoder = tiny_encoder(uses_every=uses_every)
    settings = EmbedSettings(stride, frame_step, Grid(*encoder.token_shape))
    with Video(noise_video(frames)) as video:
        assert embed_video(video, encoder, out, settings)
        shown = dict(video.stream(size=(encoder.frame_size, encoder.frame_size)))
        dataset = open_features(out)
        centres = dataset.window.values
        expected = definition(video, encoder, centres, frame_step, shown.__getitem__)
        assert np.array_equal(dataset.time, video.times[centres])
        assert np.array_equal(dataset.frame_time, video.times)
    assert np.allclose(dataset.features, expected, atol=1e-3)


def test_classical_features_equal_their_definition_in_an_arena(noise_video, out):
    encoder = load_encoder("classical", frame_size=32)
    arena = Rectangle(10, 4, 40, 30)
    settings = EmbedSettings(6, 2, Grid(*encoder.token_shape), arena)
    with Video(noise_video(40)) as video:
        embed_video(video, encoder, out, settings)
        dataset = open_features(out)
        expected = definition(
            video, encoder, dataset.window.values, 2, lambda f: cut(video[f], arena, 32)
        )
    error = np.abs(dataset.features.values.astype(np.float32) - expected)
    assert (error <= 1e-3 * np.maximum(1, np.abs(expected))).all()
    assert dataset.attrs["crop"] == "10,4,40,30"


def wandering_tracks(video, individuals=2):
    """Boxes that move some pixels a frame, partly out of the picture."""
    frames = np.arange(len(video))[:, None, None]
    phase = np.arange(individuals)
    position = np.concatenate([32 + 30 * np.sin(frames / 7 + phase), 20 + frames % 25 + phase], 1)
    return make_tracks(
        video.times,
        position,
        np.full(position.shape, 12.0),
        np.ones((len(video), individuals)),
        [f"fly {n}" for n in range(individuals)],
    )


def test_followed_animals_are_encoded_in_their_squares(noise_video, out):
    encoder = load_encoder("classical", frame_size=32)
    with Video(noise_video(30)) as video:
        tracks = wandering_tracks(video)
        embed_video(video, encoder, out, EmbedSettings(7, 2), tracks)
        dataset = open_features(out)
        squares = square_crops(tracks)
        for window, centre in enumerate(dataset.window.values):
            frames = np.clip(centre + 2 * (np.arange(16) - 8), 0, 29)
            for individual in range(2):
                crops = [Crop(*squares[f, individual]) for f in frames]
                shown = np.stack([cut(video[f], c, 32) for f, c in zip(frames, crops, strict=True)])
                before = np.concatenate([shown[:1], shown[:-1]])
                expected = encoder.encode_windows(encoder.encode_frames(shown, before)[None])[0]
                stored = dataset.features.values[window, individual].astype(np.float32)
                assert np.allclose(stored, expected, rtol=2e-3, atol=1e-3)
    assert dataset.individual.values.tolist() == ["fly 0", "fly 1"]
    assert dataset.attrs["crop"] == "follow"
    assert dataset.trajectory.sizes["window"] == dataset.sizes["window"]


def test_other_tracks_are_computed_anew(noise_video, tiny_encoder, out):
    with Video(noise_video(20)) as video:
        tracks = wandering_tracks(video)
        assert embed_video(video, tiny_encoder(), out, tracks=tracks)
        assert not embed_video(video, tiny_encoder(), out, tracks=tracks.copy(deep=True))
        tracks["position"] += 1
        assert embed_video(video, tiny_encoder(), out, tracks=tracks)


def test_tracks_that_do_not_fit_are_refused(noise_video, tiny_encoder, out):
    with Video(noise_video(20)) as video:
        tracks = wandering_tracks(video)
        with pytest.raises(EthoprismError, match="the tracks have 19 frames, the video 20"):
            embed_video(video, tiny_encoder(), out, tracks=tracks.isel(time=slice(19)))
        tracks["position"][5:8, :, 1] = np.nan
        with pytest.raises(EthoprismError, match="fly 1 has no place in frame 5"):
            embed_video(video, tiny_encoder(), out, tracks=tracks)


def test_the_attributes_say_what_it_is(noise_video, tiny_encoder, out):
    with Video(noise_video(20)) as video:
        embed_video(video, tiny_encoder(), out, EmbedSettings(4))
        attributes = open_features(out).attrs
        assert attributes["video_fingerprint"] == video.index.fingerprint
    for name, value in {
        "encoder": "tiny",
        "encoder_fingerprint": "tiny-1",
        "clip_frames": 4,
        "frame_step": 1,
        "stride": 4,
        "grid": "4x3x3",
        "crop": "whole",
        "video": "noise.mp4",
        "video_frames": 20,
    }.items():
        assert attributes[name] == value


def test_a_second_run_does_nothing(noise_video, tiny_encoder, out):
    encoder = tiny_encoder()
    with Video(noise_video(20)) as video:
        assert embed_video(video, encoder, out)
        encoder.frame_shapes.clear()
        assert not embed_video(video, encoder, out)
    assert encoder.frame_shapes == []


@pytest.mark.parametrize(
    "changed",
    [
        EmbedSettings(stride=4),
        EmbedSettings(frame_step=2),
        EmbedSettings(grid=Grid(2, 2, 2)),
        EmbedSettings(grid=Grid(4, 3, 3, "lattice")),
        EmbedSettings(crop=Rectangle(0, 0, 30, 30)),
    ],
)
def test_changed_settings_are_computed_anew(noise_video, tiny_encoder, out, changed):
    with Video(noise_video(20)) as video:
        embed_video(video, tiny_encoder(), out)
        before = open_features(out).attrs["key"]
        assert embed_video(video, tiny_encoder(), out, changed)
    assert open_features(out).attrs["key"] != before


def test_a_moved_video_keeps_its_features_and_a_changed_one_does_not(
    noise_video, tiny_encoder, out
):
    with Video(noise_video(20, "a.mp4")) as video:
        embed_video(video, tiny_encoder(), out)
    with Video(video.path.rename(video.path.with_name("b.mp4"))) as moved:
        assert not embed_video(moved, tiny_encoder(), out)
    with Video(noise_video(21, "a.mp4")) as changed:
        assert embed_video(changed, tiny_encoder(), out)


def test_an_interrupted_run_goes_on_from_its_last_whole_chunk(
    noise_video, tiny_encoder, out, monkeypatch
):
    monkeypatch.setattr("ethoprism_core.features.store._CHUNK_BYTES", 2 * 4 * 3 * 3 * 2 * 10)
    settings = EmbedSettings(1, 1, Grid(4, 3, 3))
    with Video(noise_video(120)) as video:
        embed_video(video, tiny_encoder(), out.with_name("whole.zarr"), settings)
        with pytest.raises(KeyboardInterrupt):
            embed_video(video, tiny_encoder(), out, settings, progress=interrupt_at(90))
        assert not out.exists()
        assert partial_path(out).exists()
        again = tiny_encoder()
        embed_video(video, again, out, settings)
    assert np.array_equal(
        open_features(out).features, open_features(out.with_name("whole.zarr")).features
    )
    assert sum(shape[0] for shape in again.window_shapes) <= 75


def interrupt_at(frame):
    def progress(done, total):
        assert total == 120
        if done == frame:
            raise KeyboardInterrupt

    return progress


def test_progress_ends_with_the_last_frame(noise_video, tiny_encoder, out):
    told = []
    with Video(noise_video(33)) as video:
        embed_video(video, tiny_encoder(), out, progress=lambda *numbers: told.append(numbers))
    assert told[-1] == (33, 33)
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (EmbedSettings(grid=Grid(5, 1, 1)), "the encoder has no such grid, 5x1x1"),
        (
            EmbedSettings(crop=Rectangle(0, 0, 65, 10)),
            "the crop 0,0,65,10 is not inside .*64 pixels wide and 48 high",
        ),
    ],
)
def test_settings_that_do_not_fit_are_refused(noise_video, tiny_encoder, out, settings, message):
    with (
        Video(noise_video(5)) as video,
        pytest.raises(EthoprismError, match=message),
    ):
        embed_video(video, tiny_encoder(), out, settings)
    assert not out.parent.exists()


@pytest.mark.parametrize("wrong", ["stride", "frame_step"])
def test_a_number_of_frames_below_one_is_refused_at_once(wrong):
    with pytest.raises(EthoprismError, match=r"must be at least 1, -1"):
        EmbedSettings(**{wrong: -1})
