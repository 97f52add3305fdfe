"""Both stages learn, and each of their parts can be switched off."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, VideoEncoderConfig, VideoTextConfig
from ethoprism_core.pretraining import (
    Batch,
    ContrastiveConfig,
    MaskedConfig,
    Targets,
    TargetSizes,
    Task,
    TaughtBatches,
    contrastive_task,
    masked_task,
    pooled_by_mean,
    with_encoder,
)
from ethoprism_core.pretraining.optimizer import make_optimizer
from ethoprism_core.pretraining.state import first_state
from ethoprism_core.pretraining.step import make_step
from ethoprism_core.pretraining.teachers import frozen_teacher, resampled

STAGE_ONE, STAGE_TWO = ContrastiveConfig.tiny(), MaskedConfig.tiny()


def prepared(run, prepare, *arguments):
    """Prepare a task in one compiled go, or with `jax.eval_shape` without computing a number."""
    objective = []

    def states():
        task = prepare(*(argument() if callable(argument) else argument for argument in arguments))
        objective.append(task.objective)
        return task.params, task.frozen

    params, frozen = run(states)
    return Task(objective[0], params, frozen)


def abstract(prepare, *arguments):
    return prepared(jax.eval_shape, prepare, *arguments)


@pytest.fixture(scope="module")
def stage_one(quick_jit):
    return prepared(lambda run: quick_jit(run)(), contrastive_task, STAGE_ONE)


@pytest.fixture(scope="module")
def teacher(stage_one):
    return stage_one.objective.model(stage_one.params, stage_one.frozen)


@pytest.fixture(scope="module")
def stage_two(quick_jit, teacher):
    encoder = teacher.vision_encoder
    return prepared(lambda run: quick_jit(run)(), masked_task, STAGE_TWO, teacher, encoder)


def any_teacher(config=STAGE_TWO.student):
    return lambda: VideoEncoder(config, rngs=nnx.Rngs(0))


def losses(jit, task, optimizer, batch, steps):
    """The loss before each of so many steps on one batch, and the state after them."""
    transform = make_optimizer(optimizer, steps)
    step = jit(make_step(task.objective, transform))
    state, seen = first_state(task.params, transform, 0), []
    for _ in range(steps):
        state, metrics = step(state, task.frozen, batch.unnamed())
        seen.append({name: float(value) for name, value in metrics.items()})
    return seen, state


def shapes(task, batch):
    keys = jax.random.split(jax.random.key(0), len(batch))
    return jax.eval_shape(task.objective.outputs, task.params, task.frozen, batch.unnamed(), keys)


def paths(params):
    return {path[0] for path, _ in nnx.to_flat_state(params)}


def test_stage_one_learns_a_batch_by_heart(noise_batch, stage_one, quick_jit):
    seen, _ = losses(quick_jit, stage_one, STAGE_ONE.optimizer, noise_batch(0), 30)
    assert seen[0]["loss"] == pytest.approx(np.log(8), rel=0.3)
    assert seen[-1]["loss"] < 0.7 * seen[0]["loss"]
    assert seen[0]["temperature"] == pytest.approx(0.07) != seen[-1]["temperature"]


def test_stage_two_learns_a_batch_by_heart(noise_batch, teacher, stage_two, quick_jit):
    seen, state = losses(quick_jit, stage_two, STAGE_TWO.optimizer, noise_batch(0), 20)
    assert seen[0]["loss"] == pytest.approx(seen[0]["tokens"] + seen[0]["clip"])
    assert seen[-1]["tokens"] < 0.7 * seen[0]["tokens"]
    assert seen[-1]["clip"] < 0.5 * seen[0]["clip"]
    student = stage_two.objective.model(state.params, ())
    moved = (
        student.patch_projection.kernel[...] - teacher.vision_encoder.patch_projection.kernel[...]
    )
    assert np.abs(moved).max() > 1e-3  # and the teacher is where it was


def test_the_student_starts_from_the_teacher(teacher, stage_two):
    student = stage_two.objective.model(stage_two.params, ())
    for one, other in zip(
        jax.tree.leaves(nnx.state(student)),
        jax.tree.leaves(nnx.state(teacher.vision_encoder)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    other = replace(STAGE_TWO, student=replace(STAGE_TWO.student, heads=4))
    with pytest.raises(EthoprismError, match="other sizes"):
        abstract(masked_task, other, teacher, teacher.vision_encoder)


def test_images_are_clips_of_one_frame(noise_batch, stage_one):
    video, text = shapes(stage_one, noise_batch(0, times=1))
    assert video.shape == text.shape == (8, 32)


def test_batches_without_texts(noise_batch, stage_one):
    with pytest.raises(EthoprismError, match="no texts"):
        shapes(stage_one, Batch(noise_batch(0).video))


def test_retuning_leaves_the_video_encoder_alone(noise_batch, teacher):
    encoder = nnx.clone(teacher.vision_encoder)
    encoder.patch_projection.kernel[...] = encoder.patch_projection.kernel[...] + 1
    config = STAGE_ONE.retuning()
    task = contrastive_task(config, with_encoder(teacher, encoder))
    assert paths(task.params) == {"model", "log_temperature"}
    trained = {path[1] for path, _ in nnx.to_flat_state(task.params["model"])}
    assert "vision_encoder" not in {path[0] for path, _ in nnx.to_flat_state(task.params["model"])}
    assert trained
    model = task.objective.model(task.params, task.frozen)
    np.testing.assert_array_equal(
        model.vision_encoder.patch_projection.kernel[...], encoder.patch_projection.kernel[...]
    )
    np.testing.assert_array_equal(
        model.text_encoder.token_embedding[...], teacher.text_encoder.token_embedding[...]
    )
    assert shapes(task, noise_batch(0))[0].shape == (8, 32)


def test_what_a_frozen_encoder_says_may_come_with_the_batch(noise_batch, teacher):
    task = contrastive_task(STAGE_ONE.retuning(), teacher)
    seen = noise_batch(0)
    tokens = np.asarray(teacher.tokens(seen.video / np.float32(255)))
    grid = tokens.reshape(len(seen), seen.video.shape[1], -1, 1, tokens.shape[-1])
    targets = Targets(grid, grid.mean((1, 2, 3)))
    known = replace(seen, video=np.zeros_like(seen.video), targets=targets)
    keys = jax.random.split(jax.random.key(0), len(seen))
    one, other = (
        task.objective.outputs(task.params, task.frozen, batch, keys)[0] for batch in (seen, known)
    )
    np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {"tokens", "clip"}),
        ({"tokens": False}, {"clip"}),
        ({"clip": False}, {"tokens"}),
        ({"shuffle": False}, {"tokens", "clip"}),
        ({"mask": 0.0}, {"tokens", "clip"}),
    ],
    ids=["whole", "without tokens", "without clip", "unshuffled", "unmasked"],
)
def test_ablations(noise_batch, change, expected):
    task = abstract(masked_task, replace(STAGE_TWO, **change), any_teacher())
    outputs = shapes(task, noise_batch(0))
    assert {name: value.shape for name, value in outputs.items()} == dict.fromkeys(expected, (8,))
    decoders = {"tokens": "token_decoder", "clip": "clip_decoder"}
    assert paths(task.params) == {"encoder", *(decoders[name] for name in expected)}


def test_nothing_to_predict():
    with pytest.raises(EthoprismError, match="nothing is to be predicted"):
        replace(STAGE_TWO, tokens=False, clip=False)


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_shares(share):
    with pytest.raises(EthoprismError, match="mask is no share"):
        replace(STAGE_TWO, mask=share)
    with pytest.raises(EthoprismError, match="drop is no share"):
        replace(STAGE_ONE, drop=share)


def test_a_teacher_of_other_sizes(noise_batch):
    larger = VideoEncoderConfig(
        48, 3, 96, spatial_layers=1, temporal_layers=1, grid=(4, 3, 3), patch=18
    )
    task = abstract(masked_task, STAGE_TWO, any_teacher(larger))
    outputs = shapes(task, noise_batch(0, size=40))
    assert outputs["tokens"].shape == (8,)


@pytest.mark.parametrize("part", ["whole", "vision_encoder"])
def test_a_frozen_model_teaches_what_it_sees(noise_batch, teacher, quick_jit, part):
    model = teacher if part == "whole" else teacher.vision_encoder
    says, weights, sizes = frozen_teacher(model)
    definition = nnx.graphdef(model)

    def seen(weights, video):
        model = nnx.merge(definition, weights)
        tokens = model.tokens(video.astype(jnp.float32) / 255)
        pooled = model.embed_tokens(tokens, False) if part == "whole" else tokens.mean(1)
        return says(weights, video), tokens, pooled

    targets, tokens, pooled = quick_jit(seen)(weights, jnp.asarray(noise_batch(0, clips=2).video))
    assert targets.tokens.shape == (2, 2, 4, 4, 32)
    np.testing.assert_allclose(targets.tokens.reshape(tokens.shape), tokens, atol=1e-5)
    sines = np.cross(targets.pooled[:, :3], pooled[:, :3])
    np.testing.assert_allclose(sines, 0, atol=1e-5)
    assert (sizes.tokens, sizes.pooled) == (32, 32)


def test_anyone_may_teach(noise_batches, noise_batch):
    def colours(video):
        shrunk = video.reshape(*video.shape[:2], 2, 16, 2, 16, 3).mean((3, 5))
        return pooled_by_mean(shrunk.astype(np.float32))

    batches = TaughtBatches(noise_batches(), colours)
    batch = next(batches)
    assert batch.targets.tokens.shape == (8, 2, 2, 2, 3) and batch.targets.pooled.shape == (8, 3)
    assert batch.corpus == "noise" and batches.get_state() == b"1"
    batches.set_state(b"0")
    np.testing.assert_array_equal(next(batches).targets.tokens, batch.targets.tokens)
    task = abstract(masked_task, STAGE_TWO, TargetSizes(3, 3))
    assert task.frozen == ()
    outputs = shapes(task, batch)
    assert set(outputs) == {"tokens", "clip"}
    with pytest.raises(EthoprismError, match="nobody says what to learn"):
        shapes(task, noise_batch(0))


def test_targets_are_brought_to_the_students_grid():
    ramp = np.tile(np.arange(4.0, dtype=np.float32), (1, 2, 4, 1))[..., None]
    finer = np.asarray(resampled(jnp.asarray(ramp), (2, 4, 8))).reshape(2, 4, 8)
    np.testing.assert_allclose(finer[0, 0, 1:-1], np.arange(0.25, 3, 0.5), atol=1e-5)
    np.testing.assert_allclose(finer[1, 3], finer[0, 0])
    same = np.asarray(resampled(jnp.asarray(ramp), (2, 4, 4))).reshape(ramp.shape)
    np.testing.assert_array_equal(same, ramp)


@pytest.mark.parametrize(
    "config",
    [
        ContrastiveConfig.paper(),
        ContrastiveConfig.laptop(),
        MaskedConfig.paper(),
        MaskedConfig.laptop(),
    ],
    ids=["one-paper", "one-laptop", "two-paper", "two-laptop"],
)
def test_presets_are_whole(config, noise_batch):
    """Trace the loss of two clips; nothing is computed, so that size does not matter."""
    if isinstance(config, MaskedConfig):
        task = abstract(masked_task, config, any_teacher(config.student))
    else:
        task = abstract(contrastive_task, config)
    batch = noise_batch(0, clips=2, size=config.frame_size, times=config.frames)
    outputs = shapes(task, batch)
    loss, _ = jax.eval_shape(task.objective.loss, task.params, outputs)
    assert loss.shape == () and loss.dtype == np.float32
    optimizer = make_optimizer(config.optimizer, config.run.steps)
    state = jax.eval_shape(lambda params: first_state(params, optimizer, 0), task.params)
    assert all(leaf.dtype == np.float32 for leaf in jax.tree.leaves(state.params))


def test_the_paper_s_figures():
    one, two = ContrastiveConfig.paper(), MaskedConfig.paper()
    assert (one.run.batch, one.run.steps, one.optimizer.warmup_steps) == (4096, 200_000, 20_000)
    assert (two.run.batch, two.run.steps, two.optimizer.warmup_steps) == (4096, 300_000, 25_000)
    assert (one.frames, one.frame_size, one.drop) == (8, 288, 0.5)
    assert (two.frame_size, two.mask) == (288, 0.65)
    assert isinstance(one.model, VideoTextConfig) and one.model.video.width == 768
