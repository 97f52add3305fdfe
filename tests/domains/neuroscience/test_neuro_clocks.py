from pathlib import Path

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video import Video
from ethoprism_domains.annotation import make_events
from ethoprism_domains.neuroscience import (
    AlignSettings,
    PulseSettings,
    align_clocks,
    find_pulses,
    frame_clock,
    pulses_from_edges,
    read_timestamps,
)


def line(starts: np.ndarray, width: float, seconds: float, rate: float = 5000.0):
    """A line sampled at a rate, up for `width` from each start on."""
    times = np.arange(0, seconds, 1 / rate)
    at = np.searchsorted(starts, times, side="right") - 1
    since = times - np.append(starts, np.inf)[at]
    return ((at >= 0) & (since < width)).astype(float), times


def shots(count: int = 200, fps: float = 50.0, seed: int = 0) -> np.ndarray:
    """Exposures with a jitter of 2 % of a frame."""
    rng = np.random.default_rng(seed)
    return 3.0 + (np.arange(count) + rng.normal(0, 0.02, count)) / fps


@pytest.mark.parametrize("polarity", ["high", "low"])
def test_pulses_are_found_in_noise_at_either_polarity(polarity: str):
    starts = 0.1 + np.arange(40) * 0.02
    trace, times = line(starts, 0.005, 1.0)
    noisy = 5 * (trace if polarity == "high" else 1 - trace)
    noisy = noisy + np.random.default_rng(0).normal(0, 0.1, len(trace))
    found = find_pulses(noisy, times, PulseSettings(polarity=polarity))
    np.testing.assert_allclose(found.start, starts, atol=2.1e-4)
    np.testing.assert_allclose(found.stop - found.start, 0.005, atol=4.1e-4)
    np.testing.assert_allclose(found.times("middle"), starts + 0.0025, atol=4e-4)
    assert found.notices == ()


def test_a_line_that_is_on_at_the_start_and_at_the_end():
    trace = np.array([1, 1, 0, 0, 1, 0, 0, 1, 1], float)
    found = find_pulses(trace, np.arange(9.0))
    assert found.start.tolist() == [4.0, 7.0]
    assert found.times("stop").tolist() == [5.0]
    assert any("at the start" in told for told in found.notices)
    assert any("at the end" in told for told in found.notices)


def test_chatter_is_joined_left_out_and_counted():
    trace = np.zeros(100)
    trace[[10, 11, 13, 14, 15, 16, 17, 18, 19, 50]] = 1  # a bounce in one pulse, a spike
    found = find_pulses(trace, np.arange(100) * 1e-3, PulseSettings(chatter_s=0.0025))
    assert found.start.tolist() == [0.010] and found.stop.tolist() == [0.020]
    assert "1 gaps were joined and 1 short pulses" in found.notices[0]


def test_edges_give_the_same_pulses_as_the_line_they_are_of():
    starts = 0.1 + np.arange(20) * 0.04
    trace, times = line(starts, 0.01, 1.0)
    change = np.flatnonzero(np.diff(trace)) + 1
    by_line = find_pulses(trace, times)
    by_edges = pulses_from_edges(times[change], trace[change] == 1)
    np.testing.assert_array_equal(by_edges.start, by_line.start)
    np.testing.assert_array_equal(by_edges.stop, by_line.stop)


def test_a_line_without_pulses_is_a_mistake():
    with pytest.raises(EthoprismError, match="never changes"):
        find_pulses(np.ones(10), np.arange(10.0))
    with pytest.raises(EthoprismError, match="choose a threshold between"):
        find_pulses(np.array([0.0, 1.0, 0.0]), np.arange(3.0), PulseSettings(threshold=2.5))


def test_as_many_pulses_as_frames():
    pulses = shots()
    clock = frame_clock(pulses, np.arange(200) / 50)
    np.testing.assert_array_equal(clock.times, pulses)
    assert clock.has_pulse.all() and clock.problems.empty and clock.notices == ()
    assert clock.period == pytest.approx(0.02, rel=0.02)


def told(clock) -> list[tuple[str, int]]:
    return list(zip(clock.problems["kind"], clock.problems["frame"], strict=True))


def test_frames_that_the_file_dropped_are_found_by_the_gap_in_its_times():
    pulses = shots()
    kept = np.delete(np.arange(200), [60, 61, 150])
    clock = frame_clock(pulses, kept / 50.0)
    np.testing.assert_array_equal(clock.times, pulses[kept])
    assert told(clock) == [("dropped frame", 60), ("dropped frame", 148)]
    assert clock.problems["pulse"].tolist() == [60, 150]
    assert clock.problems["pulses"].tolist() == [2, 1]
    assert clock.notices == ("200 pulses and 197 frames",)


def test_missing_pulses_are_interpolated_by_the_videos_times():
    pulses = np.arange(200) * 0.02 * 1.0001 + 7
    clock = frame_clock(np.delete(pulses, [30, 31, 32, 90]), np.arange(200) / 50)
    np.testing.assert_allclose(clock.times, pulses, atol=1e-9)
    assert told(clock) == [("missing pulse", 30), ("missing pulse", 90)]
    assert clock.problems["frames"].tolist() == [3, 1]
    assert np.flatnonzero(~clock.has_pulse).tolist() == [30, 31, 32, 90]


def test_lost_pulses_and_dropped_frames_together():
    pulses = shots()
    kept = np.delete(np.arange(200), [120])
    clock = frame_clock(np.delete(pulses, [40]), kept / 50.0)
    np.testing.assert_allclose(clock.times, pulses[kept], atol=0.02 * 0.1)
    assert told(clock) == [("missing pulse", 40), ("dropped frame", 120)]


@pytest.mark.parametrize("seed", range(4))
def test_many_lost_pulses_and_dropped_frames(seed: int):
    rng = np.random.default_rng(seed)
    pulses = shots(5000, seed=seed)
    lost, dropped = np.split(rng.choice(np.arange(1, 4999), 25, replace=False), [13])
    kept = np.delete(np.arange(5000), dropped)
    clock = frame_clock(np.delete(pulses, lost), kept / 50)
    np.testing.assert_allclose(clock.times, pulses[kept], atol=0.02 * 0.15)
    found = clock.problems.groupby("kind")[["frames", "pulses"]].sum()
    assert found.loc["missing pulse", "frames"] == 13
    assert found.loc["dropped frame", "pulses"] == 12


def test_a_pause_of_the_camera_that_the_video_does_not_know():
    pulses = shots()
    pulses[100:] += 0.1
    clock = frame_clock(pulses, np.arange(200) / 50)
    np.testing.assert_array_equal(clock.times, pulses)
    assert told(clock) == [("gap in the pulses", 100)]
    both = frame_clock(pulses, np.arange(200) / 50 + 0.1 * (np.arange(200) >= 100))
    assert told(both) == [("pause", 100)]


def test_doubled_pulses_and_frames():
    pulses = shots()
    doubled = np.insert(pulses, 81, pulses[80] + 0.001)
    times = np.insert(np.arange(200) / 50, 21, 20 / 50 + 0.0005)
    clock = frame_clock(doubled, times)
    np.testing.assert_array_equal(clock.times, np.insert(pulses, 21, pulses[20]))
    assert told(clock) == [("doubled frame", 21), ("doubled pulse", 81)]
    assert clock.problems["pulse"].tolist() == [-1, 81]


def test_pulses_before_the_video_are_found_by_a_pause_in_both():
    pulses = shots()
    pulses[100:] += 0.06
    own = np.arange(200) / 50 + 0.06 * (np.arange(200) >= 100)
    clock = frame_clock(pulses, own[10:195])
    np.testing.assert_array_equal(clock.times, pulses[10:195])
    kinds = [kind for kind, _ in told(clock)]
    assert kinds == ["pulses before the first frame", "pause", "pulses after the last frame"]


def test_nothing_tells_where_frames_are_missing_and_that_is_told():
    clock = frame_clock(shots(), np.arange(197) / 50)
    assert any("nothing tells for sure" in told for told in clock.notices)
    assert clock.times[0] == shots()[0]


def test_too_little_to_match():
    with pytest.raises(EthoprismError, match="1 pulses and 5 frames"):
        frame_clock(np.array([1.0]), np.arange(5.0))
    with pytest.raises(EthoprismError, match="not in order"):
        frame_clock(np.array([1.0, 0.5]), np.arange(5.0))


def test_events_are_placed_by_their_frames():
    clock = frame_clock(shots(), np.arange(200) / 50)
    row = {"video": "a.mp4", "behavior": "rear", "start_frame": 10, "stop_frame": 20}
    placed = clock.place(make_events([row]))
    assert placed["start_clock_s"].tolist() == [shots()[10]]
    assert placed["stop_clock_s"].tolist() == [shots()[20]]
    assert placed["start_frame"].tolist() == [10]


@pytest.mark.parametrize("seed", range(3))
def test_drift_is_recovered_to_a_tenth_of_a_frame(seed: int):
    rng = np.random.default_rng(seed)
    source = np.cumsum(rng.uniform(3, 9, 400))  # flashes over 40 minutes
    target = 1234.5 + source * (1 + 40e-6) + rng.normal(0, 0.002, 400)
    only_target = rng.uniform(target[0], target[-1], 8)
    fit = align_clocks(
        np.delete(source, [0, 1, 50, 51, 200]), np.sort(np.append(target, only_target))
    )
    ends = np.array([0.0, source[-1]])
    error = fit.to_target(ends) - (1234.5 + ends * (1 + 40e-6))
    assert np.abs(error).max() < 0.1 / 100  # of a camera of 100 Hz
    assert fit.drift_ppm == pytest.approx(40, abs=1)
    assert len(fit.source) >= 380 and fit.median_s < 0.003 and fit.max_s < 0.01
    assert any("no counterpart" in told for told in fit.notices)
    np.testing.assert_allclose(fit.to_source(fit.to_target(source)), source)


def test_regular_events_are_matched_in_order_or_refused():
    pulses = np.arange(50) * 2.0
    fit = align_clocks(pulses, pulses * 1.00001 + 9)
    assert fit.offset == pytest.approx(9) and len(fit.source) == 50
    assert "regular" in fit.notices[0]
    with pytest.raises(EthoprismError, match="so regular"):
        align_clocks(pulses[:-1], pulses * 1.00001 + 9)


def test_clocks_without_common_events():
    rng = np.random.default_rng(1)
    with pytest.raises(EthoprismError, match="events"):
        align_clocks(np.cumsum(rng.uniform(1, 2, 9)), np.cumsum(rng.uniform(5, 20, 9)))
    with pytest.raises(EthoprismError, match="not in order"):
        align_clocks(np.array([0.0, 2.0, 1.0]), np.arange(3.0), AlignSettings())


def test_a_clock_through_a_fit():
    clock = frame_clock(np.delete(shots(), 7), np.arange(200) / 50)
    events = np.cumsum(np.random.default_rng(0).uniform(1, 2, 30))
    moved = clock.through(align_clocks(events, events + 100))
    np.testing.assert_allclose(moved.times, clock.times + 100)
    np.testing.assert_allclose(moved.problems["clock_s"], clock.problems["clock_s"] + 100)


@pytest.mark.parametrize(
    ("name", "text", "unit", "notice"),
    [
        ("a.csv", "frame,time_ms\n0,0\n1,40\n2,80\n", "ms", False),
        ("b.csv", "Timestamp\n0\n0.04\n0.08\n", "s", True),
        ("c.txt", "0\n40\n80\n", "ms", True),
        ("d.txt", "0\n40000\n80000\n", "us", True),
    ],
)
def test_timestamps_of_text(tmp_path: Path, name: str, text: str, unit: str, notice: bool):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    read = read_timestamps(path)
    np.testing.assert_allclose(read.seconds, [0, 0.04, 0.08])
    assert read.unit == unit and bool(read.notices) is notice


def test_a_known_step_tells_the_unit_and_a_told_unit_counts(tmp_path: Path):
    np.save(tmp_path / "slow.npy", np.arange(5) * 2.0)
    assert read_timestamps(tmp_path / "slow.npy").unit == "ms"
    assert read_timestamps(tmp_path / "slow.npy", step_s=2.0).unit == "s"
    told = read_timestamps(tmp_path / "slow.npy", unit="s")
    assert told.seconds[-1] == 8.0 and told.notices == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0\n1\nx\n", "'x' is not a number"),
        ("0\n2\n1\n", "time number 2 is earlier"),
        ("a,b\n0,1\n", "which of the columns a, b"),
        ("", "the file is empty"),
    ],
)
def test_bad_timestamps_are_mistakes(tmp_path: Path, text: str, said: str):
    path = tmp_path / "times.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EthoprismError, match=said):
        read_timestamps(path)


def test_the_clock_of_a_real_video_of_250_hertz(footage: Path):
    with Video(footage / "lp-mirror-mouse" / "test_vid.mp4") as video:
        times = video.times
    rng = np.random.default_rng(0)
    # the camera is shot at 250 Hz, whatever rate its file claims
    starts = 1 + np.arange(len(times)) / 250 * (1 + 50e-6) + rng.normal(0, 2e-5, len(times))
    trace, sampled = line(np.delete(starts, [100, 101, 500]), 0.001, starts[-1] + 0.5, 30_000)
    found = find_pulses(trace, sampled)
    clock = frame_clock(found.start, times)
    assert told(clock) == [("missing pulse", 100), ("missing pulse", 500)]
    assert np.abs(clock.times - starts).max() < 0.1 / 250
