"""What the training step needs to know of a stage."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Array, Float, Key

from ethoprism_core.model import VideoEncoder, VideoText
from ethoprism_core.pretraining.batch import Batch

# trees of arrays
Parameters = Any
Outputs = Any


@runtime_checkable
class Objective(Protocol):
    """A loss in two pure parts: of each clip by itself, then of all of them together.

    So a batch may be worked through in parts that fit into the memory, with the same result.
    """

    @property
    def separable(self) -> bool:
        """Whether a batch's loss is the mean of the losses of its parts."""

    def outputs(
        self, params: Parameters, frozen: Parameters, batch: Batch, keys: Key[Array, "batch"]
    ) -> Outputs:
        """Give arrays whose first axis is the batch; what is random comes from each clip's key."""

    def loss(
        self, params: Parameters, outputs: Outputs
    ) -> tuple[Float[Array, ""], dict[str, Float[Array, ""]]]:
        """Give the loss of a batch, and what else is worth watching."""

    def model(self, params: Parameters, frozen: Parameters) -> VideoEncoder | VideoText:
        """Put together what is kept of the training."""


@dataclass(frozen=True)
class Task:
    """What is trained, and where it starts.

    Parameters
    ----------
    objective
        The loss.
    params
        What is trained.
    frozen
        What the loss needs beside it: a teacher, or a part that keeps its weights.
    """

    objective: Objective
    params: Parameters
    frozen: Parameters
