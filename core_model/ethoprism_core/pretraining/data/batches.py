"""Batches without end: read ahead in worker processes, the same ones whoever reads them.

What batch n holds is a function of the seed and n alone, so the position in the data is one number,
and neither the number of workers nor a restart changes what is learned from. Arrays come back
through pipes, not through named shared memory, so that a killed run leaves nothing behind.
"""

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from typing import Any, NamedTuple

import grain
import numpy as np
from absl import flags

from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.windows import check_positive
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining.batch import Batch
from ethoprism_core.pretraining.data.corpus import ClipShape, Corpus, Sample
from ethoprism_core.pretraining.data.order import Order, clip_number, clip_stream, normalized

_ENDLESS = 1 << 40  # clips: more than any run reads
_MOST_TRIES = 100
_BATCHES_AHEAD = 2
_CLIPS_AHEAD = 8  # of each worker
_ALWAYS_PIPES = 1 << 62


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


class Batches:
    """Batches for training, without end; a `BatchIterator`.

    Parameters
    ----------
    corpora
        What clips are drawn from; a batch is of one of them.
    reading
        How batches are put together.
    weights
        How often each corpus comes; by default as often as it has clips, those without end as often
        as all the others together.
    tokenizer
        Splits captions into pieces; None leaves captions out.

    Attributes
    ----------
    skipped
        Why what was skipped could not be read, by its file. Counts those met so far.

    Raises
    ------
    EthoprismError
        If there are no corpora, weights do not fit them, or captions are wanted of a corpus that
        has none.
    """

    def __init__(
        self,
        corpora: Sequence[Corpus],
        reading: Reading,
        weights: Sequence[float] | None = None,
        tokenizer: Tokenizer | None = None,
    ) -> None:
        self._corpora = tuple(corpora)
        _check(self._corpora, weights, tokenizer is not None)
        self._reading = reading
        self._order = Order(
            normalized(weights if weights is not None else natural_weights(corpora)), reading.seed
        )
        self._tokenizer = tokenizer
        self._next = 0
        self._source: Any = None
        self.skipped: dict[str, str] = {}

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        """Give the next batch.

        Raises
        ------
        EthoprismError
            If nothing can be read any more, or a worker died.
        """
        if self._source is None:
            self._source = self._open()
        try:
            items: list[Item] = next(self._source)
        except RuntimeError as error:  # grain's, where a worker was killed
            self.close()
            raise EthoprismError(
                f"a process that reads videos died ({error})",
                None,
                "use fewer workers if memory was short; a run goes on from its last checkpoint",
            ) from error
        self._next += 1
        for item in items:
            self.skipped.update(item.skipped)
        return self._batch(items)

    def get_state(self) -> bytes:
        """Tell the position: the next batch, and what data it is of."""
        return json.dumps({"batch": self._next, "data": self._fingerprint()}).encode()

    def set_state(self, state: bytes) -> None:
        """Go to a position that `get_state` told, whatever the number of workers was.

        Raises
        ------
        EthoprismError
            If it is a position in other data.
        """
        position = json.loads(state)
        if position["data"] != self._fingerprint():
            raise EthoprismError(
                "the data are not those that the run was begun with",
                ", ".join(corpus.name for corpus in self._corpora),
                "give the same files, weights, seed and batch, or train into another folder",
            )
        self.close()
        self._next = int(position["batch"])

    def close(self) -> None:
        """End the workers."""
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def __enter__(self) -> "Batches":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> Any:
        _prepare_grain()
        items = Items(self._corpora, self._order, self._reading, self._next)
        share = self._reading.batch // self._reading.processes
        in_order = grain.MapDataset.source(items).to_iter_dataset(
            grain.ReadOptions(num_threads=0, prefetch_buffer_size=0)
        )
        options = grain.experimental.DatasetOptions(min_shm_size=_ALWAYS_PIPES)
        read = grain.experimental.WithOptionsIterDataset(in_order, options)
        if self._reading.workers:
            read = read.mp_prefetch(
                grain.MultiprocessingOptions(self._reading.workers, _CLIPS_AHEAD), _begin_worker
            )
        batched = read.batch(share, batch_fn=list)
        return iter(
            grain.experimental.ThreadPrefetchIterDataset(
                batched, prefetch_buffer_size=_BATCHES_AHEAD
            )
        )

    def _batch(self, items: list[Item]) -> Batch:
        samples = [item.sample for item in items]
        ids, paddings = None, None
        if self._tokenizer is not None:
            ids, paddings = self._tokenizer([sample.caption for sample in samples])
        return Batch(
            np.stack([sample.video for sample in samples]),
            ids,
            paddings,
            corpus=self._corpora[items[0].corpus].name,
            sources=tuple(sample.source for sample in samples),
        )

    def _fingerprint(self) -> str:
        reading = self._reading
        stated = [
            [[corpus.name, corpus.count] for corpus in self._corpora],
            self._order.weights,
            [reading.seed, reading.batch, reading.shape.frames, reading.shape.size],
        ]
        return hashlib.sha256(json.dumps(stated).encode()).hexdigest()[:16]


def natural_weights(corpora: Sequence[Corpus]) -> list[float]:
    """Weigh corpora by their clips; those without end together as much as the others."""
    counts = [corpus.count for corpus in corpora]
    finite = sum(count for count in counts if count is not None)
    share = (finite or 1) / max(1, counts.count(None))
    return [share if count is None else float(count) for count in counts]


def _check(corpora: tuple[Corpus, ...], weights: Sequence[float] | None, captions: bool) -> None:
    if not corpora or any(corpus.count == 0 for corpus in corpora):
        raise EthoprismError("there is nothing to train on", None, "give videos or a manifest")
    if weights is not None and len(weights) != len(corpora):
        raise EthoprismError(
            f"{len(weights)} weights for {len(corpora)} corpora", None, "give each corpus one"
        )
    silent = [corpus.name for corpus in corpora if not corpus.captioned]
    if captions and silent:
        raise EthoprismError(
            "clips without captions cannot be learned from together with text",
            ", ".join(silent),
            "give each a caption, or leave them out",
        )


def _prepare_grain() -> None:
    if not flags.FLAGS.is_parsed():  # grain reads them, and this is no absl program
        flags.FLAGS.mark_as_parsed()
    grain.config.update("py_traceback_filtering", "off")  # it adds a notice to every message


def _begin_worker(number: int, count: int) -> None:
    """Let the main process decide about Ctrl+C, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()


def _end_with(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)
