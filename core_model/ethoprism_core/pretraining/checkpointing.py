"""Checkpoints of a run: its state, and where each process is in its data."""

import base64
from pathlib import Path
from types import TracebackType
from typing import Any

import jax
import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import make_folder
from ethoprism_core.pretraining.state import TrainState

_STATE, _DATA = "state", "data"


class Checkpoints:
    """The checkpoints in a folder, written by Orbax in the background; the oldest are removed.

    A kill leaves the last whole one. To be used as a context manager, which waits for the writing.

    Parameters
    ----------
    folder
        Where they are.
    keep
        How many are kept.
    """

    def __init__(self, folder: str | Path, keep: int = 2) -> None:
        import orbax.checkpoint as ocp  # heavy, and needed by training alone

        make_folder(folder)
        self._args = ocp.args
        self._folder = Path(folder).absolute()
        options = ocp.CheckpointManagerOptions(max_to_keep=keep)
        self._manager = ocp.CheckpointManager(self._folder, options=options)

    def __enter__(self) -> "Checkpoints":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._manager.wait_until_finished()
        self._manager.close()

    def latest(self) -> int | None:
        """Give the step of the last whole checkpoint, or None where there is none."""
        return self._manager.latest_step()

    def save(self, state: TrainState, position: bytes) -> None:
        """Keep a state, and the position in the data that follows it."""
        positions = [base64.b64encode(each).decode() for each in _of_all_processes(position)]
        kept = {
            _STATE: self._args.StandardSave(state),
            _DATA: self._args.JsonSave({"positions": positions}),
        }
        self._manager.save(int(state.step), args=self._args.Composite(**kept))

    def restore(self, like: TrainState) -> tuple[TrainState, bytes]:
        """Read the last checkpoint.

        Parameters
        ----------
        like
            A state of the same shapes, whose arrays lie where those that are read shall lie.

        Raises
        ------
        EthoprismError
            If it is of another model or optimiser, of another number of processes, or damaged.
        """
        wanted = jax.tree.map(
            lambda array: jax.ShapeDtypeStruct(array.shape, array.dtype, sharding=array.sharding),
            like,
        )
        kept = {
            _STATE: self._args.StandardRestore(wanted),
            _DATA: self._args.JsonRestore(),
        }
        try:
            read = self._manager.restore(self.latest(), args=self._args.Composite(**kept))
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise EthoprismError(
                f"cannot go on from the checkpoint ({error})",
                self._folder / str(self.latest()),
                "use the settings it was made with, or train into another folder",
            ) from error
        return read[_STATE], self._own(read[_DATA]["positions"])

    def _own(self, positions: list[str]) -> bytes:
        if len(positions) != jax.process_count():
            raise EthoprismError(
                f"the checkpoint is of {len(positions)} processes, not of {jax.process_count()}",
                self._folder,
                "go on with as many as before",
            )
        return base64.b64decode(positions[jax.process_index()])


def _of_all_processes(position: bytes) -> list[bytes]:
    """Bring together what each process has to say; all of them must call this."""
    if jax.process_count() == 1:
        return [position]
    lengths = _gathered(np.array([len(position)]))[:, 0]
    padded = np.zeros(max(lengths), np.uint8)
    padded[: len(position)] = np.frombuffer(position, np.uint8)
    rows = _gathered(padded)
    return [row[:length].tobytes() for row, length in zip(rows, lengths, strict=True)]


def _gathered(array: np.ndarray) -> Any:
    from jax.experimental import multihost_utils

    return np.asarray(multihost_utils.process_allgather(array))
