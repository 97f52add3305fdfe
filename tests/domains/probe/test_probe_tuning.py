import numpy as np
import pytest

from ethoprism_domains.probe import (
    BehaviorRule,
    PostProcessing,
    Stretch,
    choose_processing,
    postprocess,
)


def stretch(seed: int, frames: int = 1500, noise: float = 0.1, level: float = 0.3) -> Stretch:
    """Bouts of 1 to 3 s whose probability rises to `level` over a floor of 0.05."""
    generator = np.random.default_rng(seed)
    labels = np.zeros((frames, 1), np.int8)
    for start in range(0, frames, 150):
        labels[start : start + int(generator.integers(25, 75))] = 1
    probability = 0.05 + (level - 0.05) * labels + noise * generator.normal(size=labels.shape)
    return Stretch(np.clip(probability, 0, 1), labels, np.arange(frames) / 25)


def frame_f1(stretch: Stretch, processing: PostProcessing) -> float:
    said = postprocess(stretch.probability, stretch.frame_times, processing)[:, 0] == 1
    true = stretch.labels[:, 0] == 1
    return float(2 * (said & true).sum() / (said.sum() + true.sum()))


def test_a_threshold_below_one_half_is_found() -> None:
    rules = choose_processing([[stretch(0, noise=0.02)], [stretch(1, noise=0.02)]], 1)
    assert 0.1 < rules.overall.rules[0].threshold < 0.28
    assert frame_f1(stretch(2, noise=0.02), rules.overall) > 0.98


def test_flicker_is_tidied_up_on_unseen_footage() -> None:
    rules = choose_processing([[stretch(0)], [stretch(1)]], 1)
    plain = PostProcessing((BehaviorRule(threshold=rules.overall.rules[0].threshold),))
    unseen = stretch(2)
    assert frame_f1(unseen, rules.overall) > frame_f1(unseen, plain) + 0.02


def test_clean_probabilities_get_the_simplest_rule() -> None:
    rule = choose_processing([[stretch(0, noise=0.0)], [stretch(1, noise=0.0)]], 1).overall.rules[0]
    assert (rule.smoothing_s, rule.fill_gap_s, rule.min_bout_s) == (0.0, 0.0, 0.0)


def test_a_fold_has_no_say_in_its_own_rule() -> None:
    """Whatever the fold's own footage says, the rule for it stays."""
    others = [[stretch(1)], [stretch(2)]]
    rules = [choose_processing([[own], *others], 1) for own in (stretch(0), stretch(3, level=0.9))]
    assert rules[0].without[0] == rules[1].without[0]
    assert rules[0].without[0] == choose_processing(others, 1).overall
    assert rules[0].without[1] != rules[1].without[1]


def test_two_bouts_are_too_few_to_choose_by() -> None:
    few = stretch(0, frames=300)
    assert choose_processing([[few], []], 1).overall.rules == (BehaviorRule(),)


def test_nothing_held_out_keeps_the_default() -> None:
    rules = choose_processing([[], []], 2, [(0, 1)])
    assert rules.overall == PostProcessing.default(2, [(0, 1)])


def test_unknown_frames_have_no_say() -> None:
    known = stretch(0)
    certain, unknown = np.full((500, 1), 0.99), np.full((500, 1), -1, np.int8)
    misleading = Stretch(certain, unknown, np.arange(500) / 25)
    rules = choose_processing([[misleading, known, misleading]], 1)
    assert rules == choose_processing([[known]], 1)


def test_stretches_are_not_joined() -> None:
    """A bout at the end of one stretch and at the start of the next are two bouts."""
    labels = np.ones((50, 1), np.int8)
    certain = Stretch(np.full((50, 1), 0.9), labels, np.arange(50) / 25)
    rules = choose_processing([[certain] * 4], 1)
    assert rules.overall.rules[0].threshold == pytest.approx(0.5, abs=0.1)
    assert choose_processing([[certain] * 2], 1).overall.rules == (BehaviorRule(),)
