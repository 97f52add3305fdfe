"""The parent's side of a job: starts the process, listens to it, and ends it for certain."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from typing import IO, Any

from ethoprism.jobs.child import CANCEL
from ethoprism.jobs.messages import Cancelled, Failed, Message, Progress, Task, read_message
from ethoprism_core.errors import EthoprismError

_PATIENCE_S = 3.0  # for a job that was asked to stop, then again for one that was told to
_LAST_PATIENCE_S = 1.0  # where somebody waits for its end
_ON_WINDOWS = sys.platform == "win32"
_LOG_BYTES = 20_000


class JobProcess:
    """A task that runs in a process of its own.

    Parameters
    ----------
    task
        What to do.
    patience
        Seconds that a job which was asked to stop has, before it is ended from outside.

    Raises
    ------
    EthoprismError
        If no process can be started.
    """

    def __init__(self, task: Task, patience: float = _PATIENCE_S) -> None:
        self._patience = patience
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._asked = self._over = False
        self._log = ""
        log = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        self._process = _start(log)
        self._send(task.line())
        self._listener = threading.Thread(target=self._listen, args=(log,), daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether the last message has been given."""
        return self._over

    def poll(self) -> list[Message]:
        """Give what it has told since the last call; the very last message is no `Progress`."""
        told: list[Message] = []
        while not self._over:
            try:
                told.append(self._messages.get_nowait())
            except queue.Empty:
                break
            self._over = not isinstance(told[-1], Progress)
        return told

    def cancel(self) -> None:
        """Ask it to stop; if it does not, it is ended from outside. Returns at once."""
        if self._asked:
            return
        self._asked = True
        self._send(CANCEL)
        threading.Thread(target=self._end, daemon=True).start()

    def close(self) -> None:
        """Stop it, and wait until it is gone: two or three seconds at the most."""
        self._patience = min(self._patience, _LAST_PATIENCE_S)
        self.cancel()
        self._listener.join(3 * _LAST_PATIENCE_S)

    def log(self) -> str:
        """Give the end of what it wrote to its log; empty until it has ended."""
        return self._log

    def _send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it has ended: its last message tells why
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _listen(self, log: IO[bytes]) -> None:
        assert self._process.stdout is not None and self._process.stdin is not None
        last: Message | None = None
        for line in self._process.stdout:
            message = read_message(line)
            if message is None:
                continue
            if isinstance(message, Progress):
                self._messages.put(message)
            else:
                last = message
        code = self._process.wait()
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
        with log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_BYTES))
            self._log = log.read().decode("utf-8", "replace")
        self._messages.put(last or self._explained(code))

    def _explained(self, code: int) -> Message:
        """Say why it ended without a word."""
        if self._asked:
            return Cancelled()
        how = f" by signal {-code}" if code < 0 else f" (exit code {code})"
        return Failed(
            f"the work was ended from outside{how}, perhaps because memory ran out; what was "
            "finished is kept, so start it again to go on"
        )

    def _end(self) -> None:
        """Wait for it to stop, then end it and all it has started, first kindly."""
        for end in (_terminate, _kill):
            try:
                self._process.wait(self._patience)
                return
            except subprocess.TimeoutExpired:
                end(self._process)


def _start(log: IO[bytes]) -> "subprocess.Popen[bytes]":
    # a group of its own, so that what it starts can be ended with it
    apart: dict[str, Any] = {"start_new_session": True}
    if _ON_WINDOWS:
        flags = "CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP", "BELOW_NORMAL_PRIORITY_CLASS"
        apart = {"creationflags": sum(int(getattr(subprocess, name)) for name in flags)}
    try:
        return subprocess.Popen(
            # -P: a file in the working folder must not stand in for a package
            [sys.executable, "-P", "-m", "ethoprism.jobs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            **apart,
        )
    except OSError as error:
        log.close()
        reason = error.strerror or str(error)
        raise EthoprismError(
            f"no process can be started ({reason})", sys.executable, "close other programs"
        ) from error


def _terminate(process: "subprocess.Popen[bytes]") -> None:
    _signal_all(process, "SIGTERM")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    _signal_all(process, "SIGKILL")


def _signal_all(process: "subprocess.Popen[bytes]", name: str) -> None:
    """End a process and all that it has started."""
    if _ON_WINDOWS:
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, getattr(signal, name))
