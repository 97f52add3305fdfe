"""From a run's last checkpoint to a model file."""

from collections.abc import Mapping
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import save_model
from ethoprism_core.pretraining.checkpointing import Checkpoints
from ethoprism_core.pretraining.config import OptimizerConfig, RunConfig
from ethoprism_core.pretraining.loop import CHECKPOINTS, begin
from ethoprism_core.pretraining.objective import Task
from ethoprism_core.pretraining.sharding import make_mesh


def export_checkpoint(
    task: Task,
    optimizer: OptimizerConfig,
    run: RunConfig,
    folder: str | Path,
    path: str | Path,
    dtype: str = "float16",
    notes: Mapping[str, str] | None = None,
) -> int:
    """Write the model of the last checkpoint, without decoders and the like.

    Parameters
    ----------
    task, optimizer, run
        As the run was given them.
    folder
        The run's folder.
    path
        A ``.safetensors`` file, which `load_encoder` takes as a checkpoint.
    dtype
        Of the stored numbers.
    notes
        What else the file is to say about itself.

    Returns
    -------
    The step of the checkpoint.

    Raises
    ------
    EthoprismError
        If there is no checkpoint or it is of another task, or the file cannot be written.
    """
    with Checkpoints(Path(folder) / CHECKPOINTS, run.keep) as checkpoints:
        if checkpoints.latest() is None:
            raise EthoprismError("there is no checkpoint yet", folder, "train first")
        state, _ = checkpoints.restore(begin(task, optimizer, run, make_mesh()))
    step = int(state.step)
    model = task.objective.model(state.params, task.frozen)
    save_model(model, path, dtype, {"step": str(step), **(notes or {})})
    return step
