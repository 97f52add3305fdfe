"""The encoder's floating-point rate against plain large matrix products, in one run.

    python benchmarks/encoder_flops.py

One clip of VideoPrism with random weights in float32, through both halves of the encoder; beside
it the same clip through a scan over the layers with rematerialisation, all tokens at once. Rounds
are interleaved and the best of each is kept, so that a busy machine disturbs all alike.
"""

import argparse
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from rates import measure, products, show

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
    runs = products(PRODUCTS)
    runs["both halves"] = (flops, both_halves(model))
    if not arguments.no_scan:
        runs["layer scan"] = (flops, layer_scan(model))
    rates = measure(runs, arguments.rounds)
    print(f"one {arguments.size} clip: {flops / 1e12:.3f} TFLOP of matrix products")
    show(rates)


def build(config: VideoEncoderConfig, rngs: nnx.Rngs) -> VideoEncoder:
    return VideoEncoder(config, rngs=rngs)


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
