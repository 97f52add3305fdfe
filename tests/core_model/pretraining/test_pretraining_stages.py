"""Both stages learn, and each of their parts can be switched off."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, VideoEncoderConfig, VideoText, VideoTextConfig
from ethoprism_core.pretraining import (
    Batch,
    ContrastiveConfig,
    MaskedConfig,
    TargetSizes,
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


def build(model, config, seed=1):
    return jax.jit(lambda: nnx.state(model(config, rngs=nnx.Rngs(seed))))()


def built(model, config, seed=1):
    definition = nnx.graphdef(nnx.eval_shape(lambda: model(config, rngs=nnx.Rngs(0))))
    return nnx.merge(definition, build(model, config, seed))


@pytest.fixture(scope="module")
def teacher():
    return built(VideoText, STAGE_ONE.model)


def losses(task, optimizer, batch, steps):
    """The loss before each of so many steps on one batch, and the state after them."""
    transform = make_optimizer(optimizer, steps)
    step = jax.jit(make_step(task.objective, transform))
    state, seen = first_state(task.params, transform, 0), []
    for _ in range(steps):
        state, metrics = step(state, task.frozen, batch.unnamed())
        seen.append({name: float(value) for name, value in metrics.items()})
    return seen, state


def shapes(objective, params, frozen, batch):
    keys = jax.random.split(jax.random.key(0), len(batch))
    return jax.eval_shape(objective.outputs, params, frozen, batch.unnamed(), keys)


def paths(params):
    return {path[0] for path, _ in nnx.to_flat_state(params)}


def test_stage_one_learns_a_batch_by_heart(noise_batch):
    task = contrastive_task(replace(STAGE_ONE, drop=0.25))
    seen, _ = losses(task, STAGE_ONE.optimizer, noise_batch(0), 30)
    assert seen[0]["loss"] == pytest.approx(np.log(8), rel=0.3)
    assert seen[-1]["loss"] < 0.7 * seen[0]["loss"]
    assert seen[0]["temperature"] == pytest.approx(0.07) != seen[-1]["temperature"]


def test_stage_two_learns_a_batch_by_heart(noise_batch, teacher):
    task = masked_task(STAGE_TWO, teacher, teacher.vision_encoder)
    seen, state = losses(task, STAGE_TWO.optimizer, noise_batch(0), 20)
    assert seen[0]["loss"] == pytest.approx(seen[0]["tokens"] + seen[0]["clip"])
    assert seen[-1]["tokens"] < 0.7 * seen[0]["tokens"]
    assert seen[-1]["clip"] < 0.5 * seen[0]["clip"]
    student = task.objective.model(state.params, task.frozen)
    moved = (
        student.patch_projection.kernel[...] - teacher.vision_encoder.patch_projection.kernel[...]
    )
    assert np.abs(moved).max() > 1e-3  # and the teacher is where it was


def test_the_student_starts_from_the_teacher(teacher):
    task = masked_task(STAGE_TWO, teacher, teacher.vision_encoder)
    student = task.objective.model(task.params, task.frozen)
    for one, other in zip(
        jax.tree.leaves(nnx.state(student)),
        jax.tree.leaves(nnx.state(teacher.vision_encoder)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(EthoprismError, match="other sizes"):
        masked_task(
            replace(STAGE_TWO, student=replace(STAGE_TWO.student, heads=4)), teacher, student
        )


def test_images_are_clips_of_one_frame(noise_batch):
    task = contrastive_task(STAGE_ONE)
    images = noise_batch(0, times=1)
    video, text = shapes(task.objective, task.params, task.frozen, images)
    assert video.shape == text.shape == (8, 32)


def test_batches_without_texts(noise_batch):
    task = contrastive_task(STAGE_ONE)
    with pytest.raises(EthoprismError, match="no texts"):
        shapes(task.objective, task.params, task.frozen, Batch(noise_batch(0).video))


def test_retuning_leaves_the_video_encoder_alone(noise_batch, teacher):
    encoder = built(VideoEncoder, STAGE_TWO.student, seed=7)
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
    assert shapes(task.objective, task.params, task.frozen, noise_batch(0))[0].shape == (8, 32)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {"tokens", "clip"}),
        ({"tokens": False}, {"clip"}),
        ({"clip": False}, {"tokens"}),
        ({"shuffle": False}, {"tokens", "clip"}),
        ({"mask": 0.0}, {"tokens", "clip"}),
    ],
    ids=str,
)
def test_ablations(noise_batch, teacher, change, expected):
    task = masked_task(replace(STAGE_TWO, **change), teacher)
    outputs = shapes(task.objective, task.params, task.frozen, noise_batch(0))
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
    task = masked_task(STAGE_TWO, built(VideoEncoder, larger))
    outputs = shapes(task.objective, task.params, task.frozen, noise_batch(0, size=40))
    assert outputs["tokens"].shape == (8,)


def test_a_frozen_model_teaches_what_it_sees(noise_batch, teacher):
    video = jnp.asarray(noise_batch(0, clips=2).video)
    for model in (teacher, teacher.vision_encoder):
        says, weights, sizes = frozen_teacher(model)
        targets = jax.jit(says)(weights, video)
        tokens = model.tokens(np.asarray(video) / np.float32(255))
        np.testing.assert_allclose(targets.tokens.reshape(tokens.shape), tokens, atol=1e-4)
        pooled = tokens.mean(1) if model is not teacher else model.embed_tokens(tokens)
        cosines = (targets.pooled * pooled).sum(-1)
        cosines /= jnp.linalg.norm(targets.pooled, axis=1) * jnp.linalg.norm(pooled, axis=1)
        np.testing.assert_allclose(cosines, 1, atol=1e-5)
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
    task = masked_task(STAGE_TWO, TargetSizes(3, 3))
    assert task.frozen == ()
    outputs = shapes(task.objective, task.params, task.frozen, batch)
    assert set(outputs) == {"tokens", "clip"}
    with pytest.raises(EthoprismError, match="nobody says what to learn"):
        shapes(task.objective, task.params, task.frozen, noise_batch(0))


def test_targets_are_brought_to_the_students_grid():
    ramp = np.tile(np.arange(4.0, dtype=np.float32), (1, 2, 4, 1))[..., None]
    finer = np.asarray(resampled(jnp.asarray(ramp), (2, 4, 8))).reshape(2, 4, 8)
    np.testing.assert_allclose(finer[0, 0, 1:-1], np.arange(0.25, 3, 0.5), atol=1e-5)
    np.testing.assert_allclose(finer[1, 3], finer[0, 0])
    same = np.asarray(resampled(jnp.asarray(ramp), (2, 4, 4))).reshape(ramp.shape)
    np.testing.assert_array_equal(same, ramp)


PRESETS = [
    (contrastive_task, ContrastiveConfig.paper()),
    (contrastive_task, ContrastiveConfig.laptop()),
    (contrastive_task, ContrastiveConfig.paper().retuning()),
    (masked_task, MaskedConfig.paper()),
    (masked_task, MaskedConfig.laptop()),
]


@pytest.mark.parametrize(("prepare", "config"), PRESETS, ids=lambda value: type(value).__name__)
def test_presets_are_whole(prepare, config):
    """Trace the outputs of two clips; nothing is computed, so that size does not matter."""
    size = config.frame_size
    batch = Batch(
        jax.ShapeDtypeStruct((2, config.frames, size, size, 3), np.uint8),
        jax.ShapeDtypeStruct((2, 16), np.int32),
        jax.ShapeDtypeStruct((2, 16), np.float32),
    )

    def run(batch, keys):
        if prepare is masked_task:
            task = prepare(config, VideoEncoder(config.student, rngs=nnx.Rngs(0)))
        else:
            task = prepare(config)
        outputs = task.objective.outputs(task.params, task.frozen, batch, keys)
        transform = make_optimizer(config.optimizer, config.run.steps)
        state = first_state(task.params, transform, 0)
        return task.objective.loss(task.params, outputs)[0], state.step

    loss, _ = jax.eval_shape(run, batch, jax.random.split(jax.random.key(0), 2))
    assert loss.shape == () and loss.dtype == np.float32


def test_the_paper_s_figures():
    one, two = ContrastiveConfig.paper(), MaskedConfig.paper()
    assert (one.run.batch, one.run.steps, one.optimizer.warmup_steps) == (4096, 200_000, 20_000)
    assert (two.run.batch, two.run.steps, two.optimizer.warmup_steps) == (4096, 300_000, 25_000)
    assert (one.frames, one.frame_size, one.drop) == (8, 288, 0.5)
    assert (two.frame_size, two.mask) == (288, 0.65)
    assert isinstance(one.model, VideoTextConfig) and one.model.video.width == 768
