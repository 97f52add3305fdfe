"""Read and write checkpoints in the form of the public ones: named arrays, layers stacked."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import jax
import numpy as np
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import atomic_path
from ethoprism_core.model.array_files import ArrayFile, open_arrays
from ethoprism_core.model.layout import entries, expected_shapes, parameters

Model = TypeVar("Model", bound=nnx.Module)


def load_checkpoint(build: Callable[[nnx.Rngs], Model], path: str | Path) -> Model:
    """Build a model with the parameters of a checkpoint, in float32.

    All names and shapes are compared before a number is read. Then one parameter is read at a
    time, so the peak of memory is the model and the largest of its stacks.

    Parameters
    ----------
    build
        Makes the model from random keys, such as ``lambda rngs: VideoEncoder(config, rngs=rngs)``.
        It is only traced: nothing random is drawn.
    path
        An ``.npz`` or ``.safetensors`` file of arrays such as ``params/spatial_ln/scale``, layers
        on axis 0.

    Raises
    ------
    EthoprismError
        If the file is missing or damaged, or does not fit the model: then one error lists all
        arrays that are missing, unexpected, or of another shape.
    """
    path = Path(path)
    model = nnx.eval_shape(lambda: build(nnx.Rngs(0)))
    with open_arrays(path) as file:
        _compare(expected_shapes(model), file.shapes(), path)
        _fill(model, file)
    return model


def random_model(build: Callable[[nnx.Rngs], Model], seed: int) -> Model:
    """Build a model with random parameters, the same for the same seed."""
    return build(nnx.Rngs(seed))


def save_checkpoint(model: nnx.Module, path: str | Path) -> None:
    """Write a model's parameters in the form that `load_checkpoint` reads.

    Layers are stacked one parameter at a time, so that no second copy of the model is made.

    Raises
    ------
    EthoprismError
        If the file cannot be written.
    """
    state = parameters(model)
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for entry in entries(model):
            for name, array in zip(entry.names, entry.arrays(state), strict=True):
                with archive.open(name + ".npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, np.asarray(array), allow_pickle=False)


def _compare(
    expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]], path: Path
) -> None:
    missing = sorted(expected.keys() - found.keys())
    unexpected = sorted(found.keys() - expected.keys())
    misshaped = [
        f"{name} has {found[name]} instead of {expected[name]}"
        for name in sorted(expected.keys() & found.keys())
        if expected[name] != found[name]
    ]
    kinds = {"missing": missing, "unexpected": unexpected, "misshaped": misshaped}
    told = [f"{len(names)} {kind} ({'; '.join(names)})" for kind, names in kinds.items() if names]
    if told:
        raise EthoprismError(
            f"the checkpoint does not fit the model: arrays {', '.join(told)}",
            path,
            "use the checkpoint of this very model",
        )


def _fill(model: nnx.Module, file: ArrayFile) -> None:
    values: dict[tuple, jax.Array] = {}
    for entry in entries(model):
        arrays = [np.asarray(file.read(name), np.float32) for name in entry.names]
        values.update(entry.parameters(arrays))
    state = nnx.to_flat_state(nnx.state(model, nnx.Param))
    filled = [(path, variable.replace(values.pop(path))) for path, variable in state]
    nnx.update(model, nnx.from_flat_state(filled))
