"""Run an iterator ahead in a background thread, a few items and no more."""

import queue
import threading
import time
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")

_BATCH = 8  # items handed over at once: waking the consumer for each costs more than a resize
_BATCH_SECONDS = 0.02  # but nobody waits longer than that for an item that is ready
_POLL_SECONDS = 0.1


def prefetch(items: Iterator[Item], ahead: int) -> Iterator[Item]:
    """Yield what `items` yields, made about `ahead` items early in a background thread.

    An error in `items` is raised where it would have been. Closing the returned generator stops
    the thread and closes `items`.
    """
    worker = _Worker(items, ahead)
    worker.start()
    try:
        while (batch := worker.batches.get()) is not None:
            yield from batch
        if worker.error is not None:
            raise worker.error
    finally:
        worker.stopped.set()
        worker.join()


class _Worker(threading.Thread):
    """Puts lists of items, and None after the last."""

    def __init__(self, items: Iterator[Item], ahead: int) -> None:
        super().__init__(daemon=True)
        self._items = items
        self._batch = min(_BATCH, max(1, ahead // 2))
        self.batches: queue.Queue[list | None] = queue.Queue(max(1, ahead // self._batch - 1))
        self.stopped = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # raised again where the items are used
            self.error = error
        finally:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()
        self._put(None)

    def _work(self) -> None:
        batch, since = [], time.monotonic()
        for item in self._items:
            batch.append(item)
            if len(batch) >= self._batch or time.monotonic() - since > _BATCH_SECONDS:
                if not self._put(batch):
                    return
                batch, since = [], time.monotonic()
        self._put(batch)

    def _put(self, batch: list | None) -> bool:
        while not self.stopped.is_set():
            try:
                self.batches.put(batch, timeout=_POLL_SECONDS)
                return True
            except queue.Full:
                continue
        return False
