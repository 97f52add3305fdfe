"""What is played or stepped through while coding becomes observed, in stretches."""

import pytest

from napari_ethoprism.playback import Observing, Player


@pytest.fixture
def watched(session):
    """A session in coding mode whose screen follows the playhead at once."""
    player = Player(session, now=lambda: 0.0)
    observing = Observing(session, player)
    session.frame_changed.connect(session.set_shown)
    session.set_shown(0)
    session.set_coding(True)
    yield session, observing
    player.pause()


def test_frames_that_are_stepped_through_are_observed_when_the_playhead_jumps(watched):
    session, _ = watched
    for frame in (20, 21, 22, 23, 22):
        session.seek(frame)
    assert session.coding.observed == ()
    session.seek(70)
    assert session.coding.observed == ((20, 24),)


def test_closing_the_video_forgets_nothing(watched, project):
    session, _ = watched
    session.seek(1)
    session.seek(2)
    session.close_video()
    assert project.store("one.mp4", "anna").coding.observed == ((0, 3),)


def test_what_playing_passes_over_is_observed(session):
    now = [0.0]
    player = Player(session, now=lambda: now[0])
    observing = Observing(session, player)
    session.frame_changed.connect(session.set_shown)
    session.set_coding(True)
    session.set_shown(0)
    session.seek(10)
    player.set_speed(4)
    player.play()
    for _ in range(10):
        now[0] += 0.1
        player.tick()
    assert session.coding.observed == ()
    session.seek(5)
    player.pause()
    assert session.coding.observed == ((10, 91),)
    assert session.store.can_undo is False
    assert observing.is_enabled


def test_nothing_is_noted_outside_coding_or_when_switched_off(watched):
    session, observing = watched
    session.set_coding(False)
    session.seek(1)
    session.seek(2)
    session.set_coding(True)
    observing.set_enabled(False)
    session.seek(3)
    session.seek(50)
    observing.set_enabled(True)
    session.seek(51)
    session.seek(52)
    session.set_coding(False)
    assert session.coding.observed == ((51, 53),)


def test_what_is_observed_already_is_not_written_again(watched):
    session, observing = watched
    session.watch(0, 50)
    action = session.store.last_action
    for frame in (1, 2, 3):
        session.seek(frame)
    observing.write()
    assert session.store.last_action == action
