import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.agreement import (
    AgreementSettings,
    CodedVideo,
    align_coders,
    cohen_kappa,
    coincidences,
    compare_pair,
    disagreements,
    fleiss_kappa,
    krippendorff_alpha,
    measure_agreement,
    sampled_frames,
)
from ethoprism_domains.annotation import Annotations, Behavior, Ethogram, make_events, make_observed


def coded(*labels, rate: float = 10.0, video: str = "v.mp4", behaviors=("groom",)) -> CodedVideo:
    """A scene without individuals; each coder's labels are (time,) or (time, behavior)."""
    stacked = np.array(labels, np.int8).reshape(len(labels), -1, 1, len(behaviors))
    coders = tuple("ABCDEF"[: len(labels)])
    times = np.arange(stacked.shape[1]) / rate
    return CodedVideo(video, coders, ("",), tuple(behaviors), times, stacked)


def counted(first, second, tolerance: float = 0.0, rate: float = 10.0, categories: int = 2):
    one, other = np.array(first, np.int8), np.array(second, np.int8)
    every, unit = np.arange(len(one)), np.zeros(len(one), int)
    times = every / rate
    return compare_pair(one, other, times, categories, every, unit, 1, tolerance)[0]


def bouts(length: int, *spans: tuple[int, int]) -> list[int]:
    painted = np.zeros(length, int)
    for start, stop in spans:
        painted[start:stop] = 1
    return painted.tolist()


labels_of_two = st.lists(st.tuples(st.integers(-1, 2), st.integers(-1, 2)), min_size=1, max_size=60)


@given(labels_of_two)
def test_kappa_is_that_of_scikit_learn(pairs):
    first, second = np.array(pairs).T
    known = (first != -1) & (second != -1)
    ours = cohen_kappa(counted(first, second, categories=3)[None])[0]
    if len({*first[known], *second[known]}) < 2:
        assert np.isnan(ours)  # scikit-learn warns here, and gives NaN
    else:
        assert ours == pytest.approx(cohen_kappa_score(first[known], second[known]))


def test_fleiss_kappa_of_the_textbook():
    # 10 subjects, 14 raters, 5 categories: the worked example with kappa 0.210
    counts = np.array(
        [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ]
    )
    assert fleiss_kappa(coincidences(counts)[None])[0] == pytest.approx(0.20993, abs=1e-5)


def test_krippendorff_alpha_of_the_textbook():
    # Krippendorff 2011, section C: four observers, twelve units, missing data; nominal alpha 0.743
    said = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    values = np.array([[0 if v == "." else int(v) for v in row.split()] for row in said])
    counts = np.stack([(values == category).sum(axis=0) for category in range(1, 6)], axis=1)
    table = coincidences(counts)
    assert table.sum() == 40
    assert krippendorff_alpha(table[None])[0] == pytest.approx(0.743, abs=5e-4)


@given(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=2, max_size=30))
def test_fleiss_and_krippendorff_are_what_their_definitions_say(judged):
    values = np.array(judged)
    counts = np.stack([(values == category).sum(axis=1) for category in (0, 1)], axis=1)
    pairs = [
        (a, b) for row in judged for i, a in enumerate(row) for j, b in enumerate(row) if i != j
    ]
    agreed = np.mean([a == b for a, b in pairs])
    pool = [value for row in judged for value in row]
    replaced = np.mean([a == b for a in pool for b in pool])
    apart = np.mean([a == b for i, a in enumerate(pool) for j, b in enumerate(pool) if i != j])
    tables = coincidences(counts)[None]
    for function, chance in ((fleiss_kappa, replaced), (krippendorff_alpha, apart)):
        if chance == 1:
            assert np.isnan(function(tables)[0])
        else:
            assert function(tables)[0] == pytest.approx((agreed - chance) / (1 - chance))


def test_a_late_onset_is_tolerated_and_a_missed_bout_is_not():
    late = counted(bouts(30, (10, 20)), bouts(30, (12, 20)), tolerance=0.2)
    assert late.tolist() == [[21, 0], [0, 9]]  # the two frames count half for each
    missed = counted(bouts(30, (10, 12)), bouts(30), tolerance=0.5)
    assert missed.tolist() == [[28, 0], [2, 0]]


def test_tolerance_reaches_exactly_so_far():
    first, second = bouts(30, (10, 20)), bouts(30, (14, 20))
    assert counted(first, second, tolerance=0.4)[1, 0] == 0
    # at frame 10 the other's first frame of the bout, 14, is 0.4 s away
    assert counted(first, second, tolerance=0.39)[1, 0] == 2


@given(
    st.lists(st.tuples(st.integers(-1, 1), st.integers(-1, 1)), min_size=1, max_size=25),
    st.sampled_from([0.0, 0.1, 0.25, 1.0]),
)
def test_tolerance_is_what_a_brute_force_twin_says(pairs, tolerance):
    table = np.zeros((2, 2))
    for at, (a, b) in enumerate(pairs):
        near = [pairs[k] for k in range(len(pairs)) if abs(k - at) / 10 <= tolerance + 1e-6]
        if -1 in (a, b):
            continue
        if a != b and tolerance and any(q == a for _, q in near) and any(p == b for p, _ in near):
            table[a, a] += 0.5
            table[b, b] += 0.5
        else:
            table[a, b] += 1
    first, second = zip(*pairs, strict=True)
    assert counted(first, second, tolerance).tolist() == table.tolist()


def test_frames_are_sampled_at_whole_intervals():
    times = np.array([0.0, 0.4, 1.0, 1.9, 2.1, 3.0])
    assert sampled_frames(times, 1.0).tolist() == [0, 2, 3, 5]
    assert sampled_frames(times, None).tolist() == list(range(6))
    assert sampled_frames(np.arange(61) / 30, 0.1).tolist() == list(range(0, 61, 3))


def test_the_interval_decides_what_is_compared():
    video = coded(bouts(40, (0, 10), (25, 26)), bouts(40, (0, 10)))
    found = measure_agreement([video], AgreementSettings(interval=1.0))
    assert found.value("agreement", "groom") == 1.0
    assert found.table.set_index("measure").loc["kappa", "count"].tolist() == [4, 4]


def test_what_nobody_did_has_no_kappa_and_no_f1():
    found = measure_agreement([coded([0, 0, 0, -1], [0, 0, 0, 0])])
    assert np.isnan(found.value("kappa", "groom"))
    assert np.isnan(found.value("f1@0.5", "groom"))
    assert found.value("agreement", "groom") == 1.0
    assert found.table.loc[found.table["measure"] == "kappa", "low"].isna().all()


def test_bouts_are_matched_by_overlap():
    video = coded(bouts(60, (0, 10), (20, 30), (40, 50)), bouts(60, (0, 10), (26, 36)))
    found = measure_agreement([video])
    # overlaps of 1 and 4/16
    assert found.value("f1@0.25") == pytest.approx(2 * 2 / 5)
    assert found.value("f1@0.5") == pytest.approx(2 * 1 / 5)


def test_exclusive_behaviors_are_one_category_each_moment():
    first = [[1, 0], [1, 0], [0, 1], [0, 0], [0, 1], [0, 0]]
    second = [[1, 0], [0, 1], [0, 1], [0, 0], [0, 0], [0, 0]]
    video = coded(first, second, behaviors=("groom", "rear"))
    whole = cohen_kappa_score([1, 1, 2, 0, 2, 0], [1, 2, 2, 0, 0, 0])
    found = measure_agreement([video], AgreementSettings(exclusive=True))
    assert found.value("kappa") == pytest.approx(whole)
    pooled = cohen_kappa_score(np.ravel(first), np.ravel(second))
    assert measure_agreement([video]).value("kappa") == pytest.approx(pooled)


def test_behaviors_that_overlap_are_no_categories():
    video = coded([[1, 1]], [[0, 0]], behaviors=("groom", "rear"))
    with pytest.raises(EthoprismError, match="A says that groom and rear hold at once"):
        measure_agreement([video], AgreementSettings(exclusive=True))


def test_three_coders_have_pairs_and_measures_of_all():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 200)
    coders = [np.where(rng.random(200) < 0.1, 1 - truth, truth) for _ in range(3)]
    coders[2][:50] = -1
    found = measure_agreement([coded(*coders)])
    assert found.table["coders"].unique().tolist() == ["A & B", "A & C", "B & C", "A & B & C"]
    kappa = cohen_kappa_score(coders[0], coders[1])
    assert found.value("kappa", "groom", ("A", "B")) == pytest.approx(kappa)
    of_all = found.table[found.table["coders"] == "A & B & C"].set_index("measure")["count"]
    assert of_all["fleiss_kappa"].tolist() == [450, 450]
    assert of_all["krippendorff_alpha"].tolist() == [550, 550]
    assert 0.5 < found.value("krippendorff_alpha") < 0.8


def test_intervals_resample_videos_or_blocks_of_one():
    rng = np.random.default_rng(1)
    videos = []
    for number in range(8):
        truth = rng.integers(0, 2, 100)
        videos.append(coded(truth, truth ^ (rng.random(100) < 0.2), video=f"{number}"))
    for chosen, unit, count in ((videos, "videos", 8), (videos[:1], "blocks of time", 10)):
        found = measure_agreement(chosen)
        row = found.table[found.table["measure"] == "kappa"].iloc[0]
        assert (found.unit, found.unit_count) == (unit, count)
        assert row["low"] < row["value"] < row["high"]


def test_disagreements_name_who_says_what():
    found = disagreements(coded([0, 1, 1, 1, 0, 1], [0, 0, 1, 1, 0, 0], [0, 1, 1, 0, 0, -1]))
    columns = ["start_frame", "stop_frame", "start_s", "present", "absent"]
    assert found[columns].to_numpy().tolist() == [
        [1, 2, 0.1, "A; C", "B"],
        [3, 4, 0.3, "A; B", "C"],
        [5, 6, 0.5, "A", "B"],
    ]


def annotations(events, observed, names=("groom", "rear")) -> Annotations:
    columns = ["video", "subject", "behavior", "start_frame", "stop_frame"]
    table = make_events(pd.DataFrame(events, columns=columns))
    spans = pd.DataFrame(observed, columns=["video", "start_frame", "stop_frame"])
    return Annotations(table, make_observed(spans), Ethogram(tuple(map(Behavior, names))))


def test_coders_are_aligned_where_two_observed():
    one = annotations([("a", "m1", "groom", 2, 5), ("a", "m2", "rear", 0, 3)], [("a", 0, 8)])
    other = annotations([("a", "m1", "groom", 2, 4), ("b", "m1", "groom", 0, 1)], [("a", 0, 6)])
    (video,) = align_coders({"one": one, "other": other}, lambda _: np.arange(10) / 10)
    assert (video.video, video.individuals) == ("a", ("m1", "m2"))
    assert video.labels[:, :, 0, 0].tolist() == [
        [0, 0, 1, 1, 1, 0, 0, 0, -1, -1],
        [0, 0, 1, 1, 0, 0, -1, -1, -1, -1],
    ]


def test_names_of_a_lone_animal_do_not_matter():
    one = annotations([("a", "mouse", "groom", 2, 5)], [("a", 0, 8)])
    other = annotations([("a", "M1", "groom", 2, 5)], [("a", 0, 8)])
    (video,) = align_coders({"one": one, "other": other}, lambda _: np.arange(8) / 10)
    assert video.individuals == ("",)
    assert (video.labels[0] == video.labels[1]).all()


def test_coders_without_a_common_video_are_refused():
    one, other = (annotations([], [(name, 0, 5)]) for name in "ab")
    with pytest.raises(EthoprismError, match="no video was observed by two coders"):
        align_coders({"one": one, "other": other}, lambda _: np.arange(5) / 10)
    with pytest.raises(EthoprismError, match="name two or more"):
        align_coders({"one": one}, lambda _: np.arange(5) / 10)


@pytest.mark.parametrize("wrong", [{"interval": 0.0}, {"interval": np.nan}, {"tolerance": -1.0}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(EthoprismError):
        AgreementSettings(**wrong)
