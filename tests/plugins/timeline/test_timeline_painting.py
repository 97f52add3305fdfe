"""The timeline as it is painted, and what its tooltips tell."""

import numpy as np
from qtpy.QtCore import QPoint, Qt

from ethoprism_domains.annotation import Behavior, Ethogram
from ethoprism_domains.annotation.editing import add_all, describe, observe, start
from ethoprism_domains.annotation.editing.records import Event
from napari_ethoprism.session.predictions import Predictions
from napari_ethoprism.views.theme import Colors

from .timeline_hand import CTRL, LEFT, NONE, span


def test_bars_and_points_are_painted_where_they_are(hand, session, code):
    code("walk", 10, 20)
    code("jump", 50)
    walk = session.ethogram["walk"].color
    inside = [hand.color_at(frame + 0.5, "A · walk") for frame in (10, 15, 19)]
    outside = [hand.color_at(frame + 0.5, "A · walk") for frame in (9, 20)]
    assert inside == [walk] * 3 and walk not in outside
    assert hand.color_at(50.5, "A · jump") == session.ethogram["jump"].color
    session.undo()
    assert hand.color_at(50.5, "A · jump") != session.ethogram["jump"].color


def test_an_open_bout_grows_with_the_playhead_and_fades_out(hand, session):
    session.do(start, "walk", 10, subject="A")
    walk = session.ethogram["walk"].color
    for frame in (20, 40):
        session.seek(frame)
        assert hand.color_at(frame - 0.5, "A · walk") == walk
        assert hand.color_at(frame + 5.5, "A · walk") != walk
    faded = hand.picture()[hand.place(0, "A · walk").y(), hand.place(41.3, "A · walk").x()]
    assert "#" + bytes(faded).hex() not in (walk, "#262930")


def test_the_playhead_is_where_the_frame_is_and_nowhere_else(hand, session):
    line = Colors().warning
    for frame in (3, 60):
        session.seek(frame)
        found = np.array([int(line[at : at + 2], 16) for at in (1, 3, 5)])
        row = hand.picture()[hand.place(0, "A · walk").y()]
        columns = np.flatnonzero((row == found).all(-1))
        assert columns.tolist() == [hand.place(frame, "A · walk").x()]


def test_a_frame_step_repaints_two_thin_strips(hand, session, monkeypatch):
    session.seek(10)
    asked: list[tuple[int, ...]] = []
    monkeypatch.setattr(hand.canvas, "update", lambda *area: asked.append(area))
    session.seek(60)
    places = [hand.place(frame, "ruler").x() for frame in (10, 60)]
    found = zip(asked, places, strict=True)
    assert all(left < x < left + width for (left, _, width, _), x in found)
    assert sum(width for _, _, width, _ in asked) < 40


def test_what_nobody_has_observed_is_hatched(hand, session):
    session.do(observe, 0, 50)
    y, left = hand.place(0, "A · rest").y(), hand.canvas.scene.head
    rows = hand.picture()[y - 6 : y + 6]
    seen = rows[:, left + 20 : hand.place(49, "A · rest").x()].reshape(-1, 3)
    unseen = rows[:, hand.place(51, "A · rest").x() : -10].reshape(-1, 3)
    assert len(np.unique(seen, axis=0)) == 1 and len(np.unique(unseen, axis=0)) == 2


def test_predictions_are_a_curve_and_hidden_from_who_codes_blind(hand, session):
    chance = np.zeros((100, 1, 3), np.float32)
    chance[40:60, 0, 0] = 0.9
    session.predictions = Predictions("probe", ("",), ("walk", "rest", "jump"), chance)
    session.predictions_changed.emit()
    predicted = Event("p", "rest", 10, 20, "A", labeling_method="automated", model="probe")
    session.do(add_all, [predicted], "predict")
    low = 18  # pixels below the middle of the human bars
    curve = hand.color_at(50, "A · walk", low)
    assert curve != hand.color_at(20, "A · walk", low)
    session.select(["p"])
    session.set_blind(True)
    assert not hand.canvas.scene.curves
    assert "automated" not in hand.tooltip(15, "A · rest")
    hand.click(15, "A · rest")
    assert session.selection == ()
    session.set_blind(False)
    assert hand.color_at(50, "A · walk", low) == curve


def test_marks_of_other_views_have_a_lane_of_their_own(hand, view):
    view.set_marks("disagreements", ((20, 40), (60, 61)), "#ff4444")
    assert hand.color_at(30, "disagreements") == "#ff4444"
    assert hand.color_at(50, "disagreements") != "#ff4444"
    view.set_marks("disagreements", (), "#ff4444")
    assert all(lane.kind != "marks" for lane in view.canvas.scene.layout.lanes)


def test_tooltips_tell_everything(hand, session, code):
    name = code("walk", 10, 30)
    session.do(describe, name, modifiers="fast", comment="a <b> & c", judgement="unsure")
    told = hand.tooltip(15, "A · walk")
    for words in ("walk of A", "frames 10 (0:00.500) to 30", "20 frames", "unsure, manual by anna"):
        assert words in told
    assert "modifiers: fast" in told and "a &lt;b&gt; &amp; c" in told
    assert "frame 60 · 0:03.000000" in hand.tooltip(60.5, "A · rest")
    legend = hand.tooltip(0, "A · jump", x=30)
    assert "jump of A (point, key j)" in legend and "hatched: absent" in legend


def test_the_theme_and_the_density_of_the_screen_are_followed(hand, view):
    dark = hand.picture()
    light = Colors(background="#ffffff", foreground="#d6d0ce", text="#3b3a39")
    view.theme.set(light)
    assert hand.picture()[50, -5:].mean() > 200 > dark[50, -5:].mean()
    scale = view.canvas.scene.scale
    view.canvas._backdrop.paint(view.canvas.scene, light, view.font(), view.canvas.size(), 2.0)
    sharp = view.canvas._backdrop.pixmap
    assert sharp.width() == 2 * view.canvas.width() and scale == view.canvas.scene.scale


def test_a_drag_ends_when_another_video_is_shown(hand, session, code, show_video):
    name = code("walk", 40, 60)
    hand.drag((59.9, "A · walk"), (79.9, "A · walk"), let_go=False)
    show_video(session, "twö.mp4")
    assert hand.canvas.gesture is None and not hand.canvas.preview.bars
    show_video(session, "one.mp4")
    assert span(session, name) == (40, 60)


def test_scrubbing_beyond_what_is_visible_stays_at_its_end(qtbot, hand, view, session):
    view.zoom(2)
    last = int(view.canvas.scene.scale.left + view.canvas.scene.scale.span)
    hand.drag((5.5, "ruler"), (95, "ruler"), (96, "ruler"))
    qtbot.waitUntil(lambda: session.frame in (last - 1, last))
    assert view.canvas.scene.scale.left == 0


def test_an_ethogram_that_changes_changes_the_lanes(hand, view, session, code):
    code("walk", 10, 20)
    session.set_ethogram(Ethogram((Behavior("walk", color="#123456"), Behavior("swim"))))
    names = [lane.name for lane in view.canvas.scene.layout.lanes]
    assert names == ["A · walk", "A · swim"]
    assert hand.color_at(15, "A · walk") == "#123456"


def test_all_is_read_anew_when_another_video_or_nothing_is_shown(
    hand, view, session, code, show_video
):
    code("walk", 10, 20)
    view.zoom(3)
    show_video(session, "twö.mp4")
    scene = view.canvas.scene
    assert scene.scale.frames == 60 and scene.scale.is_fit and not scene.index.filled(False)
    show_video(session, "one.mp4")
    assert scene.index.filled(False) == {("A", "walk")}
    session.close_project()
    assert scene.scale.frames == 0
    hand.picture()
    hand.qtbot.mouseClick(hand.canvas, LEFT, NONE, QPoint(500, 80))
    hand.qtbot.mouseDClick(hand.canvas, LEFT, NONE, QPoint(500, 80))
    assert "Click chooses" in hand.tooltip(0, "ruler")


def test_two_thousand_events_are_shown_and_chosen(qtbot, hand, session):
    def event(n: int) -> Event:
        return Event(f"e{n}", "walk", n % 99, n % 99 + 1, "A", labeling_method="automated")

    before = hand.picture()
    session.do(add_all, [event(n) for n in range(2_000)], "add")
    assert len(hand.canvas.scene.index["A", "walk"]) == 2_000
    shown = hand.picture()
    qtbot.keyClick(hand.canvas, Qt.Key.Key_A, CTRL)
    assert len(session.selection) == 2_000
    assert (shown != before).any() and (hand.picture() != shown).any()
