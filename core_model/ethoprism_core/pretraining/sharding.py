"""Where arrays lie when there are several devices: batches spread, parameters copied or spread."""

import os
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from ethoprism_core.errors import EthoprismError
from ethoprism_core.pretraining.batch import Batch

_DATA, _PARAMETERS = "data", "parameters"
_WORTH_SPREADING = 2**13  # numbers; smaller arrays are copied to all devices
_ADDRESS, _COUNT, _INDEX = "ETHOPRISM_COORDINATOR", "ETHOPRISM_PROCESSES", "ETHOPRISM_PROCESS"


def make_mesh(parameter_shards: int = 1, devices: list[jax.Device] | None = None) -> Mesh:
    """Lay out all devices, of all hosts.

    Parameters
    ----------
    parameter_shards
        Devices that share one copy of the parameters and of what the optimiser remembers
        (fully sharded data parallelism); 1 keeps a copy on each.
    devices
        By default, all there are.

    Raises
    ------
    EthoprismError
        If the devices do not divide into groups of so many.
    """
    devices = jax.devices() if devices is None else devices
    if len(devices) % parameter_shards:
        raise EthoprismError(
            "the devices do not divide into groups that share parameters",
            f"{len(devices)} / {parameter_shards}",
            "choose a divisor of the number of devices",
        )
    laid_out = np.asarray(devices).reshape(-1, parameter_shards)
    return Mesh(laid_out, (_DATA, _PARAMETERS), axis_types=(AxisType.Auto, AxisType.Auto))


def shardings(tree: Any, mesh: Mesh) -> Any:
    """Say where each array of a state goes: large ones are cut along an axis that divides."""
    shards = mesh.shape[_PARAMETERS]

    def place(array: Any) -> NamedSharding:
        dividing = [axis for axis, size in enumerate(array.shape) if size % shards == 0]
        if shards == 1 or array.size < _WORTH_SPREADING or not dividing:
            return NamedSharding(mesh, PartitionSpec())
        widest = max(dividing, key=lambda axis: array.shape[axis])
        return NamedSharding(mesh, PartitionSpec(*[None] * widest, _PARAMETERS))

    return jax.tree.map(place, tree)


def spread(tree: Any, mesh: Mesh) -> Any:
    """Put a copy of a tree's arrays where `shardings` says; every host must have the same."""
    copy = jax.jit(partial(jax.tree.map, jnp.copy), out_shardings=shardings(tree, mesh))
    return copy(tree)


def copied(mesh: Mesh) -> NamedSharding:
    """Say that each device has the whole."""
    return NamedSharding(mesh, PartitionSpec())


def put_batch(batch: Batch, mesh: Mesh) -> Batch:
    """Spread a batch over all devices; each host brings its own share of it.

    Raises
    ------
    EthoprismError
        If the batch does not divide among the devices.
    """
    here = len(mesh.local_devices)
    if len(batch) % here:
        raise EthoprismError(
            "the batch does not divide among the devices",
            f"{len(batch)} clips / {here} devices",
            "choose a multiple",
        )
    cut = NamedSharding(mesh, PartitionSpec((_DATA, _PARAMETERS)))
    return jax.tree.map(
        lambda array: jax.make_array_from_process_local_data(cut, np.asarray(array)), batch
    )


def join_hosts(
    coordinator: str | None = None, processes: int | None = None, process: int | None = None
) -> None:
    """Make this process one of several that train together; to be called before anything else.

    Parameters
    ----------
    coordinator
        Address and port of the first process, such as ``10.0.0.1:1234``.
    processes, process
        How many there are, and which of them this is, from 0.

    What is not given comes from the environment: ``ETHOPRISM_COORDINATOR``,
    ``ETHOPRISM_PROCESSES`` and ``ETHOPRISM_PROCESS``. Without any, this process trains alone.

    Raises
    ------
    EthoprismError
        If some of the three are missing, or no numbers.
    """
    given = {
        _ADDRESS: coordinator or os.environ.get(_ADDRESS),
        _COUNT: os.environ.get(_COUNT) if processes is None else str(processes),
        _INDEX: os.environ.get(_INDEX) if process is None else str(process),
    }
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(given):
        return
    numbers = [given[_COUNT], given[_INDEX]]
    if missing or not all(str(number).isdigit() for number in numbers):
        wrong = missing or [_COUNT, _INDEX]
        raise EthoprismError(
            "processes cannot find each other", ", ".join(wrong), "give all three as they should be"
        )
    count, index = (int(str(number)) for number in numbers)
    jax.distributed.initialize(given[_ADDRESS], count, index)
