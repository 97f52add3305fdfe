"""The encoder's floating-point rate against plain large matrix products, in one run.

    python benchmarks/encoder_flops.py

One clip of VideoPrism with random weights in float32, through both halves of the encoder; beside
it the same clip through a scan over the layers with rematerialisation, all tokens at once. Rounds
are interleaved and the best of each is kept, so that a busy machine disturbs all alike.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from ethoprism_core.encoders.videoprism import VideoPrism
from ethoprism_core.model import VideoEncoder, VideoEncoderConfig, random_model
from ethoprism_core.model.transformer import Stack

PRODUCTS = (2048, 4096)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=("base", "large", "tiny"), default="base")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--no-scan", action="store_true", help="leave out the scan over layers")
    arguments = parser.parse_args()
    config = getattr(VideoEncoderConfig, arguments.size)()
    model = random_model(partial(build, config), 0)
    flops = config.clip_flops(*config.grid)
    runs = {f"product {n}": (2 * n**3, product(n)) for n in PRODUCTS}
    runs["both halves"] = (flops, both_halves(model))
    if not arguments.no_scan:
        runs["layer scan"] = (flops, layer_scan(model))
    rates = measure(runs, arguments.rounds)
    wall, processor = (max(rates[f"product {n}"][clock] for n in PRODUCTS) for clock in (0, 1))
    print(f"one {arguments.size} clip: {flops / 1e12:.3f} TFLOP of matrix products")
    print("GFLOP/s by the clock, GFLOP per processor second; and as shares of the best product")
    for name, (by_clock, by_processor) in rates.items():
        print(
            f"{name:14s} {by_clock / 1e9:7.1f} {by_clock / wall:5.0%} "
            f"{by_processor / 1e9:9.1f} {by_processor / processor:5.0%}"
        )


def build(config: VideoEncoderConfig, rngs: nnx.Rngs) -> VideoEncoder:
    return VideoEncoder(config, rngs=rngs)


def measure(
    runs: dict[str, tuple[int, Callable[[], object]]], rounds: int
) -> dict[str, tuple[float, float]]:
    """Rates by the clock and per processor second, the best of all rounds after a first one.

    The second hardly depends on what else the machine is doing.
    """
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, (flops, run) in runs.items():
            started = time.perf_counter(), time.process_time()
            run()
            spent = time.perf_counter() - started[0], time.process_time() - started[1]
            rates[name].append((flops / spent[0], flops / spent[1]))
    return {name: tuple(np.max(measured[1:], axis=0)) for name, measured in rates.items()}


def product(size: int) -> Callable[[], object]:
    factor = jax.random.normal(jax.random.key(0), (size, size))
    multiply = jax.jit(jnp.matmul)
    return lambda: multiply(factor, factor).block_until_ready()


def both_halves(model: VideoEncoder) -> Callable[[], object]:
    encoder = VideoPrism("benchmark", model, "random")
    frames = noise(model.config)
    return lambda: encoder.encode_windows(encoder.encode_frames(frames, frames)[None])


def layer_scan(model: VideoEncoder) -> Callable[[], object]:
    """Encode as training code often does: a scan over layers with rematerialisation."""
    layers = stacked_blocks(model.spatial_encoder), stacked_blocks(model.temporal_encoder)
    definition, state = nnx.split(model)
    frames = noise(model.config)

    @jax.jit
    def encode(state, spatial, temporal, frames):
        model = nnx.merge(definition, state)
        _, rows, columns = model.config.grid
        x = model.patches(frames / 255) + model.row_column_positions(rows, columns)
        x = model.spatial_norm(scan(model.spatial_encoder, spatial, x))
        x = x.transpose(1, 0, 2) + model.time_positions(len(frames))
        return model.temporal_norm(scan(model.temporal_encoder, temporal, x))

    return lambda: encode(state, *layers, frames).block_until_ready()


def stacked_blocks(stack: Stack) -> nnx.State:
    return jax.tree.map(lambda *layers: jnp.stack(layers), *map(nnx.state, stack.blocks))


def scan(stack: Stack, layers: nnx.State, x: jax.Array) -> jax.Array:
    definition = nnx.graphdef(stack.blocks[0])

    @jax.checkpoint
    def block(x, layer):
        return nnx.merge(definition, layer)(x), None

    return jax.lax.scan(block, x, layers)[0]


def noise(config: VideoEncoderConfig) -> np.ndarray:
    times, rows, columns = config.grid
    shape = (times, rows * config.patch, columns * config.patch, 3)
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


if __name__ == "__main__":
    main()
