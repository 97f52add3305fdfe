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
from multiprocessing import parent_process
from typing import Any

import grain
import numpy as np
from absl import flags

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining.batch import Batch
from ethoprism_core.pretraining.data.corpus import Corpus
from ethoprism_core.pretraining.data.items import Item, Items, Reading
from ethoprism_core.pretraining.data.order import Order, normalized

_BATCHES_AHEAD = 2
_CLIPS_AHEAD = 8  # of each worker
_ALWAYS_PIPES = 1 << 62


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
