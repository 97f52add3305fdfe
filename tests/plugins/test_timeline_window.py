"""The timeline in the window: what it asks of the player."""

from ethoprism_domains.annotation.editing import add


def test_a_stretch_is_looped_and_the_timeline_told_that_it_plays(workbench, qtbot):
    session, timeline = workbench.session, workbench.timeline
    session.do(add, "walk", 10, 40, subject="A")
    timeline.zoom(6)
    timeline.canvas.set_scale(timeline.canvas.scene.scale.starting(60))
    timeline.loop_asked.emit(10, 40)
    assert workbench.player.span == (10, 40) and workbench.player.is_playing
    assert timeline.canvas.scene.scale.is_visible(session.frame)
    qtbot.waitUntil(lambda: session.frame > 12, timeout=20_000)
    workbench.player.pause()
    assert timeline.isVisible() and timeline.canvas.height() > 60
