"""Annotations of every kind, and files of every format made of them."""

import numpy as np
import pytest
from hypothesis import strategies as st

from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Modifier,
    Subject,
    make_events,
    make_observed,
)

# a video whose rate varies, as cameras' do
TIMES = np.cumsum(np.linspace(0.02, 0.05, 50)) - 0.02
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ETHOGRAMS = (
    Ethogram((Behavior("walk"), Behavior("rest; still"), Behavior("peck", kind="point"))),
    Ethogram(
        (
            Behavior("peck", "point", "with the beak", color="#102030", key="x"),
            Behavior(
                "walk (slow), far|é",
                category="moving",
                key="7",
                modifiers=(
                    Modifier("where", "multiple", ("floor", "roof")),
                    Modifier("speed", "numeric"),
                    Modifier("foot", "single", ("left", "right"), "which one"),
                ),
                excludes=("rest",),
            ),
            Behavior("rest", per_subject=False, description='it "rests"'),
            Behavior("other", category="moving"),
        ),
        (Subject("A", "1", "the white one"), Subject("Ch1"), Subject("unseen <&>")),
    ),
)


def known_times(video: str) -> np.ndarray:
    return TIMES


@pytest.fixture
def frame_times():
    """The frame times of any video of these tests."""
    return known_times


@st.composite
def _parts(draw: st.DrawFn, videos: int) -> tuple[list[dict], list[dict], Ethogram]:
    ethogram = draw(st.sampled_from(ETHOGRAMS))
    names = ["v.mp4", 'sub/über, "w";.avi'][:videos]
    events = [_event(draw, number, ethogram, names) for number in range(draw(st.integers(0, 6)))]
    seen = [
        {"video": video, "start_frame": start, "stop_frame": start + length}
        for video in names
        for start, length in draw(
            st.just([(0, 50)])
            | st.lists(st.tuples(st.integers(0, 40), st.integers(1, 10)), max_size=2)
        )
    ]
    return events, seen, ethogram


def _event(draw: st.DrawFn, number: int, ethogram: Ethogram, videos: list[str]) -> dict:
    behavior = draw(st.sampled_from(ethogram.behaviors))
    judgement = draw(st.sampled_from(["present", "present", "unsure", "absent"]))
    start = draw(st.integers(0, 40))
    is_point = behavior.kind == "point" and judgement == "present"
    stop = start if is_point else start + draw(st.integers(1, 9))
    return {
        "event_id": draw(st.just("") | st.just(f"e{number}")),
        "video": draw(st.sampled_from(videos)),
        "subject": draw(st.sampled_from(["", "A", "Ch1", "B|2"])),
        "behavior": behavior.name,
        "start_frame": start,
        "stop_frame": stop,
        "judgement": judgement,
        "labeling_method": draw(st.sampled_from(["manual", "automated", "curated"])),
        "confidence": draw(st.floats(0, 1) | st.just(float("nan"))),
        "modifiers": draw(TEXTS | st.sampled_from(["None", "floor,roof|3.5|left", "None|None"])),
        "annotator": draw(TEXTS | st.just("anna")),
        "model": draw(TEXTS),
        "comment": draw(TEXTS | st.just('a, "b"\t;\nc')),
    }


@pytest.fixture
def draw_annotations():
    """Draw annotations of up to so many videos."""

    def drawn(data: st.DataObject, videos: int) -> Annotations:
        # the shapes' checks draw random numbers, which no strategy may
        events, seen, ethogram = data.draw(_parts(videos))
        return Annotations(make_events(events), make_observed(seen), ethogram)

    return drawn


@pytest.fixture
def sample() -> Annotations:
    """Annotations that most formats can hold as they are."""
    events = [
        {"video": "v.mp4", "subject": "A", "behavior": "walk", "start_frame": 2, "stop_frame": 9},
        {"video": "v.mp4", "subject": "", "behavior": "rest", "start_frame": 9, "stop_frame": 20},
        {"video": "v.mp4", "subject": "A", "behavior": "peck", "start_frame": 30, "stop_frame": 30},
    ]
    behaviors = (Behavior("walk"), Behavior("rest"), Behavior("peck", kind="point"))
    whole = [{"video": "v.mp4", "start_frame": 0, "stop_frame": 50}]
    return Annotations(make_events(events), make_observed(whole), Ethogram(behaviors))
