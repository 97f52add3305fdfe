"""One clip after the other, by number: what each process and each worker reads."""

from dataclasses import dataclass
from typing import NamedTuple

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.windows import check_positive
from ethoprism_core.pretraining.data.corpus import ClipShape, Corpus, Sample
from ethoprism_core.pretraining.data.order import Order, clip_number, clip_stream

_ENDLESS = 1 << 40  # clips: more than any run reads
_MOST_TRIES = 100


@dataclass(frozen=True)
class Reading:
    """How batches are put together.

    Parameters
    ----------
    shape
        Of the clips.
    batch
        Clips in a batch, over all processes that train together.
    seed
        Decides the order, the crops and the colours.
    workers
        Worker processes; 0 reads in a thread of this one.
    process, processes
        Which of the processes that train together this is; it gets its own share of each batch.

    Raises
    ------
    EthoprismError
        If a number is out of its range, or the batch does not divide among the processes.
    """

    shape: ClipShape
    batch: int
    seed: int = 0
    workers: int = 0
    process: int = 0
    processes: int = 1

    def __post_init__(self) -> None:
        check_positive(
            frames=self.shape.frames,
            size=self.shape.size,
            batch=self.batch,
            processes=self.processes,
        )
        if self.workers < 0 or self.seed < 0 or not 0 <= self.process < self.processes:
            raise EthoprismError(
                "workers, seed and process are numbers from 0",
                f"{self.workers}, {self.seed}, {self.process} of {self.processes}",
                "change them",
            )
        if self.batch % self.processes:
            raise EthoprismError(
                "the batch does not divide among the processes",
                f"{self.batch} / {self.processes}",
                "choose a multiple",
            )


class Item(NamedTuple):
    """One clip, and what could not be read before it was found."""

    sample: Sample
    corpus: int
    skipped: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Items:
    """All clips that this process will ever read, by their number.

    Parameters
    ----------
    corpora, order, reading
        What decides them.
    start
        Number of the first batch.
    """

    corpora: tuple[Corpus, ...]
    order: Order
    reading: Reading
    start: int = 0

    def __len__(self) -> int:
        return _ENDLESS

    def __getitem__(self, number: int) -> Item:
        """Read a clip; where that is not possible another one of its corpus takes its place.

        Raises
        ------
        EthoprismError
            If none of many can be read.
        """
        share = self.reading.batch // self.reading.processes
        batch, place = divmod(int(number), share)
        chosen = self.order.corpus(self.start + batch)
        corpus, seed = self.corpora[chosen], self.reading.seed
        whole = self.order.batches_before(self.start + batch) * self.reading.batch
        position = whole + self.reading.process * share + place
        epoch, clip = clip_number(position, corpus.count, seed, chosen)
        rng = clip_stream(seed, chosen, epoch, clip)
        skipped: list[tuple[str, str]] = []
        while len(skipped) < _MOST_TRIES:
            try:
                sample = corpus.sample(clip, rng, self.reading.shape)
                return Item(sample, chosen, tuple(skipped))
            except EthoprismError as error:
                skipped.append((str(error.where), str(error)))
                clip = int(rng.integers(corpus.count or _ENDLESS))
        raise EthoprismError(
            f"none of {_MOST_TRIES} clips can be read",
            corpus.name,
            f"the last one: {skipped[-1][1]}",
        )
