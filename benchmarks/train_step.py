"""The training step's floating-point rate against plain large matrix products, in one run.

    python benchmarks/train_step.py [--stage masked] [--batch 16] [--accumulate 2]

The laptop preset of a stage on noise, parameters and data in memory; a step is forward, backward
and update. The operations are counted from the sizes: only matrix products, those of the backward
pass twice the forward's. Rounds are interleaved, so that a busy machine disturbs all alike.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from rates import measure, products, show

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
    runs = {**products(PRODUCTS, arguments.dtype), "step": (flops, step(config, task))}
    rates = measure(runs, arguments.rounds)
    print(f"one {arguments.stage} step: {flops / 1e9:.1f} GFLOP of matrix products")
    show(rates)


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
