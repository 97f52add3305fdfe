"""The training step's floating-point rate against plain large matrix products, in one run.

    python benchmarks/train_step.py [--stage masked] [--batch 16] [--accumulate 2]

The laptop preset of a stage on noise, parameters and data in memory; a step is forward, backward
and update. The operations are counted from the sizes: only matrix products, those of the backward
pass twice the forward's. Rounds are interleaved, so that a busy machine disturbs all alike.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from ethoprism_core.model import VideoEncoder, VideoEncoderConfig, random_model
from ethoprism_core.pretraining import (
    Batch,
    ContrastiveConfig,
    DecoderConfig,
    MaskedConfig,
    Task,
    contrastive_task,
    make_mesh,
    masked_task,
)
from ethoprism_core.pretraining.loop import begin, compiled_step
from ethoprism_core.pretraining.masks import seen_count
from ethoprism_core.pretraining.sharding import put_batch

PRODUCTS = (1024, 2048, 4096)
TEXT_LENGTH = 24


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stage", choices=("contrastive", "masked"), default="masked")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dtype", default="float32")
    arguments = parser.parse_args()
    config, task = prepared(arguments.stage, arguments.dtype)
    config = replace(
        config, run=replace(config.run, batch=arguments.batch, accumulate=arguments.accumulate)
    )
    flops = arguments.batch * step_flops(config, arguments.accumulate)
    runs = {f"product {n}": (2 * n**3, product(n, arguments.dtype)) for n in PRODUCTS}
    runs["step"] = (flops, step(config, task))
    rates = measure(runs, arguments.rounds)
    wall, processor = (max(rates[f"product {n}"][clock] for n in PRODUCTS) for clock in (0, 1))
    print(f"one {arguments.stage} step: {flops / 1e9:.1f} GFLOP of matrix products")
    print("GFLOP/s by the clock, GFLOP per processor second; and as shares of the best product")
    for name, (by_clock, by_processor) in rates.items():
        print(
            f"{name:14s} {by_clock / 1e9:7.1f} {by_clock / wall:5.0%} "
            f"{by_processor / 1e9:9.1f} {by_processor / processor:5.0%}"
        )


def prepared(stage: str, dtype: str) -> tuple[ContrastiveConfig | MaskedConfig, Task]:
    if stage == "contrastive":
        stage_one = ContrastiveConfig.laptop()
        stage_one = replace(stage_one, model=stage_one.model.with_dtype(dtype))
        return stage_one, contrastive_task(stage_one)
    stage_two = MaskedConfig.laptop()
    stage_two = replace(stage_two, student=stage_two.student.with_dtype(dtype))
    teacher = random_model(lambda rngs: VideoEncoder(stage_two.student, rngs=rngs), 1)
    return stage_two, masked_task(stage_two, teacher, teacher)


def step(config: ContrastiveConfig | MaskedConfig, task: Task) -> Callable[[], object]:
    mesh = make_mesh()
    state = begin(task, config.optimizer, config.run, mesh)
    run = compiled_step(task, config.optimizer, config.run, state, mesh)
    batch = put_batch(noise(config), mesh)

    def once() -> object:
        nonlocal state
        state, metrics = run(state, batch)
        return metrics["loss"].block_until_ready()

    return once


def noise(config: ContrastiveConfig | MaskedConfig) -> Batch:
    rng = np.random.default_rng(0)
    size = config.frame_size
    video = rng.integers(0, 256, (config.run.batch, config.frames, size, size, 3), np.uint8)
    if isinstance(config, MaskedConfig):
        return Batch(video)
    ids = rng.integers(1, config.model.vocabulary, (config.run.batch, TEXT_LENGTH))
    return Batch(video, ids.astype(np.int32), np.zeros(ids.shape, np.float32))


def product(size: int, dtype: str) -> Callable[[], object]:
    factor = jax.random.normal(jax.random.key(0), (size, size), jnp.dtype(dtype))
    multiply = jax.jit(jnp.matmul)
    return lambda: multiply(factor, factor).block_until_ready()


def measure(
    runs: dict[str, tuple[float, Callable[[], object]]], rounds: int
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


def step_flops(config: ContrastiveConfig | MaskedConfig, accumulate: int) -> float:
    """Operations of one clip: three forward passes of what is trained, one of the teacher."""
    encoder = config.student if isinstance(config, MaskedConfig) else config.model.video
    positions = (config.frame_size // encoder.patch) ** 2
    if isinstance(config, MaskedConfig):
        seen = config.frames * seen_count(positions, config.mask)
        places = config.frames * positions
        decoders = decoder_flops(config.decoder, encoder.width, places) * config.tokens
        decoders += decoder_flops(config.decoder, encoder.width, seen) * config.clip
        student = encoder_flops(encoder, config.frames, seen // config.frames)
        return 3 * (student + decoders) + encoder_flops(encoder, config.frames, positions)
    # in parts, all outputs are computed once more beforehand
    passes = 3 if accumulate == 1 else 4
    seen = seen_count(positions, config.drop)
    towers = encoder_flops(encoder, config.frames, seen) + text_flops(config)
    return passes * (towers + 4 * config.frames * seen * encoder.width * 4 * encoder.width)


def encoder_flops(config: VideoEncoderConfig, frames: int, positions: int) -> int:
    return config.clip_flops(frames, positions, 1)


def text_flops(config: ContrastiveConfig) -> int:
    width, tokens = config.model.video.width, TEXT_LENGTH + 1
    return config.model.text_layers * stack_flops(width, 4 * width, tokens)


def decoder_flops(config: DecoderConfig, width: int, tokens: int) -> int:
    ends = 2 * 2 * tokens * width * config.width
    return ends + config.layers * stack_flops(config.width, config.hidden, tokens)


def stack_flops(width: int, hidden: int, tokens: int) -> int:
    return 2 * tokens * (4 * width**2 + 2 * width * hidden) + 4 * tokens**2 * width


if __name__ == "__main__":
    main()
