"""Scores of whole clips, and the accuracy of behaviours that exclude one another."""

import json

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, average_precision_score, balanced_accuracy_score

from ethoprism_domains.evaluation import (
    MACRO,
    EvaluationSettings,
    ScoredVideo,
    evaluate,
    summary_tables,
)

NAMES = ("walk", "graze", "run")
CLIPS = EvaluationSettings(replicates=100, level="clip")


def clips(count: int = 60, seed: int = 0) -> tuple[list[ScoredVideo], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    true = rng.choice(3, count, p=[0.6, 0.3, 0.1])
    truth = np.eye(3, dtype=np.int8)[true][:, None, None]
    probability = rng.dirichlet(np.ones(3), count) * 0.5 + 0.5 * (rng.random((count, 3)) < 0.6)
    probability = np.where(truth[:, 0, 0] == 1, probability, probability * 0.7)[:, None, None]
    said = (probability >= 0.5).astype(np.int8)
    videos = [
        ScoredVideo(f"clip {n}", f"site {n % 6}", NAMES, np.zeros(1), *parts)
        for n, parts in enumerate(zip(truth, said, probability.astype(np.float32), strict=True))
    ]
    return videos, true, probability[:, 0, 0].astype(np.float32)


def test_accuracies_and_precision_of_clips_are_those_of_scikit_learn():
    videos, true, probability = clips()
    scores = evaluate(videos, CLIPS, [NAMES])
    said = probability.argmax(axis=1)
    assert scores.accuracy == pytest.approx(accuracy_score(true, said))
    assert scores.value("accuracy") == pytest.approx(balanced_accuracy_score(true, said))
    for number, name in enumerate(NAMES):
        own = average_precision_score(true == number, probability[:, number])
        assert scores.value("average_precision", name) == pytest.approx(own)
    assert set(scores.table["level"]) == {"clip"}
    assert scores.group_count == 6
    row = scores.table.query("metric == 'accuracy' and behavior == @MACRO").iloc[0]
    assert row["low"] <= row["value"] <= row["high"]
    assert json.loads(scores.to_json())["accuracy"] == pytest.approx(scores.accuracy)
    (table,) = summary_tables(scores)
    assert table.title.startswith("Clips:")
    assert [row[0] for row in table.rows] == [*NAMES, MACRO]


def test_a_clip_of_several_or_unknown_labels_has_no_accuracy():
    videos, true, probability = clips()
    videos[0].truth[:] = 1
    videos[1].truth[0, 0, 2] = -1
    scores = evaluate(videos, CLIPS, [NAMES])
    assert scores.accuracy == pytest.approx(
        accuracy_score(true[2:], probability[2:].argmax(axis=1))
    )


def test_behaviours_that_may_meet_have_no_accuracy():
    videos, _, _ = clips()
    scores = evaluate(videos, CLIPS)
    assert np.isnan(scores.accuracy)
    assert "accuracy" not in set(scores.table["metric"])
    assert json.loads(scores.to_json())["accuracy"] is None


def test_only_behaviours_of_a_group_have_an_accuracy():
    videos, true, probability = clips()
    scores = evaluate(videos, CLIPS, [("walk", "graze")])
    assert np.isnan(scores.value("accuracy", "run"))
    own = true < 2
    said = probability[own][:, :2].argmax(axis=1)
    assert scores.accuracy == pytest.approx(accuracy_score(true[own], said))
