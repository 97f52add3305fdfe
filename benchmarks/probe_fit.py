"""Fit a probe on 13,500 windows of 64 tokens x 768, as one long experiment gives, and time it.

    python benchmarks/probe_fit.py [--kind compact] [--windows 13500]

Synthetic tokens with four behaviours: one shifts a single token somewhere in the window, two move
a mark to the right or to the left, which no average over space can tell apart, and one shifts
everything a little. Prints the seconds and, on windows that were not trained on, the average
precision of each behaviour beside chance. Beside it, the seconds of one pass of plain matrix
products over the same numbers show how busy the machine is.
"""

import argparse
import time

import numpy as np

from ethoprism_domains.evaluation.frame_metrics import average_precision
from ethoprism_domains.probe import KINDS, SampleLayout

BEHAVIORS = ("somewhere", "to the right", "to the left", "everywhere")
LAYOUT = SampleLayout(1, (4, 4, 4), 768)
SHARE = 0.2  # of the windows show each behaviour
TEST_WINDOWS = 1500
NOISE_BANK = 400  # windows of noise that are drawn from, since drawing new noise takes longer


def make_windows(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    directions = np.random.default_rng(0).normal(size=(3, LAYOUT.feature_dim))
    bank = generator.normal(size=(NOISE_BANK, LAYOUT.positions, LAYOUT.feature_dim))
    bank = bank.astype(np.float16)
    y = (generator.random((count, len(BEHAVIORS))) < SHARE).astype(np.int8)
    y[:, 2] &= 1 - y[:, 1]
    X = np.empty((count, LAYOUT.columns), np.float16)
    for row, labels in enumerate(y):
        tokens = bank[generator.integers(NOISE_BANK)][generator.permutation(LAYOUT.positions)]
        plant(tokens.reshape(*LAYOUT.token_shape, -1), labels, directions, generator)
        X[row] = tokens.ravel()
    return X, y


def plant(
    tokens: np.ndarray, labels: np.ndarray, directions: np.ndarray, generator: np.random.Generator
) -> None:
    if labels[0]:
        tokens[tuple(generator.integers(4, size=3))] += directions[0].astype(np.float16)
    columns = generator.permutation(4)
    if labels[1] or labels[2]:
        columns = np.arange(4) if labels[1] else np.arange(4)[::-1]
    tokens[np.arange(4), generator.integers(4), columns] += directions[1].astype(np.float16)
    tokens += (0.05 * labels[3] * directions[2]).astype(np.float16)


def matrix_product_seconds(windows: int) -> float:
    tokens = np.ones((64 * LAYOUT.positions, LAYOUT.feature_dim), np.float32)
    weight = np.ones((LAYOUT.feature_dim, 64), np.float32)
    start = time.perf_counter()
    for _ in range(windows // 64):
        tokens @ weight
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=KINDS, default="compact")
    parser.add_argument("--windows", type=int, default=13_500)
    arguments = parser.parse_args()
    X, y = make_windows(arguments.windows + TEST_WINDOWS, seed=1)
    training = slice(0, arguments.windows)
    start = time.perf_counter()
    probe = KINDS[arguments.kind](layout=LAYOUT).fit(X[training], y[training])
    seconds = time.perf_counter() - start
    answers = probe.predict_proba(X[arguments.windows :])
    print(f"{arguments.kind}: fitted {arguments.windows} windows in {seconds:.1f} s")
    passes = seconds / matrix_product_seconds(arguments.windows)
    print(f"  as long as {passes:.0f} plain products of all tokens with a 768 x 64 matrix")
    for column, name in enumerate(BEHAVIORS):
        truth = y[arguments.windows :, column]
        score = average_precision(truth, answers[:, column])
        print(f"  {name:12s} average precision {score:.3f}, chance {truth.mean():.3f}")


if __name__ == "__main__":
    main()
