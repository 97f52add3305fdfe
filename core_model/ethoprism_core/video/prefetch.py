"""Run an iterator ahead in a background thread, a few items and no more."""

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")

_AHEAD = 16
_POLL_SECONDS = 0.1


def prefetch(items: Iterator[Item], ahead: int = _AHEAD) -> Iterator[Item]:
    """Yield what `items` yields, made up to `ahead` items early in a background thread.

    An error in `items` is raised where it would have been. Closing the returned generator stops
    the thread and closes `items`.
    """
    waiting: queue.Queue[tuple[str, object]] = queue.Queue(maxsize=ahead)
    stopped = threading.Event()
    worker = threading.Thread(target=_fill, args=(items, waiting, stopped), daemon=True)
    worker.start()
    try:
        while True:
            kind, item = waiting.get()
            if kind == "end":
                return
            if kind == "error":
                assert isinstance(item, BaseException)
                raise item
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        worker.join()


def _fill(
    items: Iterator[Item], waiting: "queue.Queue[tuple[str, object]]", stopped: threading.Event
) -> None:
    try:
        for item in items:
            if not _put(waiting, ("item", item), stopped):
                break
        else:
            _put(waiting, ("end", None), stopped)
    except BaseException as error:  # told to the consumer, who raises it
        _put(waiting, ("error", error), stopped)
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()


def _put(
    waiting: "queue.Queue[tuple[str, object]]", entry: tuple[str, object], stopped: threading.Event
) -> bool:
    while not stopped.is_set():
        try:
            waiting.put(entry, timeout=_POLL_SECONDS)
            return True
        except queue.Full:
            continue
    return False
