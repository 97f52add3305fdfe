import random
import threading
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video, reader, resize


def plain_decode(path):
    """Decode everything in order with PyAV alone."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_every_frame_is_the_same_whichever_way_it_is_reached(awkward, read_number):
    path, recipe = awkward
    count = len(recipe.times)
    with Video(path) as video:
        assert len(video) == count
        assert video.notices == () or video.index.counted
        forward = dict(video.stream())
        assert [read_number(forward[n]) for n in range(count)] == list(range(count))
        anywhere = random.Random(1).choices(range(count), k=40)
        for number in [*range(count - 1, -1, -1), *anywhere, *range(count)]:
            np.testing.assert_array_equal(video[number], forward[number])


def test_upright_pictures_are_what_plain_decoding_gives(awkward):
    path, recipe = awkward
    upright = plain_decode(path)
    with Video(path) as video:
        np.testing.assert_array_equal(
            video[:],
            [np.rot90(p[:, ::-1] if recipe.mirrored else p, recipe.degrees // 90) for p in upright],
        )


def test_times_are_those_of_the_camera(awkward):
    path, recipe = awkward
    with Video(path) as video:
        expected = (np.array(recipe.times) - recipe.times[0]) / 1000
        np.testing.assert_allclose(video.times, expected, atol=1e-9)
        assert video.times.dtype == np.float64


def test_resizing_on_the_way_agrees_with_resizing_afterwards(awkward, read_number):
    path, _ = awkward
    with Video(path) as video:
        for number, small in video.stream(step=7, size=(30, 48)):
            assert small.shape == (30, 48, 3) and read_number(small) == number
            difference = small.astype(int) - resize(video[number], (30, 48))
            assert np.abs(difference.mean()) < 2 and np.abs(difference).mean() < 6


@pytest.fixture
def video(make_video):
    with Video(make_video("b-frames.mp4")) as video:
        yield video


def test_slices_and_lists(video, read_number):
    def numbers(pictures):
        return [read_number(picture) for picture in pictures]

    assert numbers(video[5:9]) == [5, 6, 7, 8]
    assert numbers(video[::-20]) == [59, 39, 19]
    assert numbers(video[-3:100]) == [57, 58, 59]
    assert numbers(video.read([7, 3, 3, -1, 50])) == [7, 3, 3, 59, 50]
    assert numbers(video.read(np.array([2, 1], np.int32))) == [2, 1]
    assert video[9:5].shape == video.read([]).shape == (0, 64, 96, 3)
    assert read_number(video[np.int64(-2)]) == 58


@pytest.mark.parametrize("number", [60, -61, 10**9])
def test_frames_beyond_the_video(video, number):
    with pytest.raises(IndexError, match=f"frame {number} of a video of 60 frames"):
        video[number]
    with pytest.raises(IndexError):
        video.read([0, number])


def test_streams_start_and_step_anywhere(video, read_number):
    assert [n for n, _ in video.stream(3, 40, 9)] == [3, 12, 21, 30, 39]
    assert [n for n, _ in video.stream(-2)] == [58, 59]
    assert list(video.stream(20, 10)) == []
    assert [read_number(p) for _, p in video.visit([4, 5, 59])] == [4, 5, 59]
    with pytest.raises(ValueError, match="positive"):
        video.stream(step=-1)


def test_a_stream_that_is_left_stops_its_thread(video):
    before = threading.active_count()
    stream = video.stream()
    next(stream)
    assert threading.active_count() > before
    stream.close()
    assert threading.active_count() == before


def test_an_error_in_the_background_reaches_the_reader(video):
    with pytest.raises(IndexError):
        list(video.visit([1, 2, 99]))


def test_many_threads_at_once(make_video, read_number):
    path = make_video("stream.ts")

    def read_some(seed):
        numbers = random.Random(seed).choices(range(60), k=30)
        wrong = [n for n in numbers if read_number(video[n]) != n]
        start = seed * 5
        wrong += [n for n, picture in video.stream(start, start + 20) if read_number(picture) != n]
        return wrong

    with Video(path) as video, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read_some, range(8))) == [[]] * 8


def test_few_frames_are_kept_and_still_right(make_video, read_number, monkeypatch):
    monkeypatch.setattr(reader, "_CACHE_BYTES", 5 * 96 * 64 * 2)
    with Video(make_video("b-frames.mp4")) as video:
        assert [read_number(video[n]) for n in range(59, -1, -1)] == list(range(59, -1, -1))


def test_a_closed_video_says_so(make_video):
    video = Video(make_video("b-frames.mp4"))
    video.close()
    with pytest.raises(EthoprismError, match="closed"):
        video[0]
    with pytest.raises(EthoprismError, match="closed"):
        video.stream()


def test_what_a_video_tells(make_video):
    with Video(make_video("turned-90.mp4")) as turned:
        assert turned.size == turned[0].shape[:2] == (64, 96)
        assert turned.index.stored_size == (96, 64)
        assert turned.fps == pytest.approx(25)
    with Video(make_video("ten-bit.mp4")) as ten_bit:
        assert ten_bit[0].dtype == np.uint8 and ten_bit.index.pixel_format == "yuv420p10le"


@pytest.mark.parametrize(
    ("pixel_format", "tolerance"), [("yuv420p", 3), ("yuv420p10le", 3), ("gray", 1), ("bgr0", 0)]
)
def test_levels_survive_every_pixel_format(pixel_format, tolerance, tmp_path):
    path = tmp_path / "levels.mkv"
    ramp = np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (64, 1, 3))
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 256, 64, pixel_format
        file.mux(stream.encode(av.VideoFrame.from_ndarray(ramp, "rgb24")))
        file.mux(stream.encode())
    with Video(path) as video:
        assert np.abs(video[0].astype(int) - ramp).max() <= tolerance


def test_real_footage_forward_and_back(footage):
    with Video(footage / "tracktor" / "mouse_video.mp4") as video:
        forward = {n: p.copy() for n, p in video.stream(4980, 5020)}
        for number in sorted(forward, reverse=True):
            np.testing.assert_array_equal(video[number], forward[number])


def test_a_picture_can_be_given_up_and_asked_for_again(video, read_number):
    asked = []

    def give_up():
        asked.append(None)
        return len(asked) > 3

    assert video.picture(15, give_up) is None and len(asked) == 4
    assert read_number(video.picture(15)) == 15
    assert read_number(video.picture(14, lambda: True)) == 14, "it was decoded on the way"
