import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation import (
    MACRO,
    EvaluationSettings,
    ScoredVideo,
    Scores,
    average_precision,
    evaluate,
    frame_metrics,
    summary_tables,
)

NAMES = ("walk", "rest", "never", "background")
QUICK = EvaluationSettings(replicates=200, shifts=5)


def make_video(number: int, noise: float = 0.17, frames: int = 400) -> ScoredVideo:
    """Make bouts of twenty frames, predicted with noise; `never` never occurs."""
    rng = np.random.default_rng(number)
    chosen = np.repeat(rng.integers(0, 3, frames // 20), 20)
    truth = np.zeros((frames, 1, 4), np.int8)
    truth[np.arange(frames), 0, np.array([0, 1, 3])[chosen]] = 1
    truth[:30] = -1
    score = np.clip(truth * 0.6 + 0.2 + rng.normal(0, noise, truth.shape), 0, 1)
    score[:, :, 2] = 0.1
    return ScoredVideo(
        f"video {number}",
        f"animal {number // 2}",
        NAMES,
        np.arange(frames) / 25,
        truth,
        (score > 0.5).astype(np.int8),
        score.astype(np.float32),
    )


@pytest.fixture(scope="module")
def videos() -> list[ScoredVideo]:
    return [make_video(number) for number in range(6)]


@pytest.fixture(scope="module")
def scores(videos) -> Scores:
    return evaluate(videos, QUICK, exclusive_groups=[("walk", "rest", "elsewhere")])


def test_every_score_stands_beside_its_chance_and_interval(scores):
    table = scores.table
    assert set(table["level"]) == {"frame", "bout", "time"}
    told = table[table["value"].notna()]
    assert told[["low", "high", "chance"]].notna().all().all()
    assert (told["low"] <= told["high"]).all()
    ours = told[told["metric"].isin(["average_precision", "f1", "f1@0.1", "f1@0.25", "f1@0.5"])]
    assert (ours["value"] > ours["chance"]).all()
    off = told[told["metric"].str.contains("_abs_|budget")]
    assert (off["value"] <= off["chance"]).all()
    assert scores.group_count == 3 and len(scores.videos) == 6


def test_values_are_those_of_all_frames_together(videos, scores):
    truth, score, said = (
        np.concatenate([getattr(video, field)[:, 0, 1] for video in videos])
        for field in ("truth", "probability", "predicted")
    )
    counts = frame_metrics.count_frames(truth[:, None], said[:, None])
    assert scores.value("average_precision", "rest") == pytest.approx(
        average_precision(truth, score)
    )
    assert scores.value("f1", "rest") == pytest.approx(frame_metrics.f1(counts)[0])
    row = scores.table.query("metric == 'f1' and behavior == 'rest'").iloc[0]
    assert row["count"] == (truth == 1).sum()
    assert row["chance"] == pytest.approx(frame_metrics.chance_f1(counts)[0])
    with pytest.raises(KeyError):
        scores.value("kappa")


def test_the_average_leaves_out_background_and_what_never_occurs(scores):
    for metric in ("average_precision", "f1", "f1@0.5"):
        parts = [scores.value(metric, name) for name in ("walk", "rest")]
        assert scores.value(metric) == pytest.approx(np.mean(parts))
    assert np.isnan(scores.value("average_precision", "never"))
    assert np.isnan(scores.value("precision", "never"))


def regrouped(video: ScoredVideo, group: str) -> ScoredVideo:
    return ScoredVideo(**vars(video) | {"group": group})


def test_intervals_come_from_whole_groups(videos):
    alone = evaluate([regrouped(video, "the same") for video in videos], QUICK)
    assert alone.table[["low", "high"]].isna().all().all()
    few = evaluate(videos, QUICK).table
    many = [regrouped(video, f"{video.group} again {n}") for video in videos for n in range(9)]
    table = evaluate(many, QUICK).table
    at = few["level"].eq("frame") & few["behavior"].isin(["walk", "rest"])
    np.testing.assert_allclose(table["value"][at], few["value"][at])
    assert ((table["high"] - table["low"])[at] < 0.6 * (few["high"] - few["low"])[at]).all()
    again = evaluate(videos, QUICK).table
    pd.testing.assert_frame_equal(again, evaluate(videos, QUICK).table)


def test_perfect_and_useless_predictions(videos):
    def predicted(video: ScoredVideo, said: np.ndarray) -> ScoredVideo:
        fields = vars(video) | {"predicted": said, "probability": said.astype(np.float32)}
        return ScoredVideo(**fields)

    perfect = evaluate([predicted(v, (v.truth == 1).astype(np.int8)) for v in videos], QUICK)
    for metric in ("average_precision", "precision", "recall", "f1", "f1@0.1", "f1@0.5"):
        assert perfect.value(metric) == 1
    assert perfect.value("time_budget_error") == 0
    assert perfect.value("onset_abs_s", "walk") == perfect.value("offset_frames", "rest") == 0
    always = evaluate([predicted(v, np.ones_like(v.truth)) for v in videos], QUICK).table
    row = always.query("metric == 'f1' and behavior == 'walk'").iloc[0]
    assert row["value"] == pytest.approx(row["chance"])
    never = evaluate([predicted(v, np.zeros_like(v.truth)) for v in videos], QUICK)
    assert never.value("f1") == 0 and never.value("f1@0.1") == 0
    assert np.isnan(never.value("onset_abs_s", "walk"))


def test_confusions_and_curves_are_there_to_draw(videos, scores):
    (confusion,) = scores.confusions
    assert list(confusion.index) == ["walk", "rest", "none"]
    known = sum(int((video.truth[:, 0, 0] != -1).sum()) for video in videos)
    assert confusion.to_numpy().sum() == known
    assert set(scores.curves["behavior"]) == set(NAMES)
    assert list(scores.curves.columns) == ["behavior", "threshold", "precision", "recall"]
    assert len(scores.budgets) == 6 * len(NAMES)


def test_json_is_finite_and_csv_reads_back(tmp_path, scores):
    scores.write_json(tmp_path / "scores.json")
    content = json.loads(
        (tmp_path / "scores.json").read_text(encoding="utf-8"),
        parse_constant=lambda name: pytest.fail(f"{name} in JSON"),
    )
    assert len(content["scores"]) == len(scores.table)
    undefined = [row for row in content["scores"] if row["value"] is None]
    assert {row["behavior"] for row in undefined} >= {"never"}
    assert content["confusions"][0]["behaviors"] == ["walk", "rest", "none"]
    scores.write_csv(tmp_path / "scores.csv")
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "scores.csv"), scores.table, check_dtype=False
    )


def test_the_terminals_tables_have_a_row_for_each_behaviour(scores):
    frames, bouts = summary_tables(scores)
    assert "95 % interval" in frames.title
    for table in (frames, bouts):
        assert [row[0] for row in table.rows] == [*NAMES, MACRO]
        assert {len(row) for row in table.rows} == {len(table.header)}
    row = scores.table.query("metric == 'f1' and behavior == 'walk'").iloc[0]
    told = f"{row.value:.2f} [{row.low:.2f}, {row.high:.2f}] ({row.chance:.2f})"
    assert frames.rows[0][frames.header.index("F1")] == told
    assert frames.rows[2][2] == "–"


def test_a_video_in_parts_has_groups_of_its_own(videos):
    parts = [videos[0].part(start, start + 100, f"block {start}") for start in range(0, 400, 100)]
    whole, cut = evaluate(videos[:1], QUICK), evaluate(parts, QUICK)
    assert cut.group_count == 4 and cut.videos == ("video 0",)
    assert cut.value("f1", "walk") == pytest.approx(whole.value("f1", "walk"))
    assert np.isfinite(cut.table["low"].iloc[0]) and np.isnan(whole.table["low"].iloc[0])


def test_a_single_video_and_an_unknown_one_still_have_scores():
    blank = make_video(1)
    blank = ScoredVideo(**vars(blank) | {"truth": np.full_like(blank.truth, -1)})
    nothing = evaluate([blank], QUICK)
    assert np.isnan(nothing.value("average_precision")) and nothing.budgets.empty
    assert json.loads(nothing.to_json())["time_budgets"] == []
    assert len(summary_tables(nothing)) == 2


def dataset(
    values: np.ndarray, individuals: list[str], names: list[str], **attrs: str
) -> xr.Dataset:
    dims = ("time", "individual", "behavior")
    coords = {
        "time": np.arange(len(values)) / 10,
        "individual": individuals,
        "behavior": names,
    }
    kind = "labels" if values.dtype == np.int8 else "probability"
    found = xr.Dataset({kind: (dims, values)}, coords=coords, attrs=attrs)
    return found if kind == "labels" else found.assign(label=(found[kind] > 0.5).astype(np.int8))


def test_labels_and_predictions_are_aligned_by_name():
    rng = np.random.default_rng(0)
    truth = rng.integers(-1, 2, (9, 2, 3)).astype(np.int8)
    labels = dataset(truth, ["A", "B"], ["x", "y", "z"], video="v")
    chance = rng.random((9, 2, 2)).astype(np.float32)
    chance[4] = np.nan
    found = ScoredVideo.compare(labels, dataset(chance, ["B", "A"], ["z", "x"]), "site 1")
    assert (found.video, found.group, found.behaviors) == ("v", "site 1", ("z", "x"))
    expected = truth[:, ::-1][:, :, [2, 0]].copy()
    expected[4] = -1  # nothing was predicted there
    np.testing.assert_array_equal(found.truth, expected)
    np.testing.assert_array_equal(found.predicted == 1, chance > 0.5)


def test_a_lone_individual_needs_no_name():
    labels = dataset(np.ones((4, 1, 1), np.int8), [""], ["x"], video="v")
    predictions = dataset(np.ones((4, 1, 1), np.float32), ["animal 1"], ["x"])
    found = ScoredVideo.compare(labels, predictions)
    assert found.group == "v" and (found.truth == 1).all()


def test_what_does_not_fit_together_is_refused(videos):
    labels = dataset(np.ones((4, 2, 1), np.int8), ["A", "B"], ["x"], video="v")
    with pytest.raises(EthoprismError, match="no labels of individual 'C', v"):
        ScoredVideo.compare(labels, dataset(np.ones((4, 2, 1), np.float32), ["A", "C"], ["x"]))
    with pytest.raises(EthoprismError, match="no labels of behavior 'y', v"):
        ScoredVideo.compare(labels, dataset(np.ones((4, 2, 1), np.float32), ["A", "B"], ["y"]))
    with pytest.raises(EthoprismError, match="4 frames are labelled and 5 predicted, v"):
        ScoredVideo.compare(labels, dataset(np.ones((5, 2, 1), np.float32), ["A", "B"], ["x"]))
    with pytest.raises(EthoprismError, match="truth and predictions are not both"):
        ScoredVideo(**vars(videos[0]) | {"behaviors": ("walk",)})
    with pytest.raises(EthoprismError, match="no videos to evaluate"):
        evaluate([])
    other = ScoredVideo(**vars(videos[0]) | {"behaviors": ("a", "b", "c", "d"), "video": "odd"})
    with pytest.raises(EthoprismError, match=r"a, b, c, d are predicted, elsewhere walk.* odd"):
        evaluate([videos[0], other])
