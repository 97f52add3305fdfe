"""What all probes share: scikit-learn manners, and behaviours of which nothing can be learnt."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int8
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.evaluation.frame_metrics import average_precision
from ethoprism_domains.probe.layout import SampleLayout
from ethoprism_domains.probe.objective import (
    ClassWeights,
    Groups,
    check_exclusive,
    check_labels,
    class_weights,
    constant_answers,
    probabilities,
)

Progress = Callable[[int, int], None]


class ProbeEstimator(ClassifierMixin, BaseEstimator, ABC):
    """A multi-label classifier of windows: `X (sample, column)`, `y (sample, behavior)`.

    Subclasses store their parameters in `__init__` (`layout`, `exclusive` and `weighted` at least)
    and say how to fit, to predict, and to hand out and take over what was fitted.

    Attributes
    ----------
    classes_
        For each behaviour the two answers, 0 and 1, as scikit-learn has it for many labels.
    weights_
        How much each answer counted; `predict_proba` takes its effect off again.
    constants_
        NaN for a behaviour that was learnt; 0 for one that was never present in the training
        labels, 1 for one that was never absent: these are always answered so.
    """

    layout: SampleLayout
    exclusive: Sequence[Sequence[int]]
    weighted: bool

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        groups: np.ndarray | None = None,
        progress: Progress | None = None,
    ) -> "ProbeEstimator":
        """Learn from the samples that have a label.

        Parameters
        ----------
        X
            `(sample, column)` float16 or float32, by `layout`. Numbers that are not finite count
            as the feature's mean.
        y
            `(sample, behavior)`: 1 present, 0 absent, -1 unknown.
        groups
            The video or animal of each sample. What is held out to know when to stop is whole
            groups; without them, or with one, the last part of the samples.
        progress
            Called with the steps that are done, and all.

        Raises
        ------
        EthoprismError
            If `X` does not have the layout or holds no finite number, `y` is not such a table, or
            no sample has a label.
        """
        X, y = np.asarray(X), np.asarray(y)
        self.layout.check(X)
        groups_ = check_exclusive(self.exclusive, y.shape[1] if y.ndim == 2 else 0)
        check_labels(y, len(X), groups_)
        if groups is not None and len(groups) != len(X):
            raise EthoprismError(f"{len(X)} samples, but {len(groups)} groups", "groups")
        labelled = np.flatnonzero((y >= 0).any(axis=1))
        if not any(np.isfinite(X[row]).any() for row in labelled):
            raise EthoprismError("no feature is a finite number", "X", "embed the videos again")
        y = y.astype(np.int8)
        weights = class_weights(y, groups_)
        if not self.weighted:
            weights = _even(weights)
        self._prepare(weights, constant_answers(y, np.asarray(weights.learnable)), groups_)
        self._fit(X, y, labelled, None if groups is None else np.asarray(groups), progress)
        return self

    def predict_proba(self, X: np.ndarray) -> Float[np.ndarray, "sample behavior"]:
        """Give the probability of each behaviour in each sample."""
        check_is_fitted(self, "constants_")
        X = np.asarray(X)
        self.layout.check(X)
        learnt = probabilities(self._logits(X), self.weights_, self.exclusive_)
        return np.where(np.isnan(self.constants_), learnt, self.constants_).astype(np.float32)

    def predict(self, X: np.ndarray) -> Int8[np.ndarray, "sample behavior"]:
        """Say which behaviours are more likely than not."""
        return (self.predict_proba(X) >= 0.5).astype(np.int8)

    def score(self, X: np.ndarray, y: np.ndarray) -> float:
        """Average precision over the known labels, averaged over behaviours that have both."""
        probability, y = self.predict_proba(X), np.asarray(y)
        scores = [
            average_precision(truth, column)
            for truth, column in zip(y.astype(np.int8).T, probability.T, strict=True)
            if (truth == 1).any() and (truth == 0).any()
        ]
        return float(np.mean(scores)) if scores else float("nan")

    def arrays(self) -> dict[str, np.ndarray]:
        """Give all that was fitted as named arrays, from which `restore` makes the same probe."""
        check_is_fitted(self, "constants_")
        return {
            "present_weight": np.asarray(self.weights_.present),
            "none_weight": np.asarray(self.weights_.none),
            "constant": self.constants_,
            **self._fitted_arrays(),
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> "ProbeEstimator":
        """Take over what `arrays` gave.

        Raises
        ------
        EthoprismError
            If an array is missing, left over, or of another shape.
        """
        constants = arrays["constant"]
        weights = ClassWeights(arrays["present_weight"], arrays["none_weight"], np.isnan(constants))
        self._prepare(weights, constants, check_exclusive(self.exclusive, len(constants)))
        own = ("present_weight", "none_weight", "constant")
        self._restore_arrays({name: a for name, a in arrays.items() if name not in own})
        return self

    def _prepare(self, weights: ClassWeights, constants: np.ndarray, exclusive: Groups) -> None:
        self.weights_, self.constants_, self.exclusive_ = weights, constants, exclusive
        self.n_features_in_ = self.layout.columns
        self.classes_ = [np.array([0, 1])] * len(constants)

    @abstractmethod
    def _fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        labelled: np.ndarray,
        groups: np.ndarray | None,
        progress: Progress | None,
    ) -> None:
        """Learn from the rows `labelled`; `weights_` and the like are set."""

    @abstractmethod
    def _logits(self, X: np.ndarray) -> Float[np.ndarray, "sample behavior"]:
        """Give the logits of the weighted objective."""

    @abstractmethod
    def _fitted_arrays(self) -> dict[str, np.ndarray]:
        """Give what a subclass has fitted."""

    @abstractmethod
    def _restore_arrays(self, arrays: dict[str, np.ndarray]) -> None:
        """Take it over again, or say what does not fit."""


def check_arrays(expected: Mapping[str, tuple[int, ...]], arrays: Mapping[str, np.ndarray]) -> None:
    """Compare the names and shapes of arrays with those a probe of this kind has.

    Raises
    ------
    EthoprismError
        Naming every array that is missing, left over, or of another shape.
    """
    problems = [f"{name} is missing" for name in sorted(expected.keys() - arrays.keys())]
    problems += [f"{name} is unexpected" for name in sorted(arrays.keys() - expected.keys())]
    problems += [
        f"{name} has shape {arrays[name].shape} instead of {expected[name]}"
        for name in sorted(expected.keys() & arrays.keys())
        if tuple(arrays[name].shape) != expected[name]
    ]
    if problems:
        raise EthoprismError("; ".join(problems), "the probe's arrays", "train the probe again")


def _even(weights: ClassWeights) -> ClassWeights:
    return weights._replace(present=np.ones_like(weights.present), none=np.ones_like(weights.none))
