from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, derive_ethogram, make_events, make_observed
from ethoprism_domains.neuroscience import (
    Baseline,
    Continuous,
    MomentSettings,
    PeriEventSettings,
    Session,
    Spikes,
    WindowSettings,
    moments,
    peri_event,
)

QUICK = PeriEventSettings(WindowSettings(1.0, 2.0, 0.25), replicates=200, shifts=199)


def coded(*rows: tuple, observed=((0, 1000),)) -> Annotations:
    keys = ("behavior", "start_frame", "stop_frame", "judgement", "subject")
    events = make_events([{"video": "a.mp4", **dict(zip(keys, row, strict=False))} for row in rows])
    spans = [{"video": "a.mp4", "start_frame": a, "stop_frame": b} for a, b in observed]
    return Annotations(events, make_observed(spans), derive_ethogram(events))


def at(times) -> pd.DataFrame:
    times = np.asarray(times, float)
    said = {"video": "a.mp4", "subject": "", "behavior": "rear"}
    return pd.DataFrame({**said, "frame": np.arange(len(times)), "time_s": times, "reason": ""})


def slow_noise(rng: np.random.Generator, seconds: float, rate: float = 20.0) -> np.ndarray:
    """Noise that remembers half a second, as photometry does."""
    noise, kept = rng.normal(size=int(seconds * rate)), np.exp(-1 / (0.5 * rate))
    for number in range(1, len(noise)):
        noise[number] += kept * noise[number - 1]
    return noise


def made(rng: np.random.Generator, effect: float, seconds: float = 200.0, name="s") -> Session:
    """A signal with a bump of a second after each of some bouts that come in bursts."""
    times = np.arange(0, seconds, 1 / 20)
    noise = np.stack([slow_noise(rng, seconds), slow_noise(rng, seconds)], axis=1)
    bursts = rng.uniform(5, seconds - 10, 10)
    onsets = np.sort(np.concatenate([bursts, bursts + 1.5]))
    for onset in onsets:
        noise[(times >= onset) & (times < onset + 1), 0] += effect
    signal = Continuous(noise, times, ("driven", "free"))
    return Session(name, signal, at(onsets), np.array([[0.0, seconds]]))


def test_an_effect_is_found_where_it_was_put_in():
    found = peri_event([made(np.random.default_rng(0), 4.0)], QUICK)
    p = found.data["p"].to_series()
    assert p["driven"] == pytest.approx(1 / 200) and p["free"] > 0.05
    peak = found.channels().set_index("channel").loc["driven"]
    assert 0 < peak["peak_lag_s"] < 1 and peak["peak_mean"] > 3
    driven = found.data.sel(channel="driven")
    inside = (driven["lag"] > 0) & (driven["lag"] < 1)
    assert (driven["p_lag"].where(inside, drop=True) < 0.05).all()
    assert (driven["low"] <= driven["mean"]).all() and (driven["mean"] <= driven["high"]).all()
    assert found.data["response"].dims == ("event", "lag", "channel")


def test_nothing_is_found_where_nothing_was_put_in():
    """Of 100 nulls with bursts and slow noise about 5 are below 0.05, for each of two channels."""
    settings = replace(QUICK, shifts=99, replicates=10)
    p = np.array(
        [
            peri_event([made(np.random.default_rng(seed), 0.0)], settings).data["p"].to_numpy()
            for seed in range(100, 200)
        ]
    )
    assert 0.01 <= (p <= 0.05).mean() <= 0.10
    assert abs(np.median(p) - 0.5) < 0.12


def test_several_sessions_are_drawn_again_as_a_whole():
    rng = np.random.default_rng(1)
    sessions = [made(rng, 2.0, name=f"m{number}") for number in range(3)]
    shifted = sessions[0].signal
    sessions[0] = replace(sessions[0], signal=replace(shifted, values=shifted.values + 5))
    found = peri_event(sessions, QUICK)
    # animals differ by far more than events do
    width = (found.data["high"] - found.data["low"]).sel(channel="free")
    alone = peri_event([sessions[1]], QUICK)
    assert width.mean() > 2 * (alone.data["high"] - alone.data["low"]).sel(channel="free").mean()
    assert any("3 sessions only" in told for told in found.notices)
    assert sorted(set(found.data["session"].to_numpy())) == ["m0", "m1", "m2"]


def test_bins_of_a_window_equal_means_by_hand():
    rng = np.random.default_rng(2)
    times = np.sort(rng.uniform(0, 30, 900))
    values = rng.normal(size=(900, 2))
    signal = Continuous(values, times, ("a", "b"))
    session = Session("s", signal, at([10.0, 17.3]), np.array([[0.0, 30.0]]))
    found = peri_event([session], replace(QUICK, shifts=0))
    for row, moment in enumerate((10.0, 17.3)):
        for column, lag in enumerate(found.data["lag"].to_numpy()):
            inside = (times >= moment + lag - 0.125) & (times < moment + lag + 0.125)
            got = found.data["response"].to_numpy()[row, column]
            np.testing.assert_allclose(got, values[inside].mean(axis=0))
    np.testing.assert_allclose(found.data["mean"], found.data["response"].mean("event"))
    assert "p" not in found.data
    table = found.table()
    assert len(table) == 2 * 12 and list(table)[:3] == ["channel", "lag", "mean"]


def test_spikes_are_rates():
    spikes = Spikes((np.array([10.1, 10.2, 12.0]), np.array([])), ("u1", "u2"), (0.0, 20.0))
    session = Session("s", spikes, at([10.0, 19.0]), np.array([[0.0, 20.0]]))
    found = peri_event([session], replace(QUICK, shifts=0))
    mean = found.data["mean"].sel(channel="u1").to_series()
    assert mean[0.125] == 8.0 and mean[0.375] == 0.0
    assert (found.data["mean"].sel(channel="u2") == 0).all()
    assert found.events["reason"].tolist() == ["", "its window ends after the recording"]
    assert "1 because its window ends after" in found.notices[0]


@pytest.mark.parametrize("method", ["subtract", "zscore", "ratio"])
def test_baselines(method: str):
    rng = np.random.default_rng(3)
    times = np.arange(0, 50, 0.05)
    signal = Continuous(10 + rng.normal(size=(1000, 1)), times, ("a",))
    session = Session("s", signal, at([20.0, 30.0]), np.array([[0.0, 50.0]]))
    raw = peri_event([session], replace(QUICK, shifts=0)).data["response"]
    windows = WindowSettings(1.0, 2.0, 0.25, Baseline(-1.0, 0.0, method))
    data = peri_event([session], replace(QUICK, windows=windows, shifts=0)).data
    base = raw.where(raw["lag"] < 0, drop=True)
    expected = raw - base.mean("lag")
    if method == "zscore":
        expected = expected / base.std("lag", ddof=1)
    if method == "ratio":
        expected = expected / base.mean("lag")
    np.testing.assert_allclose(data["response"], expected)
    assert data.attrs["baseline"] == f"{method} from -1.0 to 0.0 s"


def test_gaps_of_the_signal_are_unknown_not_bridged():
    times = np.concatenate([np.arange(0, 10, 0.05), np.arange(20, 40, 0.05)])
    signal = Continuous(np.ones((len(times), 1)), times, ("a",))
    session = Session("s", signal, at([9.5, 15.0, 30.0]), np.array([[0.0, 40.0]]))
    found = peri_event([session], replace(QUICK, shifts=0))
    assert found.events["reason"].tolist() == ["", "its window holds no signal", ""]
    assert found.data["count"].to_numpy()[:, 0].tolist() == [2] * 6 + [1] * 6


def test_unobserved_stretches_are_told_or_left_out():
    session = made(np.random.default_rng(0), 1.0)
    session = replace(
        session, moments=at([50.0, 100.0]), observed=np.array([[0.0, 51.0], [60.0, 200.0]])
    )
    found = peri_event([session], replace(QUICK, shifts=0))
    assert found.events["unobserved_s"].tolist() == pytest.approx([1.0, 0.0])
    assert "1 windows reach into" in found.notices[0]
    strict = replace(QUICK, windows=WindowSettings(1.0, 2.0, 0.25, observed_only=True), shifts=0)
    assert peri_event([session], strict).data.sizes["event"] == 1


def test_shifted_moments_stay_in_what_was_observed():
    """A signal that is 1 where observed and 0 elsewhere has no response to any shift."""
    times = np.arange(0, 100, 0.05)
    observed = np.array([[10.0, 30.0], [60.0, 90.0]])
    inside = ((times >= 9) & (times < 32.1)) | ((times >= 59) & (times < 92.1))
    signal = Continuous(inside[:, None].astype(float), times, ("a",))
    session = Session("s", signal, at([15.0, 70.0]), observed)
    found = peri_event([session], QUICK)
    np.testing.assert_allclose(found.data["null_mean"], 1.0)


def test_moments_are_onsets_and_offsets_of_what_was_seen():
    annotations = coded(
        ("rear", 0, 10),
        ("rear", 100, 120),
        ("rear", 120, 130),
        ("rear", 150, 160),
        ("rear", 200, 210, "absent"),
        ("rear", 300, 310),
        ("rear", 450, 460),
        ("rear", 780, 800),
        ("groom", 50, 60),
        observed=((0, 400), (500, 800)),
    )
    times = np.arange(1000) / 10
    found = moments(annotations, "a.mp4", "rear", times, times + 5, MomentSettings(apart_s=7.0))
    assert found["frame"].tolist() == [0, 100, 150, 300, 780]
    assert found["reason"].tolist() == [
        "its edge was not seen",
        "",
        "too soon after the one before",
        "",
        "",
    ]
    np.testing.assert_allclose(found["time_s"], np.array([0, 10, 15, 30, 78]) + 5)
    offsets = moments(annotations, "a.mp4", "rear", times, settings=MomentSettings("offset"))
    assert offsets["frame"].tolist() == [10, 130, 160, 310, 800]
    assert offsets["reason"].tolist() == ["", "", "", "", "its edge was not seen"]


def test_points_and_subjects():
    annotations = coded(("jump", 30, 30, "present", "m1"), ("jump", 40, 40, "present", "m2"))
    times = np.arange(1000) / 10
    found = moments(annotations, "a.mp4", "jump", times, settings=MomentSettings(subject="m2"))
    assert found[["subject", "frame", "reason"]].to_numpy().tolist() == [["m2", 40, ""]]
    with pytest.raises(EthoprismError, match="unknown behaviour 'fly'"):
        moments(annotations, "a.mp4", "fly", times)
    with pytest.raises(EthoprismError, match="1000 frames, and 999"):
        moments(annotations, "a.mp4", "jump", times, times[1:])


def test_signals_of_xarray():
    array = xr.DataArray(
        np.arange(12.0).reshape(2, 3, 2),
        dims=("space", "time", "keypoint"),
        coords={"time": [0.0, 0.1, 0.2], "space": ["x", "y"], "keypoint": ["nose", "tail"]},
    )
    signal = Continuous.from_dataarray(array)
    assert signal.channels == ("x nose", "x tail", "y nose", "y tail")
    assert signal.values[1].tolist() == [2, 3, 8, 9]


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Continuous(np.ones((3, 1)), np.array([0.0, 2, 1]), ("a",)), "do not increase"),
        (lambda: Continuous(np.ones((3, 1)), np.arange(2.0), ("a",)), "do not fit"),
        (lambda: Spikes((np.array([2.0, 1.0]),), ("u",), (0.0, 3.0)), "go back"),
        (lambda: Spikes((), (), (0.0, 3.0)), "0 units"),
        (lambda: WindowSettings(0.0, 0.0), "no window"),
        (lambda: WindowSettings(baseline=Baseline(-9.0, -8.0)), "no bin"),
    ],
)
def test_what_cannot_be_measured_is_a_mistake(build, said: str):
    with pytest.raises(EthoprismError, match=said):
        build()


def test_a_recording_too_short_to_shift_in():
    session = made(np.random.default_rng(0), 1.0)
    short = replace(session, moments=at([50.0]), observed=np.array([[45.0, 55.0]]))
    with pytest.raises(EthoprismError, match="too little to shift moments in"):
        peri_event([short], QUICK)


def test_no_moment_is_a_mistake_that_says_why():
    session = made(np.random.default_rng(0), 1.0)
    with pytest.raises(EthoprismError, match="begins before the recording"):
        peri_event([replace(session, moments=at([0.2]))], QUICK)
    with pytest.raises(EthoprismError, match="none was coded"):
        peri_event([replace(session, moments=at([]))], QUICK)
