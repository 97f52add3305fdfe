"""The playhead's clock, driven by a clock of the test's own."""

import pytest

from napari_ethoprism.playback import Player


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def player(session, clock):
    player = Player(session, now=clock)
    yield player
    player.pause()


def run(player, clock, seconds, step=0.005):
    """Tick for some seconds; give the frames that were shown."""
    seen = [player._session.frame]
    for _ in range(round(seconds / step)):
        clock.seconds += step
        player.tick()
        if player._session.frame != seen[-1]:
            seen.append(player._session.frame)
    return seen


def test_every_frame_is_shown_at_normal_speed(player, clock):
    player.play()
    assert run(player, clock, 1.001) == list(range(21))


def test_fast_playing_passes_frames_over_but_keeps_the_clock(player, clock):
    player.set_speed(16)
    player.play()
    seen = run(player, clock, 0.25, step=0.02)
    assert len(seen) < 20 and seen[-1] == pytest.approx(0.25 * 16 * 20, abs=8)


def test_every_frame_when_asked_even_at_high_speed(player, clock):
    player.set_speed(16)
    player.every_frame = True
    player.play()
    assert run(player, clock, 0.25, step=0.02) == list(range(13))


def test_backwards_to_the_start_and_stop(player, clock, session):
    session.seek(10)
    player.set_speed(-1)
    player.play()
    assert run(player, clock, 0.24) == [10, 9, 8, 7, 6]
    assert run(player, clock, 1.0) == list(range(6, -1, -1))
    assert not player.is_playing


def test_playing_stops_at_the_end_and_begins_again_from_the_start(player, clock, session):
    session.seek(95)
    player.play()
    assert run(player, clock, 1.0)[-1] == 99
    assert not player.is_playing
    player.play()
    assert session.frame == 0


def test_a_span_is_looped(player, clock, session):
    player.loop(10, 14)
    player.play()
    assert session.frame == 10
    assert run(player, clock, 0.5)[:9] == [10, 11, 12, 13, 10, 11, 12, 13, 10]
    session.seek(50)
    assert player.span is None and player.is_playing


def test_a_span_is_looped_backwards(player, clock):
    player.set_speed(-1)
    player.loop(10, 14)
    player.play()
    assert run(player, clock, 0.45)[:8] == [13, 12, 11, 10, 13, 12, 11, 10]


def test_every_frame_waits_for_its_picture(player, clock, session):
    session.set_shown(-1)
    player.every_frame = True
    player.play()
    assert run(player, clock, 1.0) == [0]
    session.set_shown(0)
    assert run(player, clock, 0.2) == [0, 1]


def test_a_late_picture_makes_the_next_step_longer(player, clock, session):
    session.set_shown(-1)
    player.play()
    assert run(player, clock, 0.51) == [0]
    session.set_shown(0)
    assert run(player, clock, 0.02) == [0, 10]


@pytest.mark.parametrize("asked, given", [(0.01, 0.1), (100, 16), (-0.01, -0.1), (2, 2)])
def test_the_speed_is_kept_within_bounds(player, asked, given):
    player.set_speed(asked)
    assert player.speed == given


def test_another_video_stops_playing(player, session, show_video):
    player.loop(3, 9)
    player.play()
    show_video(session, "twö.mp4")
    assert not player.is_playing and player.span is None
