"""Logistic regression on pooled features: the baseline that an attention probe must beat.

Tokens are averaged over space, which leaves one vector for each time bin of a window; of several
animals, the mean and the maximum are kept, and so of their trajectories. Every pooled number is
standardised; where there are trajectories, a few numbers beside hundreds, the pictures' are then
scaled until both vary as much in all, so that neither drowns the other whatever the encoder's width
(block scaling: Westerhuis, Kourti and MacGregor 1998, J. Chemometrics 12, 301). The strength of the
L2 penalty is chosen on held-out groups.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from ethoprism_domains.probe.base import ProbeEstimator, Progress, check_arrays
from ethoprism_domains.probe.holdout import hold_out
from ethoprism_domains.probe.layout import SampleLayout
from ethoprism_domains.probe.objective import group_answers, weighted_loss
from ethoprism_domains.probe.scaling import moments, standardise

_THREADS_PAY = 1_000_000  # numbers in the table of samples
_STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_FALLBACK_STRENGTH = 1e-2  # when there is too little to hold anything out
_ROWS = 256
_NEVER = -20.0  # the logit of an answer that was never seen


class LinearProbe(ProbeEstimator):
    """Logistic regression on pooled features, one for each behaviour or exclusive group.

    Parameters
    ----------
    layout
        What a row of `X` holds.
    exclusive
        Groups of behaviours (column numbers) of which at most one holds at a time.
    weighted
        Whether rare behaviours weigh more in the loss.
    C
        Inverse strength of the penalty, as in scikit-learn; None to choose it on held-out groups.
    random_state
        Chooses what is held out.

    Attributes
    ----------
    coefficients_
        `(pooled, behavior)`, on standardised numbers; a group's are relative to "none of them".
    intercepts_
        One a behaviour.
    C_
        The inverse strength that was used.
    """

    def __init__(
        self,
        layout: SampleLayout,
        exclusive: Sequence[Sequence[int]] = (),
        weighted: bool = True,
        C: float | None = None,
        random_state: int = 0,
    ) -> None:
        self.layout = layout
        self.exclusive = exclusive
        self.weighted = weighted
        self.C = C
        self.random_state = random_state

    def _fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        labelled: np.ndarray,
        groups: np.ndarray | None,
        progress: Progress | None,
    ) -> None:
        pooled = pool(X[labelled], self.layout)
        self.mean_, self.scale_ = moments(pooled)
        weights = _weights(self.layout)
        pooled = np.asarray(standardise(pooled, self.mean_, self.scale_)) * weights
        y = y[labelled]
        groups = None if groups is None else groups[labelled]
        self.C_ = self.C if self.C is not None else self._choose_strength(pooled, y, groups)
        coefficients, self.intercepts_ = self._solve(pooled, y, self.C_)
        self.coefficients_ = coefficients * weights[:, None]
        if progress is not None:
            progress(1, 1)

    def _choose_strength(
        self, pooled: np.ndarray, y: np.ndarray, groups: np.ndarray | None
    ) -> float:
        every = np.arange(len(y))
        training, validation = hold_out(every, y, groups, self.random_state)
        if not len(validation):
            return _FALLBACK_STRENGTH
        losses = []
        for strength in _STRENGTHS:
            coefficients, intercepts = self._solve(pooled[training], y[training], strength)
            logits = pooled[validation] @ coefficients + intercepts
            total, _ = weighted_loss(logits, y[validation], self.weights_, self.exclusive_)
            losses.append(float(total))
        return _STRENGTHS[int(np.argmin(losses))]

    def _solve(
        self, pooled: np.ndarray, y: np.ndarray, strength: float
    ) -> tuple[np.ndarray, np.ndarray]:
        coefficients = np.zeros((pooled.shape[1], y.shape[1]), np.float32)
        intercepts = np.zeros(y.shape[1], np.float32)
        grouped = {column for group in self.exclusive_ for column in group}
        for column in np.flatnonzero(self.weights_.learnable):
            if column in grouped:
                continue
            answers = np.array([1.0, self.weights_.present[column]])
            solved = _logistic(pooled, y[:, column], answers, strength)
            coefficients[:, column] = solved[0][:, 1] - solved[0][:, 0]
            intercepts[column] = solved[1][1] - solved[1][0]
        for index, group in enumerate(self.exclusive_):
            columns = list(group)
            answers = np.append(self.weights_.present[columns], self.weights_.none[index])
            solved = _logistic(pooled, group_answers(y[:, columns]), answers, strength)
            coefficients[:, columns] = solved[0][:, :-1] - solved[0][:, -1:]
            intercepts[columns] = solved[1][:-1] - solved[1][-1]
        return coefficients, intercepts

    def _logits(self, X: np.ndarray) -> Float[np.ndarray, "sample behavior"]:
        pooled = np.asarray(standardise(pool(X, self.layout), self.mean_, self.scale_))
        return pooled @ self.coefficients_ + self.intercepts_

    def _fitted_arrays(self) -> dict[str, np.ndarray]:
        return {
            "mean": self.mean_,
            "scale": self.scale_,
            "coefficients": self.coefficients_,
            "intercepts": self.intercepts_,
        }

    def _restore_arrays(self, arrays: dict[str, np.ndarray]) -> None:
        behaviors, numbers = len(self.constants_), pooled_numbers(self.layout)
        expected = {
            "mean": (numbers,),
            "scale": (numbers,),
            "coefficients": (numbers, behaviors),
            "intercepts": (behaviors,),
        }
        check_arrays(expected, arrays)
        self.mean_, self.scale_ = arrays["mean"], arrays["scale"]
        self.coefficients_, self.intercepts_ = arrays["coefficients"], arrays["intercepts"]


def pool(
    X: Float[np.ndarray, "sample column"], layout: SampleLayout
) -> Float[np.ndarray, "sample pooled"]:
    """Average tokens over space, keep time; mean and maximum over several individuals.

    Numbers that are not finite are left out of means; where none is left, the result is NaN.
    """
    parts = [_pool_rows(X[start : start + _ROWS], layout) for start in range(0, len(X), _ROWS)]
    return np.concatenate(parts)


def pooled_numbers(layout: SampleLayout) -> int:
    """Count the numbers that `pool` gives for one sample."""
    of_one = layout.token_shape[0] * layout.feature_dim + layout.trajectory_dim
    return of_one * (2 if layout.individuals > 1 else 1)


def _weights(layout: SampleLayout) -> Float[np.ndarray, " pooled"]:
    """Let pictures and trajectories, however many numbers each has, cost the penalty the same."""
    pictures, trajectory = layout.token_shape[0] * layout.feature_dim, layout.trajectory_dim
    of_picture = np.sqrt(trajectory / pictures) if trajectory else 1.0
    one = np.repeat(np.array([of_picture, 1.0], np.float32), [pictures, trajectory])
    return np.tile(one, pooled_numbers(layout) // len(one))


def _pool_rows(X: np.ndarray, layout: SampleLayout) -> np.ndarray:
    tokens, trajectory = (part.astype(np.float32) for part in layout.split(X))
    times = tokens.reshape(*tokens.shape[:2], layout.token_shape[0], -1, layout.feature_dim)
    of_each = np.concatenate(
        [_mean(times, axis=3).reshape(*tokens.shape[:2], -1), trajectory], axis=2
    )
    if layout.individuals == 1:
        return of_each[:, 0]
    return np.concatenate([_mean(of_each, axis=1), np.fmax.reduce(of_each, axis=1)], axis=1)


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    finite = np.isfinite(values)
    total = np.where(finite, values, 0).sum(axis=axis)
    return total / np.where(finite.any(axis=axis), finite.sum(axis=axis), np.nan)


def _logistic(
    pooled: np.ndarray, answers: np.ndarray, answer_weights: np.ndarray, strength: float
) -> tuple[np.ndarray, np.ndarray]:
    """Solve for one column of coefficients and one intercept an answer; -1 is unknown."""
    coefficients = np.zeros((pooled.shape[1], len(answer_weights)))
    intercepts = np.full(len(answer_weights), _NEVER)
    known = answers >= 0
    seen = np.unique(answers[known])
    if len(seen) < 2:
        intercepts[seen] = 0.0
        return coefficients, intercepts
    model = LogisticRegression(C=strength, max_iter=500)
    # the solver calls BLAS thousands of times: on small problems its threads mostly wait
    with threadpool_limits(1 if pooled.size < _THREADS_PAY else None, user_api="blas"):
        # in double precision: in single, the solver's last steps may get lost in rounding
        exact = pooled[known].astype(np.float64)
        model.fit(exact, answers[known], sample_weight=answer_weights[answers[known]])
    if len(seen) == 2:
        coefficients[:, seen[1]] = model.coef_[0]
        intercepts[seen] = 0.0, model.intercept_[0]
    else:
        coefficients[:, seen] = model.coef_.T
        intercepts[seen] = model.intercept_
    return coefficients, intercepts
