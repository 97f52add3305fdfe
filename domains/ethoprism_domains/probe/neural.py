"""The attention probes as scikit-learn estimators: `CompactProbe` and `AttentionProbe`."""

from abc import abstractmethod
from collections.abc import Sequence

import jax
import numpy as np
from jaxtyping import Float

from ethoprism_domains.probe.base import ProbeEstimator, Progress, check_arrays
from ethoprism_domains.probe.heads import AttentionHead, CompactHead, Head, Parameters
from ethoprism_domains.probe.holdout import hold_out
from ethoprism_domains.probe.layout import SampleLayout
from ethoprism_domains.probe.objective import prior_logits
from ethoprism_domains.probe.scaling import Scaling, fit_scaling
from ethoprism_domains.probe.training import Schedule, Task, predict_logits, train


class NeuralProbe(ProbeEstimator):
    """A head trained by gradient descent on standardised tokens.

    Attributes
    ----------
    parameters_
        The head's best parameters.
    scaling_
        Means and scales of the training samples' tokens and trajectories.
    steps_
        The optimiser step the parameters are from.
    history_
        (step, average precision on what was held out) on the way; the negative training loss if
        nothing was.
    """

    steps: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    early_stopping: bool
    random_state: int

    @abstractmethod
    def _head(self, behaviors: int) -> Head:
        """Describe the network."""

    def _fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        labelled: np.ndarray,
        groups: np.ndarray | None,
        progress: Progress | None,
    ) -> None:
        training, validation = labelled, labelled[:0]
        if self.early_stopping:
            training, validation = hold_out(labelled, y, groups, self.random_state)
            validation = _spread(validation)
        head = self._head(y.shape[1])
        self.scaling_ = fit_scaling(X[_spread(training)], self.layout)
        parameters = head.init(np.random.default_rng(self.random_state))
        parameters["bias"] = prior_logits(y[labelled], self.weights_, self.exclusive_)
        schedule = Schedule(self.steps, self.batch_size, self.learning_rate, self.weight_decay)
        outcome = train(
            Task(head, self.exclusive_),
            schedule,
            parameters,
            self.scaling_,
            X,
            y,
            self.weights_,
            training,
            validation,
            self.random_state,
            progress,
        )
        self.parameters_ = jax.tree.map(np.asarray, outcome.parameters)
        self.steps_, self.history_ = outcome.steps, outcome.history

    def _logits(self, X: np.ndarray) -> Float[np.ndarray, "sample behavior"]:
        return predict_logits(self._head(len(self.constants_)), self.parameters_, self.scaling_, X)

    def _fitted_arrays(self) -> dict[str, np.ndarray]:
        scaling = {f"scaling/{name}": array for name, array in self.scaling_._asdict().items()}
        return scaling | _flatten(self.parameters_, "head/")

    def _restore_arrays(self, arrays: dict[str, np.ndarray]) -> None:
        layout, behaviors = self.layout, len(self.constants_)
        fresh = self._head(behaviors).init(np.random.default_rng(0))
        expected = {name: tuple(array.shape) for name, array in _flatten(fresh, "head/").items()}
        sizes = {"token": layout.feature_dim, "trajectory": layout.trajectory_dim}
        for name in Scaling._fields:
            expected[f"scaling/{name}"] = (sizes[name.split("_")[0]],)
        check_arrays(expected, arrays)
        self.scaling_ = Scaling(*(arrays[f"scaling/{name}"] for name in Scaling._fields))
        self.parameters_ = _unflatten(fresh, arrays, "head/")


class CompactProbe(NeuralProbe):
    """Tokens to 64 numbers, one query a behaviour: the probe for few labels, and the default.

    Parameters
    ----------
    layout
        What a row of `X` holds.
    exclusive
        Groups of behaviours (column numbers) of which at most one holds at a time.
    weighted
        Whether rare behaviours weigh more in the loss.
    width, heads, dropout
        See `CompactHead`.
    steps, batch_size, learning_rate, weight_decay
        See `Schedule`.
    early_stopping
        Whether to hold out a fifth of the groups and keep the step that does best there.
    random_state
        Seed of everything random: the same inputs give the same probe.
    """

    def __init__(
        self,
        layout: SampleLayout,
        exclusive: Sequence[Sequence[int]] = (),
        weighted: bool = True,
        width: int = 64,
        heads: int = 4,
        dropout: float = 0.2,
        steps: int = 800,
        batch_size: int = 64,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.05,
        early_stopping: bool = True,
        random_state: int = 0,
    ) -> None:
        self.layout = layout
        self.exclusive = exclusive
        self.weighted = weighted
        self.width = width
        self.heads = heads
        self.dropout = dropout
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.early_stopping = early_stopping
        self.random_state = random_state

    def _head(self, behaviors: int) -> CompactHead:
        return CompactHead(self.layout, behaviors, self.width, self.heads, self.dropout)


class AttentionProbe(NeuralProbe):
    """The head of VideoGLUE's frozen-encoder protocol (arXiv 2307.03166): for many labels.

    Parameters
    ----------
    layout
        What a row of `X` holds.
    exclusive
        Groups of behaviours (column numbers) of which at most one holds at a time.
    weighted
        Whether rare behaviours weigh more in the loss.
    width
        Numbers gathered from the tokens; None for the tokens' own, 768 at most, made divisible by
        `heads`.
    heads, dropout
        See `AttentionHead`.
    steps, batch_size, learning_rate, weight_decay
        See `Schedule`.
    early_stopping
        Whether to hold out a fifth of the groups and keep the step that does best there.
    random_state
        Seed of everything random: the same inputs give the same probe.
    """

    def __init__(
        self,
        layout: SampleLayout,
        exclusive: Sequence[Sequence[int]] = (),
        weighted: bool = True,
        width: int | None = None,
        heads: int = 12,
        dropout: float = 0.5,
        steps: int = 800,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        weight_decay: float = 0.05,
        early_stopping: bool = True,
        random_state: int = 0,
    ) -> None:
        self.layout = layout
        self.exclusive = exclusive
        self.weighted = weighted
        self.width = width
        self.heads = heads
        self.dropout = dropout
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.early_stopping = early_stopping
        self.random_state = random_state

    def _head(self, behaviors: int) -> AttentionHead:
        wanted = self.width or min(768, self.layout.feature_dim)
        width = self.heads * max(1, round(wanted / self.heads))
        return AttentionHead(self.layout, behaviors, width, self.heads, self.dropout)


def _spread(rows: np.ndarray, most: int = 1000) -> np.ndarray:
    """Choose at most so many of the rows, evenly."""
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), most)).round().astype(int))]


def _flatten(tree: Parameters, prefix: str) -> dict:
    leaves, _ = jax.tree.flatten_with_path(tree)
    return {prefix + "/".join(str(step.key) for step in path): leaf for path, leaf in leaves}


def _unflatten(like: Parameters, arrays: dict[str, np.ndarray], prefix: str) -> Parameters:
    leaves, structure = jax.tree.flatten_with_path(like)
    names = [prefix + "/".join(str(step.key) for step in path) for path, _ in leaves]
    return jax.tree.unflatten(structure, [arrays[name] for name in names])
