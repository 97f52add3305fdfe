"""Pictures for the screen: never waited for, and always those of their frame."""

import threading

import numpy as np
import pytest

from ethoprism_core.video import Video
from napari_ethoprism.playback import Pictures
from napari_ethoprism.playback.cache import PictureCache
from napari_ethoprism.session import Session


@pytest.fixture
def pictures(session, qtbot):
    made = Pictures(session)
    session.video_changed.emit()  # the session has its video already
    yield made
    made.close()


def fetch(qtbot, pictures, frame):
    with qtbot.waitSignal(pictures.arrived, timeout=20_000, check_params_cb=lambda n: n == frame):
        pictures.want(frame)
    return pictures.array[frame]


def test_after_jumps_the_picture_is_that_of_its_frame(qtbot, pictures, read_number):
    for frame in (57, 3, 99, 98, 97, 40, 41, 0):
        assert read_number(fetch(qtbot, pictures, frame)) == frame
        assert pictures.array.given == frame


def test_a_picture_that_is_not_here_is_the_last_one(qtbot, pictures, read_number, session):
    fetch(qtbot, pictures, 10)
    array = pictures.array
    pictures._fetcher.stop()
    missing = next(frame for frame in range(99, 0, -1) if frame not in array.cache)
    assert read_number(array[missing]) == 10 and array.given == 10


def test_the_array_is_cut_as_arrays_are(qtbot, pictures):
    picture = fetch(qtbot, pictures, 5)
    array = pictures.array
    assert array.shape == (100, 48, 64, 3) and array.ndim == 4 and len(array) == 100
    assert array.size == np.prod(array.shape) and array.dtype == np.uint8
    np.testing.assert_array_equal(array[5:6], picture[None])
    np.testing.assert_array_equal(array[5, 10:20, :, 1], picture[10:20, :, 1])
    np.testing.assert_array_equal(array[slice(5, 6), 4:8, ...], picture[None, 4:8])
    assert array[...].shape == array.shape and array[:, 3:9].shape == (100, 6, 64, 3)
    with pytest.raises(TypeError, match="not copied"):
        np.asarray(array)


def test_the_neighbours_follow_in_the_direction_of_motion(qtbot, pictures):
    fetch(qtbot, pictures, 60)
    fetch(qtbot, pictures, 59)
    qtbot.waitUntil(lambda: all(n in pictures.array.cache for n in range(50, 60)), timeout=20_000)


def test_what_arrived_stays_while_neighbours_are_fetched(session, qtbot, read_number):
    pictures = Pictures(session, most_bytes=8 * 48 * 64 * 3)
    session.video_changed.emit()
    for frame in (*range(30), *range(30, 0, -3), *range(0, 60, 2)):
        fetch(qtbot, pictures, frame)
        qtbot.wait(2)
        assert frame in pictures.array.cache
        assert read_number(pictures.array[frame]) == frame
    pictures.close()


def test_the_last_request_wins(qtbot, pictures):
    seen = []
    pictures.arrived.connect(seen.append)
    fetch(qtbot, pictures, 0)
    seen.clear()
    with qtbot.waitSignal(pictures.arrived, timeout=20_000, check_params_cb=lambda n: n == 98):
        for frame in (90, 20, 80, 98):
            pictures.want(frame)
    qtbot.wait(50)
    assert seen[-1] == 98 and seen.count(98) == 1


def test_closing_while_decoding_leaves_no_thread(session, qtbot):
    pictures = Pictures(session)
    session.video_changed.emit()
    before = [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]
    pictures.want(99)
    pictures.close()
    assert before and not any(thread.is_alive() for thread in before)


def test_another_video_gives_its_own_pictures(qtbot, pictures, session, show_video, read_number):
    fetch(qtbot, pictures, 30)
    show_video(session, "twö.mp4")
    assert pictures.array.shape[0] == 60
    assert read_number(fetch(qtbot, pictures, 31)) == 31
    session.close_video()
    assert pictures.array is None


def test_a_frame_that_cannot_be_decoded_is_black_and_told(qtbot, pictures, session, monkeypatch):
    from ethoprism_core.errors import EthoprismError

    def broken(video, number, give_up):
        raise EthoprismError(f"frame {number} cannot be decoded", video.path, "check the disk")

    monkeypatch.setattr(Video, "picture", broken)
    with qtbot.waitSignal(session.told) as told:
        picture = fetch(qtbot, pictures, 77)
    assert "frame 77 cannot be decoded" in told.args[0] and not picture.any()
    monkeypatch.undo()
    assert fetch(qtbot, pictures, 76).any()


def test_a_truncated_file_is_told_and_its_frames_are_shown(
    qtbot, project, make_video, tmp_path, read_number
):
    whole = make_video(tmp_path / "cut.mkv", frames=80)
    content = whole.read_bytes()
    whole.write_bytes(content[: len(content) * 2 // 3])
    project.add_videos([whole])
    session = Session("anna")
    pictures = Pictures(session)
    told = []
    session.told.connect(lambda sentence, kind: told.append((sentence, kind)))
    session.open_project(project.folder)
    with qtbot.waitSignal(session.video_changed, timeout=20_000):
        session.show("cut.mkv")
    assert 10 < session.frames < 80
    assert any("cut.mkv" in sentence and kind == "problem" for sentence, kind in told)
    assert read_number(fetch(qtbot, pictures, session.frames - 1)) == session.frames - 1
    pictures.close()
    session.close_project()


def test_the_cache_holds_what_was_used_last_and_gives_copies():
    cache = PictureCache((10, 10), most_bytes=4 * 300)
    for frame in range(4):
        cache.put(frame, np.full((10, 10, 3), frame, np.uint8))
    first = cache.get(0)
    for frame in (4, 4, 5):
        cache.put(frame, np.full((10, 10, 3), frame, np.uint8))
    assert len(cache) == 4 and 1 not in cache and 2 not in cache
    assert [int(cache.get(frame).max()) for frame in (0, 3, 4, 5)] == [0, 3, 4, 5]
    cache.put(6, np.full((10, 10, 3), 6, np.uint8))
    assert 0 not in cache and not first.any()
    cache.clear()
    assert cache.get(6) is None
