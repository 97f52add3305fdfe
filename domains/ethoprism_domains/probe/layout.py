"""How the columns of a probe's `X` are laid out: every animal's tokens, then its trajectory."""

import math
from dataclasses import dataclass
from typing import TypeVar

import jax
import numpy as np

from ethoprism_core.errors import EthoprismError

Rows = TypeVar("Rows", np.ndarray, jax.Array)


@dataclass(frozen=True)
class SampleLayout:
    """What one row of `X` holds.

    A row is the token grid of each individual (individual-major, then time, row, column, feature),
    then the trajectory numbers of each individual.

    Parameters
    ----------
    individuals
        Animals in one sample: 1 for a whole frame or a probe that looks at one animal at a time.
    token_shape
        Tokens of one individual: (time, row, column).
    feature_dim
        Numbers of one token.
    trajectory_dim
        Trajectory numbers of one individual; 0 where animals are not followed.
    """

    individuals: int
    token_shape: tuple[int, int, int]
    feature_dim: int
    trajectory_dim: int = 0

    @property
    def positions(self) -> int:
        """Tokens of one individual."""
        return math.prod(self.token_shape)

    @property
    def token_columns(self) -> int:
        """Columns of `X` that hold tokens."""
        return self.individuals * self.positions * self.feature_dim

    @property
    def columns(self) -> int:
        """Columns of `X`."""
        return self.token_columns + self.individuals * self.trajectory_dim

    def split(self, X: Rows) -> tuple[Rows, Rows]:
        """Give the rows of `X` their axes back.

        Returns
        -------
        Tokens `(sample, individual, position, feature)` and trajectory numbers `(sample,
        individual, trajectory_feature)`.
        """
        samples = X.shape[0]
        tokens = X[:, : self.token_columns].reshape(
            samples, self.individuals, self.positions, self.feature_dim
        )
        trajectory = X[:, self.token_columns :].reshape(
            samples, self.individuals, self.trajectory_dim
        )
        return tokens, trajectory

    def check(self, X: np.ndarray) -> None:
        """Refuse an `X` that is not a table of floating-point rows of this layout.

        Raises
        ------
        EthoprismError
            If the number of columns or the kind of numbers is wrong, or there is no row.
        """
        if X.ndim != 2 or X.shape[1] != self.columns:
            raise EthoprismError(
                f"expected X to have shape (sample, {self.columns}), got {X.shape}",
                f"layout {self}",
                "embed every video with the same encoder and settings",
            )
        if X.shape[0] == 0:
            raise EthoprismError("expected at least one sample, got none", "X")
        if X.dtype not in (np.float16, np.float32):
            raise EthoprismError(f"expected X in float16 or float32, got {X.dtype}", "X")
