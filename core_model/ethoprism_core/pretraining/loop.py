"""The one loop that trains, whatever the stage: all side effects are here, in this order.

Take a batch, start the step, look at the numbers of the step before (while this one runs) and write
them down, and now and then keep a checkpoint.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import jax
from jax.sharding import Mesh

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.batch import Batch, BatchIterator
from ethoprism_core.pretraining.checkpointing import Checkpoints
from ethoprism_core.pretraining.config import OptimizerConfig, RunConfig
from ethoprism_core.pretraining.metrics import MetricFiles
from ethoprism_core.pretraining.objective import Task
from ethoprism_core.pretraining.optimizer import make_optimizer
from ethoprism_core.pretraining.sharding import copied, make_mesh, put_batch, shardings, spread
from ethoprism_core.pretraining.state import TrainState, first_state
from ethoprism_core.pretraining.step import Metrics, make_step

CHECKPOINTS = "checkpoints"
_NAMES_SHOWN = 8

Report = Callable[[int, Mapping[str, float | str]], None]
CompiledStep = Callable[[TrainState, Batch], tuple[TrainState, Metrics]]


def train(
    task: Task,
    batches: BatchIterator,
    optimizer: OptimizerConfig,
    run: RunConfig,
    folder: str | Path,
    mesh: Mesh | None = None,
    report: Report | None = None,
    stop: Callable[[], bool] | None = None,
    watched: Callable[[], Mapping[str, float]] | None = None,
) -> TrainState:
    """Train, from the last checkpoint in `folder` where there is one.

    A run that was killed and gone on with ends with the parameters of one that was not.

    Parameters
    ----------
    task, optimizer, run
        What is trained, and how.
    batches
        Batches without end; with several processes, each gives its own share of every batch.
    folder
        Gets ``checkpoints``, ``metrics.csv`` and ``tensorboard``.
    mesh
        The devices; by default all of them, each with a copy of the parameters.
    report
        Called with a step's number and its metrics, as often as they are written down.
    stop
        Asked after every step; if it says so, a checkpoint is kept and training ends early.
    watched
        Gives more numbers to be written down beside the metrics, such as files that were skipped.

    Returns
    -------
    The state after the last step.

    Raises
    ------
    EthoprismError
        If the loss or a gradient is not finite (step and batch are named), the batches end or do
        not fit, or the folder is of another run. The last good checkpoint is kept.
    """
    mesh = make_mesh() if mesh is None else mesh
    with Checkpoints(Path(folder) / CHECKPOINTS, run.keep) as checkpoints:
        state = _resumed(begin(task, optimizer, run, mesh), checkpoints, batches)
        with _metric_files(folder, int(state.step)) as files:
            reports = [*files, report] if report else files
            notes = _Notes(checkpoints, run, reports, watched or dict)
            step = compiled_step(task, optimizer, run, state, mesh)
            return _steps(step, state, batches, run, mesh, notes, stop or _never)


def begin(task: Task, optimizer: OptimizerConfig, run: RunConfig, mesh: Mesh) -> TrainState:
    """Make the state before the first step, where it belongs on the devices."""
    transform = make_optimizer(optimizer, run.steps)
    return spread(first_state(task.params, transform, run.seed), mesh)


def compiled_step(
    task: Task, optimizer: OptimizerConfig, run: RunConfig, state: TrainState, mesh: Mesh
) -> CompiledStep:
    """Compile the step for states that lie where `state` does, with what is frozen put in."""
    transform = make_optimizer(optimizer, run.steps)
    step = jax.jit(
        make_step(task.objective, transform, run.accumulate),
        donate_argnums=0,
        out_shardings=(shardings(state, mesh), copied(mesh)),
    )
    frozen = spread(task.frozen, mesh)
    return lambda state, batch: step(state, frozen, batch)


def _steps(
    step: CompiledStep,
    state: TrainState,
    batches: BatchIterator,
    run: RunConfig,
    mesh: Mesh,
    notes: "_Notes",
    stop: Callable[[], bool],
) -> TrainState:
    for number in range(int(state.step) + 1, run.steps + 1):
        batch = _next(batches, number, run)
        state, metrics = step(state, put_batch(batch.unnamed(), mesh))
        notes.add(number, batch, metrics)
        ends = number == run.steps or stop()
        if ends or number % run.save_every == 0:
            notes.keep(state, batches)
        if ends:
            break
    return state


def _never() -> bool:
    return False


def _resumed(state: TrainState, checkpoints: Checkpoints, batches: BatchIterator) -> TrainState:
    """Go to the last checkpoint, where there is one."""
    if checkpoints.latest() is None:
        return state
    state, position = checkpoints.restore(state)
    batches.set_state(position)
    return state


@contextmanager
def _metric_files(folder: str | Path, step: int) -> Iterator[list[Report]]:
    """Open the files of the curves, which the first of several processes writes for all."""
    if jax.process_index() > 0:
        yield []
        return
    with MetricFiles(folder, step) as files:
        yield [files]


def _next(batches: BatchIterator, number: int, run: RunConfig) -> Batch:
    try:
        batch = next(batches)
    except StopIteration as error:
        raise EthoprismError(
            "the training data ended", f"step {number}", "give batches without end"
        ) from error
    if len(batch) * jax.process_count() != run.batch:
        raise EthoprismError(
            f"a batch has {len(batch) * jax.process_count()} clips instead of {run.batch}",
            batch.corpus or f"step {number}",
            "let data and training have the same batch size",
        )
    return batch


class _Notes:
    """The numbers of the last step, looked at when the next one is on its way."""

    def __init__(
        self,
        checkpoints: Checkpoints,
        run: RunConfig,
        reports: Sequence[Report],
        watched: Callable[[], Mapping[str, float]],
    ) -> None:
        self._checkpoints, self._run, self._reports = checkpoints, run, reports
        self._watched = watched
        self._pending: tuple[int, Batch, Metrics] | None = None
        self._clips, self._since = 0, time.perf_counter()

    def add(self, number: int, batch: Batch, metrics: Metrics) -> None:
        self.settle()
        self._pending = number, batch, metrics

    def keep(self, state: TrainState, batches: BatchIterator) -> None:
        """Keep a checkpoint, if the numbers are good."""
        self.settle()
        self._checkpoints.save(state, batches.get_state())

    def settle(self) -> None:
        if self._pending is None:
            return
        number, batch, metrics = self._pending
        self._pending = None
        loss = float(metrics.pop("loss"))
        values = {"loss": loss, **{name: float(value) for name, value in metrics.items()}}
        if not (math.isfinite(values["loss"]) and math.isfinite(values["gradient_norm"])):
            raise self._not_finite(number, batch, values)
        self._clips += self._run.batch
        if number % self._run.log_every == 0 or number == self._run.steps:
            self._tell(number, {"corpus": batch.corpus, **values})

    def _tell(self, number: int, values: dict[str, float | str]) -> None:
        now = time.perf_counter()
        rate = self._clips / (now - self._since)
        self._clips, self._since = 0, now
        for report in self._reports:
            report(number, {**values, "clips_per_second": rate, **self._watched()})

    def _not_finite(self, number: int, batch: Batch, values: dict[str, float]) -> EthoprismError:
        names = dict.fromkeys(batch.sources)  # each once
        shown = "; ".join(list(names)[:_NAMES_SHOWN])
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        where = [f"step {number}", batch.corpus and f"corpus {batch.corpus}", shown + more]
        last = self._checkpoints.latest()
        kept = "nothing was kept" if last is None else f"the checkpoint of step {last} is kept"
        return EthoprismError(
            f"the loss is {values['loss']:g}, its gradient's norm {values['gradient_norm']:g}",
            ", ".join(filter(None, where)),
            f"lower the learning rate or look at these clips; {kept}",
        )
