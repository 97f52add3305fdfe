"""What lies over the video: frame, time, and the bouts that hold."""

from ethoprism_domains.annotation import editing
from napari_ethoprism.views.badge import Badge


def test_the_badge_tells_what_holds_in_the_frame_on_the_screen(session, qtbot):
    badge = Badge(session)
    qtbot.addWidget(badge)
    session.set_shown(0)
    session.do(editing.add, "walk", 10, 20, subject="A")
    session.do(editing.start, "rest", 15, subject="B")
    session.do(editing.add, "jump", 12, labeling_method="automated", model="m")
    assert badge.lines == ["0   00:00:00.000"]
    session.seek(12)
    assert badge.lines == ["0   00:00:00.000"], "its picture is not on the screen yet"
    session.set_shown(12)
    assert badge.lines == ["12   00:00:00.600", "A: walk", "jump"]
    session.set_blind(True)
    session.set_shown(19)
    assert badge.lines[1:] == ["A: walk", "B: rest"]
    badge.set_shows_bouts(False)
    assert badge.lines == ["19   00:00:00.950"] and badge.isVisibleTo(None)
    session.set_shown(-1)
    assert badge.lines == [] and badge.isHidden()
