"""The child's side: does one task, tells how far it is, and stops when it is asked to."""

import contextlib
import importlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from ethoprism.jobs.messages import (
    Cancelled,
    Failed,
    Finished,
    Message,
    Progress,
    Task,
    write_message,
)
from ethoprism_core.errors import EthoprismError

CANCEL = b"cancel\n"
_STDIN, _STDOUT, _STDERR = 0, 1, 2
_BETWEEN_S = 0.1  # two messages of progress
_LAST_WORDS_S = 5.0  # for an orphan to come to an end by itself
_NICENESS = 5  # the window that waits for us comes first


_Advance = Callable[[int, int], None]


class _CancelledError(BaseException):
    """Asked to stop; no handler of ordinary errors may swallow it."""


def run() -> int:
    """Read a task from standard input, do it, and tell the outcome; the exit code is 0."""
    channel = _own_channel()
    orders = _Orders()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    outcome = _outcome(orders, channel)
    with contextlib.suppress(OSError):  # nobody listens any more
        channel.write(write_message(outcome))
        channel.flush()
    return 0


def _own_channel() -> BinaryIO:
    """Keep standard output for messages; what libraries print there goes to the log."""
    channel = os.fdopen(os.dup(_STDOUT), "wb")
    os.dup2(_STDERR, _STDOUT)
    return channel


def _outcome(orders: "_Orders", channel: BinaryIO) -> Message:
    try:
        task = Task.from_line(orders.task())
        module, _, name = task.function.partition(":")
        function = getattr(importlib.import_module(module), name)
        return Finished(function(_Teller(orders, channel).stages, **task.arguments))
    except _CancelledError:
        return Cancelled()
    except EthoprismError as error:
        return Failed(str(error))
    except MemoryError:
        return Failed("there is not enough memory for this; close other programs and try again")
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        words = " ".join(str(error).split()) or "no message"
        return Failed(f"something went wrong that nobody expected: {type(error).__name__}, {words}")


class _Orders:
    """Reads standard input in a thread: the task, then whether to stop; its end is an order too."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._task: list[bytes] = []
        self._fd = _own_input()
        self._arrived = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def task(self) -> bytes:
        """Wait for the task."""
        self._arrived.wait()
        if not self._task:
            raise _CancelledError
        return self._task[0]

    def _read(self) -> None:
        buffer = b""
        # straight from the system: a reader of Python's would be in the way when we end
        while chunk := _chunk(self._fd):
            buffer += chunk
            while b"\n" in buffer:
                line, _, buffer = buffer.partition(b"\n")
                if self._task:
                    self.stop.set()
                else:
                    self._task.append(line)
                    self._arrived.set()
        self.stop.set()
        self._arrived.set()
        time.sleep(_LAST_WORDS_S)
        os._exit(1)


def _own_input() -> int:
    """Keep standard input for orders: on Windows, libraries that look at it would wait for us."""
    own, nothing = os.dup(_STDIN), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _STDIN)
    os.close(nothing)
    return own


def _chunk(fd: int) -> bytes:
    try:
        return os.read(fd, 1 << 16)
    except OSError:
        return b""


class _Teller:
    """Tells progress, now and then, and stops the work where that was asked for."""

    def __init__(self, orders: _Orders, channel: BinaryIO) -> None:
        self._orders, self._channel = orders, channel
        self._told = 0.0

    @contextmanager
    def stages(self, description: str, unit: str = "frames") -> Iterator[_Advance]:
        """Open a stage of the work; see `ethoprism.embedding.Stages`."""
        self._tell(Progress(description, 0, 0, unit))

        def progress(done: int, total: int) -> None:
            if self._orders.stop.is_set():
                raise _CancelledError
            now = time.monotonic()
            if now - self._told >= _BETWEEN_S or done >= total:
                self._told = now
                self._tell(Progress(description, int(done), int(total), unit))

        yield progress

    def _tell(self, message: Message) -> None:
        if self._orders.stop.is_set():
            raise _CancelledError
        try:
            self._channel.write(write_message(message))
            self._channel.flush()
        except OSError as error:  # whoever started us has gone
            raise _CancelledError from error
