from dataclasses import replace

import numpy as np
import pytest

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.neuroscience import (
    Binned,
    Continuous,
    DecodingSettings,
    Spikes,
    bin_together,
    decode,
)

SETTINGS = DecodingSettings(blocks=4, shifts=19)


def made(seed: int, effect: float, bins: int = 400, name: str = "s") -> Binned:
    """Bouts of about two seconds, slow noise, and a channel that follows the first behaviour."""
    rng = np.random.default_rng(seed)
    state = np.repeat(rng.integers(0, 2, bins // 10), 10)
    other = np.repeat(rng.integers(0, 2, bins // 10), 10)
    noise = np.apply_along_axis(
        lambda column: np.convolve(column, np.ones(8), "same"), 0, rng.normal(size=(bins, 2))
    )
    noise[:, 0] += effect * state
    labels = np.stack([state, other], axis=1).astype(np.int8)
    times = np.arange(bins) * 0.2
    return Binned(name, times, 0.2, noise, labels, ("driven", "free"), ("rear", "groom"))


def test_behavior_is_read_from_a_signal_that_follows_it_and_no_other():
    table = decode([made(0, 6.0)], "signal to behavior", SETTINGS).set_index(["target", "score"])
    rear = table.loc["rear"].loc["roc_auc"]
    assert rear["value"] > 0.8 and rear["value"] > rear["shuffle_high"]
    assert rear["p"] == pytest.approx(1 / 20) and rear["chance"] == 0.5
    assert table.loc["groom"].loc["roc_auc"]["p"] > 0.05
    precision = table.loc["rear"].loc["average_precision"]
    assert precision["chance"] == precision["present"] / precision["bins"]
    assert (table["folds"] == 4).all()


def test_a_signal_is_read_from_behavior_and_the_other_is_not():
    table = decode([made(0, 6.0)], "behavior to signal", SETTINGS).set_index("target")
    assert table.loc["driven", "value"] > 0.3 and table.loc["driven", "p"] == pytest.approx(1 / 20)
    assert table.loc["free", "value"] < 0.1 and table.loc["free", "p"] > 0.05
    assert (table["chance"] == 0).all()


def test_p_is_uniform_where_there_is_no_tie():
    settings = replace(SETTINGS, shifts=9)
    p = np.array(
        [decode([made(s, 0.0, 200)], "behavior to signal", settings)["p"] for s in range(20, 50)]
    )
    assert 0.02 <= (p <= 0.1).mean() <= 0.22
    assert abs(p.mean() - 0.55) < 0.12


def test_sessions_are_left_out_as_a_whole_and_history_helps():
    sessions = [made(seed, 6.0, name=f"m{seed}") for seed in range(3)]
    late = [replace(item, features=np.roll(item.features, 3, axis=0)) for item in sessions]
    settings = replace(SETTINGS, shifts=0)

    def value(items, history):
        table = decode(items, "behavior to signal", replace(settings, history_s=history))
        assert (table["folds"] == 3).all() and table["p"].isna().all()
        return table.set_index("target").loc["driven", "value"]

    assert value(late, 0.6) > value(late, 0.0) + 0.1


def test_unknown_bins_are_neither_trained_nor_tested_on():
    item = made(0, 6.0)
    labels, features = item.labels.copy(), item.features.copy()
    labels[100:150] = -1
    features[300:310] = np.nan
    table = decode([replace(item, labels=labels, features=features)], settings=SETTINGS)
    assert (table["bins"] == 340).all()


def test_labels_of_bins_are_those_of_most_of_their_frames():
    labels = np.array([[1], [1], [0], [0], [0], [1], [1], [-1], [0], [0], [0]], np.int8)
    spikes = Spikes((np.array([0.05, 0.15, 0.31]),), ("u",), (0.0, 2.0))
    binned = bin_together("s", spikes, labels, np.arange(11) * 0.1, ["rear"], 0.3)
    assert binned.labels[:, 0].tolist() == [1, 0, -1]
    np.testing.assert_allclose(binned.features[:, 0], [2 / 0.3, 1 / 0.3, 0])
    fine = bin_together("s", spikes, labels, np.arange(11) * 0.1, ["rear"], 0.05)
    assert fine.labels[:6, 0].tolist() == [1, 1, 1, 1, 0, 0]


def test_what_cannot_be_decoded_is_a_mistake():
    signal = Continuous(np.ones((10, 1)), np.arange(10.0) + 50, ("a",))
    with pytest.raises(EthoprismError, match="do not overlap"):
        bin_together("s", signal, np.zeros((20, 1), np.int8), np.arange(20.0), ["rear"])
    unknown = replace(made(0, 1.0), labels=np.full((400, 2), -1, np.int8))
    with pytest.raises(EthoprismError, match="too little is known"):
        decode([unknown], settings=SETTINGS)
    with pytest.raises(EthoprismError, match="differ in channels"):
        decode([made(0, 1.0), replace(made(1, 1.0), channels=("x", "y"))])
