"""How well a signal predicts behaviour, and behaviour a signal, in time that was left out.

Neighbouring bins are alike, so what is tested on lies in blocks of time (with several sessions, in
whole sessions) that were not trained on, with a gap around. The control is the same fit on
behaviour shifted around its session by a random amount: it has the same bouts and the same slow
changes, but no tie to the signal. A score counts as far as it lies above those.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float, Int8
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, balanced_accuracy_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation import Folds, leave_groups_out, time_blocks
from ethoprism_domains.neuroscience.together import Binned, with_history

DECODING_COLUMNS = (
    *("direction", "target", "score", "value", "chance"),
    *("shuffle_mean", "shuffle_low", "shuffle_high", "p", "bins", "present", "folds"),
)
Direction = Literal["signal to behavior", "behavior to signal"]
_FEWEST = 2
_THREADS_PAY = 1_000_000  # numbers in the table of bins


@dataclass(frozen=True)
class DecodingSettings:
    """How decoding is measured.

    Parameters
    ----------
    history_s
        How far back the predictors reach, in seconds.
    blocks
        Of time, with a single session.
    gap_s
        Nothing nearer than this to a test block is trained on; at least `history_s` is kept.
    penalty
        Of the squared weights of standardised predictors (logistic: 1 / C; ridge: alpha).
    shifts
        Circular shifts of the control; 0 for none.
    confidence
        Of the interval of the control.
    """

    history_s: float = 0.0
    blocks: int = 5
    gap_s: float = 1.0
    penalty: float = 1.0
    shifts: int = 50
    confidence: float = 0.95
    seed: int = 0


def decode(
    sessions: Sequence[Binned],
    direction: Direction = "signal to behavior",
    settings: DecodingSettings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Score predictions of what was left out, beside chance and the shifted control.

    Behaviour is predicted by a logistic regression with balanced classes, each by itself; a signal
    by ridge regression from all behaviours.

    Returns
    -------
    A row for each target and score, with the columns `DECODING_COLUMNS`. `p` is the share of the
    shifts, the real arrangement among them, that score as high or higher.

    Raises
    ------
    EthoprismError
        If sessions do not fit together, or too little is known of every target.
    """
    settings = settings or DecodingSettings()
    if not sessions or len({(item.channels, item.behaviors, item.step_s) for item in sessions}) > 1:
        raise EthoprismError(
            "the sessions differ in channels, behaviours or bins", None, "measure each alone"
        )
    material = _Material.gather(sessions, direction, settings)
    rng = np.random.default_rng(settings.seed)
    control = []
    # the solver calls BLAS thousands of times: on small problems its threads mostly wait
    with threadpool_limits(1 if material.features.size < _THREADS_PAY else None, user_api="blas"):
        real = material.scores(None)
        for number in range(settings.shifts):
            control.append(material.scores(rng))
            if progress is not None:
                progress(number + 1, settings.shifts)
    if not any(np.isfinite(list(scores.values())).any() for scores in real.values()):
        raise EthoprismError(
            "too little is known to train and test on",
            None,
            "code more, or choose fewer blocks or a smaller gap",
        )
    rows = [
        _row(material, target, score, real, control, settings)
        for target in real
        for score in real[target]
    ]
    return pd.DataFrame(rows, columns=list(DECODING_COLUMNS))


@dataclass(frozen=True, eq=False)
class _Material:
    """The bins of all sessions in a row, and the folds over them."""

    direction: Direction
    features: Float[np.ndarray, "bin channel"]
    labels: Int8[np.ndarray, "bin behavior"]
    lengths: tuple[int, ...]
    targets: tuple[str, ...]
    folds: Folds
    history: int
    penalty: float

    @classmethod
    def gather(
        cls, sessions: Sequence[Binned], direction: Direction, settings: DecodingSettings
    ) -> "_Material":
        first = sessions[0]
        history = round(settings.history_s / first.step_s)
        lengths = tuple(len(item.times) for item in sessions)
        if len(sessions) > 1:
            names = np.repeat([f"{at} {item.name}" for at, item in enumerate(sessions)], lengths)
            folds = leave_groups_out(names)
        else:
            gap = max(settings.gap_s, settings.history_s)
            folds = time_blocks(first.times, settings.blocks, gap)
        targets = first.behaviors if direction == "signal to behavior" else first.channels
        return cls(
            direction,
            np.concatenate([item.features for item in sessions]),
            np.concatenate([item.labels for item in sessions]),
            lengths,
            targets,
            folds,
            history,
            settings.penalty,
        )

    def scores(self, rng: np.random.Generator | None) -> dict[str, dict[str, float]]:
        """Score each target; with a generator, of behaviour shifted against the signal."""
        labels = self.labels
        if rng is not None:
            parts = self._parts(labels)
            shifted = [np.roll(part, int(rng.integers(len(part))), axis=0) for part in parts]
            labels = np.concatenate(shifted)
        if self.direction == "signal to behavior":
            given = self._stacked(self.features)
            return {
                name: _behavior_scores(given, labels[:, at], self.folds, self.penalty)
                for at, name in enumerate(self.targets)
            }
        said = np.where(labels == -1, np.nan, labels.astype(np.float64))
        given = self._stacked(said)
        return {
            name: _signal_scores(given, self.features[:, at], self.folds, self.penalty)
            for at, name in enumerate(self.targets)
        }

    def _stacked(self, values: np.ndarray) -> np.ndarray:
        return np.concatenate([with_history(part, self.history) for part in self._parts(values)])

    def _parts(self, values: np.ndarray) -> list[np.ndarray]:
        return np.split(values, np.cumsum(self.lengths)[:-1])


def _behavior_scores(
    given: Float[np.ndarray, "bin predictor"],
    labels: Int8[np.ndarray, " bin"],
    folds: Folds,
    penalty: float,
) -> dict[str, float]:
    """Score the held-out probabilities of one behaviour, all folds together."""
    usable = np.isfinite(given).all(axis=1) & (labels != -1)
    probability = np.full(len(labels), np.nan)
    for train, test in folds:
        train, test = train[usable[train]], test[usable[test]]
        if len(test) and len(np.unique(labels[train])) == 2:
            model = make_pipeline(
                StandardScaler(),
                LogisticRegression(C=1 / penalty, class_weight="balanced", max_iter=1000),
            )
            model.fit(given[train], labels[train])
            probability[test] = model.predict_proba(given[test])[:, 1]
    known = np.isfinite(probability)
    truth, said = labels[known], probability[known]
    if len(np.unique(truth)) < 2:
        return {"roc_auc": np.nan, "average_precision": np.nan, "balanced_accuracy": np.nan}
    return {
        "roc_auc": float(roc_auc_score(truth, said)),
        "average_precision": float(average_precision_score(truth, said)),
        "balanced_accuracy": float(balanced_accuracy_score(truth, said >= 0.5)),
    }


def _signal_scores(
    given: Float[np.ndarray, "bin predictor"],
    signal: Float[np.ndarray, " bin"],
    folds: Folds,
    penalty: float,
) -> dict[str, float]:
    """Give the share of held-out variance explained; 0 is what the training mean explains."""
    usable = np.isfinite(given).all(axis=1) & np.isfinite(signal)
    left, total = 0.0, 0.0
    for train, test in folds:
        train, test = train[usable[train]], test[usable[test]]
        if not len(test) or len(train) < _FEWEST:
            continue
        model = make_pipeline(StandardScaler(), Ridge(alpha=penalty))
        model.fit(given[train], signal[train])
        left += float(((signal[test] - model.predict(given[test])) ** 2).sum())
        total += float(((signal[test] - signal[train].mean()) ** 2).sum())
    return {"r2": 1 - left / total if total > 0 else float("nan")}


def _row(
    material: _Material,
    target: str,
    score: str,
    real: dict[str, dict[str, float]],
    control: list[dict[str, dict[str, float]]],
    settings: DecodingSettings,
) -> tuple[object, ...]:
    value = real[target][score]
    shifted = np.array([scores[target][score] for scores in control])
    shifted = shifted[np.isfinite(shifted)]
    count, present = _counts(material, target)
    chance = {"roc_auc": 0.5, "balanced_accuracy": 0.5, "r2": 0.0}
    chance["average_precision"] = present / count if count else float("nan")
    mean = low = high = p = float("nan")
    if len(shifted) and np.isfinite(value):
        tail = 50 * (1 - settings.confidence)
        low, high = np.percentile(shifted, [tail, 100 - tail]).tolist()
        mean = float(shifted.mean())
        p = (1 + int((shifted >= value).sum())) / (1 + len(shifted))
    told = present if material.direction == "signal to behavior" else pd.NA
    head = (material.direction, target, score, value, chance[score])
    return (*head, mean, low, high, p, count, told, len(material.folds))


def _counts(material: _Material, target: str) -> tuple[int, int]:
    """Count the bins in which target and signal are known, and those with the behaviour."""
    at = material.targets.index(target)
    if material.direction == "behavior to signal":
        known = np.isfinite(material.features[:, at]) & (material.labels != -1).all(axis=1)
        return int(known.sum()), 0
    known = np.isfinite(material.features).all(axis=1) & (material.labels[:, at] != -1)
    return int(known.sum()), int((material.labels[known, at] == 1).sum())
