"""Model files: weights and sizes together, and a file that is none is refused in one line."""

import json
import os

import jax
import numpy as np
import pytest
from flax import nnx
from safetensors.numpy import load_file, save_file

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import (
    VideoEncoder,
    VideoEncoderConfig,
    VideoText,
    VideoTextConfig,
    load_model,
    random_model,
    read_config,
    save_model,
)

CONFIG = VideoEncoderConfig(
    16, 2, 32, spatial_layers=1, temporal_layers=1, grid=(2, 2, 2), patch=8, logit_cap=None
)
SMALLEST = VideoTextConfig(CONFIG, auxiliary_layers=0, text_layers=1, vocabulary=20)


def encoder(rngs):
    return VideoEncoder(CONFIG, rngs=rngs)


def video_text(rngs):
    return VideoText(SMALLEST, rngs=rngs)


@pytest.fixture(scope="module")
def models():
    return {"encoder": random_model(encoder, 0), "video_text": random_model(video_text, 0)}


@pytest.mark.parametrize("name", ["encoder", "video_text"])
def test_weights_and_sizes_come_back(tmp_path, models, name):
    model = models[name]
    save_model(model, tmp_path / "model.safetensors", "float32")
    again = load_model(tmp_path / "model.safetensors")
    assert again.config == model.config
    for one, other in zip(
        jax.tree.leaves(nnx.state(model)), jax.tree.leaves(nnx.state(again)), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_a_model_as_they_may_read_any_file(tmp_path, models):
    (tmp_path / "any").touch()
    save_model(models["encoder"], tmp_path / "model.safetensors")
    modes = [(tmp_path / name).stat().st_mode for name in ("any", "model.safetensors")]
    assert modes[0] == modes[1]


def test_half_precision_halves_the_file_and_keeps_three_digits(tmp_path, models):
    model = models["encoder"]
    save_model(model, tmp_path / "half.safetensors")
    save_model(model, tmp_path / "whole.safetensors", "float32")
    stored = [tmp_path / f"{name}.safetensors" for name in ("half", "whole")]
    arrays = [sum(array.nbytes for array in load_file(path).values()) for path in stored]
    assert 2 * arrays[0] == arrays[1]
    half, whole = (load_model(path).patch_projection.kernel[...] for path in stored)
    np.testing.assert_allclose(half, whole, rtol=1e-3, atol=1e-7)
    assert np.abs(half - whole).max() > 0


def test_activations_of_another_type(tmp_path, models):
    save_model(models["video_text"], tmp_path / "model.safetensors")
    assert load_model(tmp_path / "model.safetensors", "bfloat16").config.video.dtype == "bfloat16"
    assert read_config(tmp_path / "model.safetensors") == SMALLEST


@pytest.mark.parametrize(
    "notes",
    [
        None,
        {"model": "something", "sizes": "{}"},
        {"model": "video encoder", "sizes": "{}"},
        {"model": "video encoder", "sizes": "no json"},
    ],
)
def test_files_that_do_not_tell_their_sizes(tmp_path, notes):
    save_file({"params/x": np.zeros(3, np.float32)}, tmp_path / "other.safetensors", notes)
    with pytest.raises(EthoprismError, match="does not tell the model's sizes"):
        load_model(tmp_path / "other.safetensors")


@pytest.mark.parametrize("content", [b"", b"no model", None])
def test_damaged_files(tmp_path, models, content):
    path = tmp_path / "model.safetensors"
    save_model(models["encoder"], path)
    path.write_bytes(path.read_bytes()[:5000] if content is None else content)
    with pytest.raises(EthoprismError, match=r"damaged or no \.safetensors"):
        load_model(path)


def test_missing_file(tmp_path):
    with pytest.raises(EthoprismError, match="cannot read the checkpoint"):
        load_model(tmp_path / "nothing.safetensors")


def test_other_endings_and_numbers_that_do_not_fit(tmp_path, models):
    model = nnx.clone(models["encoder"])
    with pytest.raises(EthoprismError, match="another ending"):
        save_model(model, tmp_path / "model.npz")
    model.spatial_norm.bias[...] = model.spatial_norm.bias[...] + 1e6
    with pytest.raises(EthoprismError, match="does not fit float16"):
        save_model(model, tmp_path / "model.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_whole_numbers_are_no_weights(tmp_path, models):
    path = tmp_path / "whole.safetensors"
    save_model(models["encoder"], path)
    config = {"model": "video encoder", "sizes": json.dumps(vars(CONFIG))}
    arrays = {name: array.astype(np.int32) for name, array in load_file(path).items()}
    save_file(arrays, path, config)
    with pytest.raises(EthoprismError, match="floating-point"):
        load_model(path)
