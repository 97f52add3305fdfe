import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from ethoprism.report.content import (
    Budget,
    Clip,
    Examples,
    Interval,
    Page,
    Score,
    Step,
    Tile,
)
from ethoprism.report.figures import (
    confusion_figure,
    ethogram_figure,
    precision_recall_figure,
    save_figure,
)
from ethoprism.report.page import render, write_page
from ethoprism.report.timelines import build_timeline, clock

COLORS = {"rearing": "#0072b2", "grooming": "#e69f00"}


def bouts(*rows: tuple[str, float, float], subject: str = "") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["behavior", "start_s", "stop_s"])
    return table.astype({"start_s": float, "stop_s": float}).assign(subject=subject)


@pytest.fixture
def page() -> Page:
    probability = {name: np.linspace(0, 1, 500, dtype=np.float32) for name in COLORS}
    predicted = bouts(("rearing", 10, 30), ("grooming", 50, 75))
    score = Score("rearing", "#0072b2", Interval(0.8, 0.7, 0.9, 0.2), 0.7, 0.6, 12)
    clip = Clip("data:image/jpeg;base64,AAAA", 6, 1.0, "0:12", 0.9, "agrees")
    return Page(
        title="Two behaviours",
        lead="A lead.",
        findings=("One thing.",),
        tiles=(Tile("0.80", "average precision"),),
        timelines=(build_timeline("a", 100.0, COLORS, predicted, predicted, probability),),
        examples=(Examples("rearing", "#0072b2", (clip,)),),
        scores=(score,),
        overall=replace(score, behavior="mean"),
        budgets=(Budget("rearing", "#0072b2", 0.2, 0.034), Budget("grooming", "#e69f00", 0.0, 0.5)),
        steps=(Step("Train", "ethoprism train labels.csv"),),
        caveats=("It is simulated.",),
        facts=(("version", "1"),),
    )


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.0, "0:00"), (59.97, "1:00"), (61.5, "1:01.5"), (3600.0, "1:00:00"), (7325.04, "2:02:05")],
)
def test_times_read_like_a_clock(seconds, shown):
    assert clock(seconds) == shown


def test_bouts_lie_where_they_happened():
    predicted, coded = bouts(("rearing", 10, 30)), bouts(("rearing", 12.5, 25))
    probability = {name: np.zeros(40, np.float32) for name in COLORS}
    lanes = build_timeline("a", 50.0, COLORS, predicted, coded, probability).lanes
    assert [lane.behavior for lane in lanes] == ["rearing", "grooming"]
    assert [(s.left, s.width) for s in lanes[0].predicted] == [(20, 40)]
    assert [(s.left, s.width) for s in lanes[0].coded] == [(25, 25)]
    assert lanes[1].predicted == lanes[1].coded == ()


def test_a_short_peak_of_probability_is_not_averaged_away():
    probability = np.zeros(100_000, np.float32)
    probability[77_777] = 1
    (lane, _) = build_timeline(
        "a", 10.0, COLORS, bouts(), bouts(), dict.fromkeys(COLORS, probability)
    ).lanes
    heights = [float(point.split(",")[1]) for point in lane.probability.split()]
    assert min(heights) == 0 and heights.count(0) == 1


@pytest.mark.parametrize("seconds", [0.5, 9.0, 61.0, 600.0, 5000.0, 200_000.0])
def test_the_axis_has_a_few_marks_whatever_the_length(seconds):
    probability = {name: np.zeros(3, np.float32) for name in COLORS}
    ticks = build_timeline("a", seconds, COLORS, bouts(), bouts(), probability).ticks
    assert 1 <= len(ticks) <= 14 and ticks[0].left == 0
    assert all(0 <= tick.left < 100 for tick in ticks)


class Collector(HTMLParser):
    """The tags that are open, and every address that the page would load from elsewhere."""

    VOID = frozenset({"meta", "path", "polygon", "br", "link", "img", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attributes):
        self.addresses += [v or "" for k, v in attributes if k in {"src", "href", "srcset"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def read_page(html: str) -> Collector:
    collector = Collector()
    collector.feed(html)
    assert collector.open == []
    return collector


def test_the_page_needs_nothing_beside_it(page: Page):
    html = render(page)
    assert read_page(html).addresses == []
    assert all(url.startswith("data:") for url in re.findall(r"url\(([^)]*)\)", html))
    assert "@import" not in html and "<script" not in html


def test_the_page_says_what_was_found(page: Page):
    text = read_page(render(page)).text
    for words in ("Two behaviours", "0.70 – 0.90", "20 %", "3.4 %", "0 %", "-16.6 points"):
        assert words in text


def test_names_cannot_break_the_page(page: Page):
    wild = '<b>Ratte & Maus</b> "größer" {{ 7 * 7 }}'
    named = replace(page, title=wild, examples=(replace(page.examples[0], behavior=wild),))
    assert wild in read_page(render(named)).text


def test_the_page_is_written_as_utf_8(page: Page, tmp_path: Path):
    write_page(page, tmp_path / "größe 1" / "index.html")
    assert "Ethoprism" in (tmp_path / "größe 1" / "index.html").read_text(encoding="utf-8")


def read_png(path: Path) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    return picture[..., ::-1]


def shows(picture: np.ndarray, color: str) -> int:
    rgb = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)])
    return int((np.abs(picture.astype(int) - rgb).max(axis=-1) <= 2).sum())


def test_an_ethogram_shows_the_bouts_in_their_colours(tmp_path: Path):
    predicted = bouts(("rearing", 10, 30), subject="Ä 1")
    figure = ethogram_figure(predicted, COLORS, 60.0, "a video", bouts(("grooming", 1, 2)))
    save_figure(figure, tmp_path / "e.png")
    picture = read_png(tmp_path / "e.png")
    assert shows(picture, COLORS["rearing"]) > 500 and shows(picture, COLORS["grooming"]) == 0


def test_an_ethogram_without_bouts_is_still_a_picture(tmp_path: Path):
    save_figure(ethogram_figure(bouts(), COLORS, 0.0, "nothing"), tmp_path / "e.png")
    assert read_png(tmp_path / "e.png").shape[0] > 100


def test_precision_recall_panels_show_each_curve(tmp_path: Path):
    recall = np.linspace(0, 1, 20)
    curves = dict.fromkeys(COLORS, (recall, 1 - 0.5 * recall))
    scores = dict.fromkeys(COLORS, 0.75)
    save_figure(precision_recall_figure(curves, COLORS, scores, scores), tmp_path / "pr.png")
    picture = read_png(tmp_path / "pr.png")
    assert all(shows(picture, color) > 50 for color in COLORS.values())


def test_confusion_is_a_share_of_each_true_behaviour():
    figure = confusion_figure(np.array([[30.0, 10.0], [0.0, 0.0]]), list(COLORS))
    words = {text.get_text() for text in figure.axes[0].texts}
    assert words == {"75", "25"}
