"""Batches of clips that are all in memory."""

from collections.abc import Callable, Iterator, Sequence

from ethoprism_core.pretraining.batch import Batch
from ethoprism_core.pretraining.data.order import clip_number


class DealtBatches:
    """Batches without end from a fixed set of clips, each clip once an epoch.

    The order follows from the seed alone, so that a run that was stopped goes on with the batches
    that it would have seen.

    Parameters
    ----------
    make
        Makes the batch of the clips with these numbers; its second argument tells how many batches
        came before.
    clips
        How many there are.
    batch
        How many come at a time.
    seed
        Of the order.
    """

    def __init__(
        self, make: Callable[[Sequence[int], int], Batch], clips: int, batch: int, seed: int = 0
    ) -> None:
        self._make, self._clips, self._batch, self._seed = make, clips, batch, seed
        self._dealt = 0

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        first = self._dealt * self._batch
        positions = range(first, first + self._batch)
        chosen = [clip_number(at, self._clips, self._seed, 0)[1] for at in positions]
        made = self._make(chosen, self._dealt)
        self._dealt += 1
        return made

    def get_state(self) -> bytes:
        """Tell how many batches were dealt out."""
        return str(self._dealt).encode()

    def set_state(self, state: bytes) -> None:
        """Go on after so many batches."""
        self._dealt = int(state)
