"""Level by level against the reference implementation's outputs on random weights.

The files in `golden` were computed by the reference in float32; every parameter in them, offsets
and scales included, is random.
"""

import json
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, from_reference, load_checkpoint

GOLDEN = Path(__file__).parent / "golden"
CLOSE = {"atol": 1e-5, "rtol": 0}  # outputs are of order 1 to 4; measured 3e-6


@nnx.jit
def tokens_of(model, *inputs):
    return model.tokens(*inputs)


def load(name, **changes):
    config = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")) | changes
    return from_reference(config, GOLDEN / f"{name}_weights.npz")


def read(name):
    with np.load(GOLDEN / f"{name}_cases.npz") as cases:
        return dict(cases)


@pytest.fixture(scope="module")
def encoder():
    return load("encoder_tiny")


@pytest.fixture(scope="module")
def video_text():
    return load("videotext_tiny")


@pytest.fixture(scope="module")
def classifier():
    return load("classifier_tiny")


@pytest.fixture(scope="module")
def cases():
    return read("encoder_tiny")


@pytest.fixture(scope="module")
def text_cases():
    return read("videotext_tiny")


def test_spatial_stack(encoder, cases):
    frames = cases["native.input"].reshape(-1, 72, 72, 3)
    spatial = np.asarray(nnx.jit(lambda model, frames: model.spatial(frames))(encoder, frames))
    assert spatial.shape == (8, 4, 4, 48)
    np.testing.assert_allclose(
        spatial.reshape(2, -1, 48), cases["native.spatial_features"], **CLOSE
    )


def test_temporal_stack_on_the_reference_s_spatial_features(encoder, cases):
    spatial = jnp.asarray(cases["native.spatial_features"]).reshape(2, 4, 4, 4, 48)
    tokens = nnx.jit(lambda model, spatial: model.temporal(spatial))(encoder, spatial)
    np.testing.assert_allclose(tokens.reshape(2, -1, 48), cases["native.embeddings"], **CLOSE)


@pytest.mark.parametrize("case", ["native", "longer", "single_frame", "larger", "smaller"])
def test_tokens_of_any_length_and_size(encoder, cases, case):
    tokens = tokens_of(encoder, cases[f"{case}.input"])
    np.testing.assert_allclose(tokens, cases[f"{case}.embeddings"], **CLOSE)


def test_padded_frames_change_nothing_for_the_others(encoder, cases):
    paddings = cases["padded.paddings"]
    tokens = np.asarray(tokens_of(encoder, cases["native.input"], paddings))
    seen = np.repeat(paddings == 0, 16, axis=1)
    assert 0 < seen.sum() < seen.size
    np.testing.assert_allclose(tokens[seen], cases["padded.embeddings"][seen], **CLOSE)
    assert np.isfinite(tokens).all()
    unpadded = cases["native.embeddings"]
    assert np.abs(tokens[seen] - unpadded[seen]).max() > 0.01  # the paddings did something


def test_no_cap_is_another_model(cases):
    uncapped = load("encoder_tiny", atten_logit_cap=0.0)
    tokens = tokens_of(uncapped, cases["native.input"])
    assert np.abs(tokens - cases["native.embeddings"]).max() > 1e-4


def test_bfloat16_stays_near(encoder, cases):
    """Activations carry 8 bits, so 13 roundings of a layer leave about 3 % of values of order 1."""
    config = replace(encoder.config, dtype="bfloat16")
    model = load_checkpoint(
        lambda rngs: VideoEncoder(config, rngs=rngs), GOLDEN / "encoder_tiny_weights.npz"
    )
    tokens = tokens_of(model, cases["native.input"])
    assert tokens.dtype == jnp.bfloat16
    error = np.asarray(tokens, np.float32) - cases["native.embeddings"]
    assert np.sqrt(np.mean(error**2)) < 0.02
    assert np.abs(error).max() < 0.15


def test_video_text_tokens(video_text, text_cases):
    tokens = tokens_of(video_text, text_cases["input"])
    np.testing.assert_allclose(tokens, text_cases["spatiotemporal_features"], **CLOSE)


@pytest.mark.parametrize(
    ("normalize", "suffix"), [(True, ""), (False, "_unnormalized")], ids=["unit", "raw"]
)
def test_video_and_text_embeddings(video_text, text_cases, normalize, suffix):
    embed_video = nnx.jit(lambda model, video: model.embed_video(video, normalize))
    video = embed_video(video_text, text_cases["input"])
    np.testing.assert_allclose(video, text_cases[f"video_embeddings{suffix}"], **CLOSE)
    embed_text = nnx.jit(lambda model, *text: model.embed_text(*text, normalize))
    text = embed_text(video_text, text_cases["text_ids"], text_cases["text_paddings"])
    np.testing.assert_allclose(text, text_cases[f"text_embeddings{suffix}"], **CLOSE)


def test_frame_embeddings(video_text, text_cases):
    embed_frames = nnx.jit(lambda model, video: model.embed_frames(video))
    frames = embed_frames(video_text, text_cases["input"])
    np.testing.assert_allclose(frames, text_cases["frame_embeddings"], **CLOSE)


def test_classifier(classifier):
    cases = read("classifier_tiny")
    run = nnx.jit(lambda model, video: (model.embed_video(video), model.classify(video)))
    pooled, logits = run(classifier, cases["input"])
    np.testing.assert_allclose(pooled, cases["global_embeddings"], **CLOSE)
    np.testing.assert_allclose(logits, cases["logits"], **CLOSE)
    assert tokens_of(classifier, cases["input"]).shape == (2, 64, 48)


def test_sides_must_be_multiples_of_the_patch(encoder):
    with pytest.raises(EthoprismError, match="not multiples of 18 pixels, 80 x 72, resize"):
        encoder.tokens(np.zeros((1, 4, 72, 80, 3), np.float32))


def test_incomplete_configuration():
    config = json.loads((GOLDEN / "encoder_tiny.json").read_text(encoding="utf-8"))
    del config["mlp_dim"]
    with pytest.raises(EthoprismError, match="lacks a size, mlp_dim"):
        from_reference(config, GOLDEN / "encoder_tiny_weights.npz")


def test_unknown_order_of_normalisation():
    with pytest.raises(EthoprismError, match="primer_hybrid"):
        load("videotext_tiny", norm_policy="primer_hybrid")
