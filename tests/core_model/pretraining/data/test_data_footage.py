"""Clips of files: the pixels an encoder would be shown, spans, images, and bad files."""

import cv2
import numpy as np
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.frames import View
from ethoprism_core.pretraining.data import (
    ClipShape,
    ImageCorpus,
    Span,
    VideoCorpus,
    Views,
    video_spans,
)
from ethoprism_core.video import Video
from ethoprism_core.video.squares import square_crops
from ethoprism_core.video.tracks import save_tracks

SHAPE = ClipShape(4, 32)
FRAMES, FPS = 24, 12  # of the videos


def sample(spans, views, number=0, seed=0, shape=SHAPE):
    return VideoCorpus("lab", tuple(spans), views).sample(
        number, np.random.default_rng(seed), shape
    )


def first_frame(one) -> int:
    return int(one.source.rsplit(" ", 1)[1])


@pytest.fixture(scope="module")
def tracks(videos, tmp_path_factory):
    times = np.arange(FRAMES)
    position = np.stack([30 + times / 4, 20 + times / 8], axis=1)[..., None]
    boxes = xr.Dataset(
        {
            "position": (("time", "space", "individual"), position),
            "shape": (("time", "space", "individual"), np.full((FRAMES, 2, 1), 12.0)),
            "confidence": (("time", "individual"), np.ones((FRAMES, 1))),
        },
        coords={
            "time": times / FPS,
            "frame": ("time", times),
            "space": ["x", "y"],
            "individual": ["a"],
        },
        attrs={"fps": float(FPS), "ds_type": "bboxes"},
    )
    path = tmp_path_factory.mktemp("tracks") / "a.nc"
    save_tracks(boxes, path)
    return path, boxes


def test_a_plain_clip_is_what_an_encoder_is_shown(videos):
    one = sample([Span(videos[0])], Views.plain())
    start = first_frame(one)
    with Video(videos[0]) as video:
        shown = [picture for _, picture in video.visit(range(start, start + 4), (32, 32))]
    assert np.abs(one.video.astype(int) - np.stack(shown)).max() <= 3


def test_a_followed_clip_is_what_an_encoder_is_shown(videos, tracks):
    path, boxes = tracks
    views = Views(**{**vars(Views.plain()), "follow": 1.0})
    one = sample([Span(videos[0], tracks=path)], views, shape=ClipShape(4, 24))
    start, view = first_frame(one), View(24, squares=square_crops(boxes))
    with Video(videos[0]) as video:
        shown = [view.cut(video[n], view.crops(n))[0] for n in range(start, start + 4)]
    assert np.abs(one.video.astype(int) - np.stack(shown)).max() <= 6


def test_a_clip_is_the_same_for_the_same_stream_and_another_for_another(videos):
    spans = [Span(videos[0])]
    np.testing.assert_array_equal(
        sample(spans, Views(), seed=5).video, sample(spans, Views(), seed=5).video
    )
    assert not np.array_equal(
        sample(spans, Views(), seed=5).video, sample(spans, Views(), seed=6).video
    )


def test_a_span_in_seconds_holds_the_frames_that_begin_in_it(videos):
    span = Span(videos[0], 0.5, 1.0)
    seen = {first_frame(sample([span], Views.plain(), seed=seed)) for seed in range(30)}
    assert seen == {6, 7, 8}  # four frames from 6 up to 11, the last that begins before 12


@pytest.mark.parametrize(
    ("span", "message"),
    [
        (lambda video: Span(video, 5.0, 6.0), "the video ends at 2.00 s"),
        (lambda video: Span(video.with_name("absent.mp4")), "no such file"),
    ],
)
def test_spans_that_cannot_be_read(videos, span, message):
    with pytest.raises(EthoprismError, match=message):
        sample([span(videos[0])], Views.plain())


def test_tracks_of_another_video_are_refused(short_video, tracks):
    with pytest.raises(EthoprismError, match="the tracks have 24 frames, the video 9"):
        sample([Span(short_video, tracks=tracks[0])], Views(follow=1.0))


def test_an_image_is_a_clip_of_one_frame(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    path = tmp_path / "bïld.png"
    path.write_bytes(cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes())
    (tmp_path / "bad.png").write_bytes(b"no picture")
    corpus = ImageCorpus("images", (Span(path), Span(tmp_path / "bad.png")), Views.plain())
    one = corpus.sample(0, np.random.default_rng(0), SHAPE)
    np.testing.assert_array_equal(one.video, picture[None])
    with pytest.raises(EthoprismError, match="not a readable picture"):
        corpus.sample(1, np.random.default_rng(0), SHAPE)


def test_videos_come_as_often_as_they_hold_clips(videos, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(videos[0].read_bytes()[:500])
    told = []
    spans, unreadable = video_spans(
        [*videos, bad], 5, {videos[1]: tmp_path / "t.nc"}, lambda *done: told.append(done)
    )
    assert [span.path for span in spans].count(videos[0]) == FRAMES // 5
    assert {span.tracks for span in spans if span.path == videos[1]} == {tmp_path / "t.nc"}
    assert list(unreadable) == [bad]
    assert told == [(n, 4) for n in (1, 2, 3, 4)]
