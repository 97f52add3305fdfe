"""VideoPrism behind the encoder protocol: two halves that are one, at any size and number."""

import json
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pytest
import sentencepiece

from ethoprism_core.encoders import Encoder, hub, load_encoder
from ethoprism_core.encoders.videoprism import VideoPrism, VideoTextPrism, load_video_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, VideoEncoderConfig, from_reference, load_checkpoint

GOLDEN = Path(__file__).parent / "golden"
CLOSE = {"atol": 1e-5, "rtol": 0}


def load(name):
    config = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return from_reference(config, GOLDEN / f"{name}_weights.npz")


def read(name):
    with np.load(GOLDEN / f"{name}_cases.npz") as cases:
        return dict(cases)


@pytest.fixture(scope="module")
def model():
    return load("encoder_tiny")


@pytest.fixture(scope="module")
def encoder(model):
    return VideoPrism("tiny", model, "golden")


@pytest.fixture(scope="module")
def frames():
    return np.random.default_rng(0).integers(0, 256, (10, 72, 72, 3), np.uint8)


@pytest.fixture(scope="module")
def frame_features(encoder, frames):
    return encoder.encode_frames(frames, frames)


def test_it_is_an_encoder(encoder):
    assert isinstance(encoder, Encoder)
    assert (encoder.clip_frames, encoder.frame_size) == (4, 72)
    assert (encoder.token_shape, encoder.feature_dim) == ((4, 4, 4), 48)


@pytest.mark.parametrize("case", ["native", "longer", "single_frame", "larger"])
def test_encode_equals_the_reference(encoder, case):
    cases = read("encoder_tiny")
    features = encoder.encode(cases[f"{case}.input"])
    assert features.dtype == np.float32
    batch, tokens, width = cases[f"{case}.embeddings"].shape
    np.testing.assert_allclose(
        features.reshape(batch, tokens, width), cases[f"{case}.embeddings"], **CLOSE
    )


def test_encode_is_both_halves(encoder, frames, frame_features):
    windows = np.stack([frame_features[start : start + 4] for start in (0, 2, 6)])
    clips = np.stack([frames[start : start + 4] for start in (0, 2, 6)])
    whole = encoder.encode(clips / np.float32(255))
    np.testing.assert_allclose(encoder.encode_windows(windows), whole, **CLOSE)


def test_the_frame_before_does_not_matter(encoder, frames, frame_features):
    other = encoder.encode_frames(frames, np.zeros_like(frames))
    np.testing.assert_array_equal(other, frame_features)


def test_frames_do_not_see_each_other(encoder, frames, frame_features):
    for count in (1, 3):
        some = frames[2 : 2 + count]
        np.testing.assert_allclose(
            encoder.encode_frames(some, some), frame_features[2 : 2 + count], **CLOSE
        )


def test_positions_do_not_see_each_other(encoder, frame_features):
    window = frame_features[None, :4]
    whole = encoder.encode_windows(window)
    lattice = encoder.encode_windows(window[:, :, ::3, 1:3])
    np.testing.assert_allclose(lattice, whole[:, :, ::3, 1:3], **CLOSE)


def test_one_compilation_for_any_number(model, encoder, frames, frame_features, caplog):
    encoder.encode_windows(frame_features[None, :4])
    with jax.log_compiles():
        for count in (1, 2, 7, 10):
            encoder.encode_frames(frames[:count], frames[:count])
        for size in (1, 2, 3):
            encoder.encode_windows(frame_features[None, :4, :size, :1])
        assert "Compiling" not in caplog.text
        small = frames[:, :36, :36]
        VideoPrism("tiny", model, "golden", frame_size=36).encode_frames(small, small)
        assert "Compiling" in caplog.text


def test_nothing_to_encode_gives_nothing(encoder, frames):
    assert encoder.encode_frames(frames[:0], frames[:0]).shape == (0, 4, 4, 48)
    assert encoder.encode(np.zeros((0, 4, 72, 72, 3), np.float32)).shape == (0, 4, 4, 4, 48)


def test_other_frame_sizes(model):
    encoder = VideoPrism("tiny", model, "golden", frame_size=54)
    assert encoder.token_shape == (4, 3, 3)
    cases = read("encoder_tiny")
    features = encoder.encode(cases["smaller.input"])
    np.testing.assert_allclose(features.reshape(1, 36, 48), cases["smaller.embeddings"], **CLOSE)


def test_frame_sizes_that_do_not_fit(model):
    with pytest.raises(EthoprismError, match="not multiples of 18 pixels, 100 x 100"):
        VideoPrism("tiny", model, "golden", frame_size=100)


def test_bfloat16(model, encoder, frames):
    config = replace(model.config, dtype="bfloat16")
    half = load_checkpoint(
        lambda rngs: VideoEncoder(config, rngs=rngs), GOLDEN / "encoder_tiny_weights.npz"
    )
    clip = (frames[:4] / np.float32(255))[None]
    features = VideoPrism("tiny", half, "golden").encode(clip)
    assert features.dtype == np.float32
    error = features - encoder.encode(clip)
    assert 0 < np.sqrt(np.mean(error**2)) < 0.02


def test_fingerprints_tell_everything_apart(model):
    half = load_checkpoint(
        lambda rngs: VideoEncoder(replace(model.config, dtype="bfloat16"), rngs=rngs),
        GOLDEN / "encoder_tiny_weights.npz",
    )
    encoders = [
        VideoPrism("tiny", model, "golden"),
        VideoPrism("tiny", model, "golden", frame_size=54),
        VideoPrism("tiny", model, "other"),
        VideoPrism("small", model, "golden"),
        VideoPrism("tiny", half, "golden"),
    ]
    fingerprints = [encoder.fingerprint for encoder in encoders]
    assert len(set(fingerprints)) == len(encoders)
    assert VideoPrism("tiny", model, "golden", frame_size=72).fingerprint == fingerprints[0]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vocabulary")
    words = ["mouse", "fly", "grooms", "walks", "a", "video", "of", "the", "rearing", "chases"]
    rng = np.random.default_rng(0)
    corpus = [" ".join(rng.choice(words, 6)) + "." for _ in range(300)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus),
        model_prefix=str(folder / "words"),
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return folder / "words.model"


def test_video_text(vocabulary, tmp_path, monkeypatch):
    monkeypatch.setenv("ETHOPRISM_CACHE", str(tmp_path))
    (tmp_path / hub.VOCABULARY.name).write_bytes(vocabulary.read_bytes())
    cases = read("videotext_tiny")
    encoder = VideoTextPrism("tiny", load("videotext_tiny"), "golden")
    tokens = encoder.encode(cases["input"]).reshape(2, 64, 48)
    np.testing.assert_allclose(tokens, cases["spatiotemporal_features"], **CLOSE)
    video = encoder.embed_video(cases["input"])
    np.testing.assert_allclose(video, cases["video_embeddings"], **CLOSE)
    texts = ["A mouse grooms!", "a mouse   grooms", "the fly walks"]
    text = encoder.embed_text(texts)
    np.testing.assert_allclose(np.linalg.norm(text, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(text[0], text[1], atol=1e-6)
    assert np.abs(text[0] - text[2]).max() > 0.01


def test_the_checkpoint_s_content_is_in_the_fingerprint(tmp_path):
    with np.load(GOLDEN / "encoder_tiny_weights.npz") as archive:
        weights = dict(archive)
    np.savez(tmp_path / "one.npz", **weights)
    (tmp_path / "copy.npz").write_bytes((tmp_path / "one.npz").read_bytes())
    weights["params/spatial_ln/bias"][3] += 1e-3
    np.savez(tmp_path / "other.npz", **weights)
    one, copy, other = (
        load_video_encoder("tiny", VideoEncoderConfig.tiny(), tmp_path / f"{name}.npz").fingerprint
        for name in ("one", "copy", "other")
    )
    assert one == copy != other


def test_an_encoder_without_public_weights_asks_for_a_checkpoint():
    with pytest.raises(EthoprismError, match="no public weights, videoprism-giant, give it"):
        load_encoder("videoprism-giant")


def test_unknown_dtypes():
    with pytest.raises(EthoprismError, match="unknown dtype, float16"):
        load_encoder("videoprism-base", "random", dtype="float16")


@pytest.mark.slow
def test_base_with_random_weights_is_seeded():
    encoder = load_encoder("videoprism-base", "random", frame_size=36)
    assert encoder.token_shape == (16, 2, 2)
    clip = np.random.default_rng(0).random((1, 16, 36, 36, 3), np.float32)
    features = encoder.encode(clip)
    assert features.shape == (1, 16, 2, 2, 768)
    twin = load_encoder("videoprism-base", "random", frame_size=36)
    assert twin.fingerprint == encoder.fingerprint
    np.testing.assert_array_equal(twin.encode(clip), features)
