"""What the data hands to the training step: clips, and texts where they have any."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Float, Int32, UInt8


@dataclass(frozen=True)
class Targets:
    """What a teacher says about the clips of a batch.

    Parameters
    ----------
    tokens
        Features of every position. The grid need not be the student's: it is resampled.
    pooled
        One embedding of each whole clip.
    """

    tokens: Float[Array | np.ndarray, "batch time row column channel"]
    pooled: Float[Array | np.ndarray, "batch feature"]


@dataclass(frozen=True)
class Batch:
    """Clips of one corpus. Images are clips of one frame.

    Its arrays are leaves of a pytree, all with the batch as their first axis.

    Parameters
    ----------
    video
        RGB pictures; the step divides by 255, on the device.
    text_ids, text_paddings
        Pieces of each clip's text, and 1 where there is none; both or neither.
    targets
        What a teacher outside the step says; see `ethoprism_core.pretraining.teachers`.
    corpus
        Name of the corpus, for the log.
    sources
        What each clip was cut from, for the message when a batch cannot be learned from.
    """

    video: UInt8[Array | np.ndarray, "batch time height width 3"]
    text_ids: Int32[Array | np.ndarray, "batch length"] | None = None
    text_paddings: Float[Array | np.ndarray, "batch length"] | None = None
    targets: Targets | None = None
    corpus: str = ""
    sources: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.video)

    def unnamed(self) -> "Batch":
        """Give the same arrays without names: one compiled step then serves all corpora."""
        return replace(self, corpus="", sources=())


@runtime_checkable
class BatchIterator(Protocol):
    """Batches without end, from a position that can be kept and returned to.

    The iterators of grain are such. The state is that after the last batch that was handed out.
    """

    def __iter__(self) -> Iterator[Batch]:
        """Return itself."""

    def __next__(self) -> Batch:
        """Give the next batch."""

    def get_state(self) -> bytes:
        """Tell the position."""

    def set_state(self, state: bytes) -> None:
        """Go to a position that `get_state` told."""


def _register(kind: type, arrays: tuple[str, ...], names: tuple[str, ...] = ()) -> None:
    """Make a dataclass a pytree.

    Rebuilding it passes its ``__init__`` by: what stands in for the arrays inside JAX has other
    types and shapes than they have.
    """

    def flatten(value: Any) -> tuple[list[Any], tuple[Any, ...]]:
        leaves = [(jax.tree_util.GetAttrKey(name), getattr(value, name)) for name in arrays]
        return leaves, tuple(getattr(value, name) for name in names)

    def unflatten(static: tuple[Any, ...], leaves: Any) -> Any:
        value: Any = object.__new__(kind)
        value.__dict__.update(
            zip(arrays, leaves, strict=True), **dict(zip(names, static, strict=True))
        )
        return value

    jax.tree_util.register_pytree_with_keys(kind, flatten, unflatten)


_register(Targets, ("tokens", "pooled"))
_register(Batch, ("video", "text_ids", "text_paddings", "targets"), ("corpus", "sources"))
