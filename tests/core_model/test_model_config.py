"""Every preset is built, without its memory, and counted."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from flax import nnx

from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import (
    VideoClassifier,
    VideoClassifierConfig,
    VideoEncoder,
    VideoEncoderConfig,
    VideoText,
    VideoTextConfig,
)


def parameters(model, config):
    built = nnx.eval_shape(lambda: model(config, rngs=nnx.Rngs(0)))
    return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(nnx.state(built, nnx.Param)))


@pytest.mark.parametrize(
    ("model", "config", "published"),
    [
        (VideoEncoder, VideoEncoderConfig.base(), 114_365_184),
        (VideoEncoder, VideoEncoderConfig.large(), 353_965_056),
        (VideoText, VideoTextConfig.lvt_base(), 247_623_424),
        (VideoText, VideoTextConfig.lvt_large(), 579_877_120),
    ],
)
def test_published_parameter_counts(model, config, published):
    assert parameters(model, config) == published


def test_giant_has_about_a_billion_parameters():
    assert 1.0e9 < parameters(VideoEncoder, VideoEncoderConfig.giant()) < 1.2e9


@pytest.mark.parametrize(
    ("model", "config"),
    [
        (VideoEncoder, VideoEncoderConfig.tiny()),
        (VideoText, VideoTextConfig.tiny()),
        (VideoClassifier, VideoClassifierConfig.tiny()),
    ],
)
def test_tiny_presets(model, config):
    assert parameters(model, config) < 1e6


def test_small_weighs_little():
    """In float16, with its text tower, as it is shipped: less than 15 MB."""
    assert 2 * parameters(VideoText, VideoTextConfig.small()) < 15e6
    assert 2 * parameters(VideoEncoder, VideoEncoderConfig.small()) < 11e6


def test_flops_of_a_base_clip():
    assert VideoEncoderConfig.base().clip_flops(16, 16, 16) == pytest.approx(0.97e12, rel=0.01)


@pytest.mark.parametrize("pairs", [False, True])
def test_flops_are_those_of_the_compiled_products(pairs):
    """XLA counts every operation; the products are the bulk of them when tokens are wide."""
    config = VideoEncoderConfig(
        width=256, heads=2, hidden=1024, spatial_layers=2, temporal_layers=1, grid=(4, 4, 4)
    )
    config = replace(config, pairs=pairs)
    model = nnx.eval_shape(lambda: VideoEncoder(config, rngs=nnx.Rngs(0)))
    definition, state = nnx.split(model)
    clip = jax.ShapeDtypeStruct((1, 4, 72, 72, 3), np.float32)
    run = jax.jit(lambda state, clip: nnx.merge(definition, state).tokens(clip))
    counted = run.lower(state, clip).compile().cost_analysis()["flops"]
    assert config.clip_flops(4, 4, 4) == pytest.approx(counted, rel=0.05)


@pytest.mark.parametrize("change", [{"heads": 5}, {"dtype": "float16"}])
def test_impossible_sizes(change):
    with pytest.raises(EthoprismError):
        replace(VideoEncoderConfig.tiny(), **change)
