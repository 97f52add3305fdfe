"""Checkpoints: loaded and saved unchanged, and refused in one line when they do not fit."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import (
    VideoEncoder,
    VideoEncoderConfig,
    from_reference,
    load_checkpoint,
    random_model,
    save_checkpoint,
)

GOLDEN = Path(__file__).parent / "golden"
WEIGHTS = GOLDEN / "encoder_tiny_weights.npz"


def build(rngs):
    return VideoEncoder(VideoEncoderConfig.tiny(), rngs=rngs)


def read(path):
    with np.load(path) as archive:
        return dict(archive)


def parameters(model):
    return jax.tree.leaves(nnx.state(model, nnx.Param))


@pytest.fixture
def arrays():
    return read(WEIGHTS)


@pytest.mark.parametrize("name", ["encoder_tiny", "videotext_tiny", "classifier_tiny"])
def test_saving_gives_the_same_arrays(tmp_path, name):
    config = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    model = from_reference(config, GOLDEN / f"{name}_weights.npz")
    save_checkpoint(model, tmp_path / "saved.npz")
    with (
        np.load(GOLDEN / f"{name}_weights.npz") as before,
        np.load(tmp_path / "saved.npz") as after,
    ):
        assert set(before.files) == set(after.files)
        for array in before.files:
            np.testing.assert_array_equal(before[array], after[array], err_msg=array)


def test_a_random_model_survives_the_disk(tmp_path):
    model = random_model(build, seed=3)
    save_checkpoint(model, tmp_path / "saved.npz")
    again = load_checkpoint(build, tmp_path / "saved.npz")
    for one, other in zip(parameters(model), parameters(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_seeds_decide_random_models():
    first, twin, other = (
        np.asarray(random_model(build, seed).patch_projection.kernel[...]) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, twin)
    assert np.abs(first - other).max() > 0.01


def test_half_precision_files_load(tmp_path, arrays):
    np.savez(tmp_path / "half.npz", **{n: a.astype(np.float16) for n, a in arrays.items()})
    model = load_checkpoint(build, tmp_path / "half.npz")
    assert model.temporal_positions[...].dtype == np.float32


def test_all_differences_are_listed_at_once(tmp_path, arrays):
    del arrays["params/temporal_ln/bias"], arrays["params/patch_projection/linear/kernel"]
    arrays["params/extra"] = np.zeros(3, np.float32)
    arrays["params/another"] = np.zeros(3, np.float32)
    arrays["params/spatial_ln/scale"] = np.zeros(7, np.float32)
    name = "params/spatial_encoder/transformers_stack/x_layers/self_attention/query/w"
    arrays[name] = arrays[name][:2]
    np.savez(tmp_path / "wrong.npz", **arrays)
    with pytest.raises(EthoprismError) as caught:
        load_checkpoint(build, tmp_path / "wrong.npz")
    assert caught.value.what == (
        "the checkpoint does not fit the model: arrays "
        "2 missing (params/patch_projection/linear/kernel; params/temporal_ln/bias), "
        "2 unexpected (params/another; params/extra), "
        f"2 misshaped ({name} has (2, 48, 4, 12) instead of (3, 48, 4, 12); "
        "params/spatial_ln/scale has (7,) instead of (48,))"
    )
    assert caught.value.where == tmp_path / "wrong.npz"


def test_a_checkpoint_of_another_model():
    with pytest.raises(EthoprismError, match="unexpected"):
        load_checkpoint(build, GOLDEN / "videotext_tiny_weights.npz")


def test_missing_file(tmp_path):
    with pytest.raises(EthoprismError, match="cannot read the checkpoint"):
        load_checkpoint(build, tmp_path / "nowhere.npz")


def test_a_folder(tmp_path):
    with pytest.raises(EthoprismError, match="cannot read the checkpoint"):
        load_checkpoint(build, tmp_path)


@pytest.mark.parametrize("content", [b"", b"not an archive", WEIGHTS.read_bytes()[:100_000]])
def test_truncated_and_foreign_files(tmp_path, content):
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(EthoprismError, match="damaged"):
        load_checkpoint(build, path)


def test_a_flipped_byte_is_noticed(tmp_path):
    content = bytearray(WEIGHTS.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path = tmp_path / "flipped.npz"
    path.write_bytes(content)
    with pytest.raises(EthoprismError, match="damaged"):
        load_checkpoint(build, path)


def test_pickled_objects_are_never_opened(tmp_path, arrays):
    arrays["params/spatial_ln/bias"] = np.array([print] * 48, object)
    np.savez(tmp_path / "pickled.npz", **arrays)
    with pytest.raises(EthoprismError, match="damaged or no"):
        load_checkpoint(build, tmp_path / "pickled.npz")


def test_whole_numbers_are_no_weights(tmp_path, arrays):
    arrays["params/spatial_ln/bias"] = np.zeros(48, int)
    np.savez(tmp_path / "whole.npz", **arrays)
    with pytest.raises(EthoprismError, match="floating-point"):
        load_checkpoint(build, tmp_path / "whole.npz")
