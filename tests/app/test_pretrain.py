"""Pretraining from the command line: all stages on tiny data, stopped and gone on with."""

import json
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import pandas as pd
import pytest
from flax import nnx
from safetensors.numpy import load_file

from ethoprism.cli import main
from ethoprism.pretraining.captions import find_vocabulary
from ethoprism.pretraining.gathering import Material, gather
from ethoprism.pretraining.recipe import PRESETS, STAGES, Recipe, preset, read_recipe
from ethoprism.pretraining.simulated import SimulatedCorpus
from ethoprism_core.encoders import hub
from ethoprism_core.encoders.videoprism import load_video_text, vocabulary_beside
from ethoprism_core.errors import EthoprismError
from ethoprism_core.model import VideoEncoder, VideoText, load_model, random_model, save_model
from ethoprism_core.pretraining import ContrastiveConfig, MaskedConfig
from ethoprism_core.pretraining.data import ClipShape, Views, read_manifest
from ethoprism_domains.simulated import random_clip

from .conftest import write_video

COMMON = ["--preset", "tiny", "--workers", "0"]


def pretrain(*arguments: object) -> int:
    return main(["pretrain", *map(str, arguments)])


@pytest.fixture(scope="module", autouse=True)
def compiled_quickly(tmp_path_factory):
    """Compile without much thought, and once: the runs of this file are of the same programs."""
    known = {
        "jax_disable_most_optimizations": True,
        "jax_compilation_cache_dir": str(tmp_path_factory.mktemp("programs")),
        "jax_persistent_cache_min_compile_time_secs": 0.2,
    }
    before = {name: jax.config.values[name] for name in known}
    for name, value in known.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> Path:
    """Three captioned videos, and one that is not there."""
    folder = tmp_path_factory.mktemp("vidéos")
    rows = []
    for number, words in enumerate(["a mouse walks", "two flies groom", "a fish swims fast"]):
        write_video(folder / f"{number}.mp4", frames=20, shade=40 + 50 * number)
        rows.append(f"{number}.mp4,0,0.9,{words}")
    path = folder / "clips.csv"
    path.write_text("path,start,stop,caption\n" + "\n".join(rows) + "\nlost.mp4,0,1,a bird\n")
    return path


@pytest.fixture(scope="module")
def stage_one(manifest, tmp_path_factory) -> Path:
    """A run of the first stage, all its steps."""
    out = tmp_path_factory.mktemp("run") / "one"
    assert pretrain("contrastive", "--manifest", manifest, *COMMON, "--steps", 6, "--out", out) == 0
    return out


def test_a_run_leaves_a_model_curves_and_what_was_skipped(stage_one, manifest):
    model = load_model(stage_one / "model.safetensors")
    assert isinstance(model, VideoText)
    metrics = pd.read_csv(stage_one / "metrics.csv")
    assert metrics["step"].tolist() == list(range(1, 7))
    assert metrics["skipped_files"].iloc[-1] == 1
    assert set(metrics["corpus"]) == {"clips"}
    skipped = pd.read_csv(stage_one / "skipped.csv")
    assert skipped["file"].tolist() == [str(manifest.with_name("lost.mp4"))]
    assert any((stage_one / "tensorboard").iterdir())


def test_the_model_finds_its_vocabulary(stage_one):
    config = load_model(stage_one / "model.safetensors").config
    encoder = load_video_text("mine", config, stage_one / "model.safetensors")
    texts = encoder.embed_text(["a mouse walks", "two flies groom"])
    np.testing.assert_allclose(np.linalg.norm(texts, axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_a_run_that_is_stopped_and_gone_on_with_ends_the_same(
    stage_one, manifest, tmp_path, capsys, monkeypatch
):
    out = tmp_path / "stopped"
    command = ["contrastive", "--manifest", manifest, *COMMON, "--steps", 6, "--out", out]

    def interrupting(progress, total):
        def report(step: int, metrics: Mapping[str, float | str]) -> None:
            if step == 2:
                signal.raise_signal(signal.SIGINT)

        return report

    with monkeypatch.context() as patched:
        patched.setattr("ethoprism.cli.pretrain._reporter", interrupting)
        assert pretrain(*command) == 130
    told = capsys.readouterr().err
    assert "the same command with --resume goes on" in told
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert pretrain(*command) == 2
    assert "there is a run in this folder" in capsys.readouterr().err
    assert pretrain(*command, "--batch", 4, "--resume") == 2
    assert "the run was begun with another config" in capsys.readouterr().err
    assert pretrain(*command, "--resume") == 0
    ends = [load_file(folder / "model.safetensors") for folder in (stage_one, out)]
    assert ends[0].keys() == ends[1].keys()
    for name, array in ends[0].items():
        np.testing.assert_array_equal(array, ends[1][name], err_msg=name)
    steps = pd.read_csv(out / "metrics.csv")["step"].tolist()
    assert steps == list(range(1, 7))


@pytest.mark.slow
def test_texts_are_tuned_to_a_frozen_encoder(stage_one, manifest, tmp_path):
    encoder, sizes = tmp_path / "encoder.safetensors", ContrastiveConfig.tiny().model.video
    save_model(random_model(lambda rngs: VideoEncoder(sizes, rngs=rngs), 7), encoder)
    start, out = stage_one / "model.safetensors", tmp_path / "tuned"
    command = ["contrastive", "--manifest", manifest, *COMMON, "--steps", 3, "--out", out]
    assert pretrain(*command, "--start", start, "--frozen", encoder) == 0
    tuned = load_model(out / "model.safetensors")
    ends = [jax.tree.leaves(nnx.state(one)) for one in (load_model(encoder), tuned.vision_encoder)]
    for kept, frozen in zip(*ends, strict=True):
        np.testing.assert_array_equal(kept, frozen)
    before, after = load_file(start), load_file(out / "model.safetensors")
    assert any((before[name] != after[name]).any() for name in before if "text_encoder" in name)
    pieces = [vocabulary_beside(path).read_bytes() for path in (start, out / "model.safetensors")]
    assert pieces[0] == pieces[1]


@pytest.mark.slow
def test_stage_two_learns_from_stage_one(stage_one, manifest, tmp_path, capsys):
    videos = manifest.parent / "0.mp4"
    teacher = stage_one / "model.safetensors"
    out = tmp_path / "two"
    assert (
        pretrain("masked", "--teacher", teacher, videos, *COMMON, "--steps", 2, "--out", out) == 0
    )
    told = capsys.readouterr().err
    assert "million parameters trained" in told
    assert "videos: 10 clips an epoch, 100% of the batches" in told
    assert "2 steps of 8 clips of 2 frames, 32 pixels: about" in told
    assert len(list((out / "tracks").glob("0-*.tracks.nc"))) == 1
    assert json.loads((out / "run.json").read_text())["teacher"] == str(teacher)


@pytest.mark.slow
def test_any_encoder_can_be_learned_from(manifest, tmp_path, capsys):
    out = tmp_path / "distilled"
    command = ["--teacher", "classical", manifest.parent, "--follow", 0, *COMMON, "--steps", 2]
    assert pretrain("distill", *command, "--out", out) == 0
    assert "and what the teacher takes" in capsys.readouterr().err
    assert (out / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["contrastive"], "there is nothing to train on"),
        (["contrastive", "VIDEO", "--follow", "0"], "no captions to learn a vocabulary from"),
        (["contrastive", "--simulated", "--preset", "huge"], "no such preset"),
        (["contrastive", "--simulated", "--resume"], "there is no checkpoint to go on from"),
        (["contrastive", "--simulated", "--start", "absent.safetensors"], "absent.safetensors"),
        (["contrastive", "--simulated", "--steps", "0"], "steps must be at least 1"),
        (["masked", "VIDEO"], "--teacher"),
        (["masked", "VIDEO", "--teacher", "classical"], "use pretrain distill"),
        (["distill", "VIDEO", "--teacher", "nobody"], "there is no such encoder, nobody"),
        (["distill", "absent.mp4", "--teacher", "classical"], "no such file"),
    ],
)
def test_a_mistake_is_one_line(manifest, tmp_path, capsys, arguments, message):
    named = [word.replace("VIDEO", str(manifest.parent / "0.mp4")) for word in arguments]
    preset_given = [] if "--preset" in named else ["--preset", "tiny"]
    assert pretrain(*named, *preset_given, "--workers", 0, "--out", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_built(stage, name):
    assert isinstance(preset(stage, name).config, STAGES[stage])


def write_config(folder: Path, text: str) -> Path:
    head = "from ethoprism_core.pretraining import ContrastiveConfig, MaskedConfig\n"
    path = folder / "mine.py"
    path.write_text(head + text, encoding="utf-8")
    return path


def test_a_configuration_is_a_program(tmp_path):
    text = "config = MaskedConfig.tiny()\nweights = {'videos': 2}\n"
    recipe = read_recipe("masked", write_config(tmp_path, text))
    assert recipe == Recipe(MaskedConfig.tiny(), Views(), {"videos": 2.0})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config = ContrastiveConfig.tiny()", "no config of the kind MaskedConfig"),
        ("config = MaskedConfig.huge()", "the configuration fails"),
        ("config = (", "the configuration fails"),
        ("config = MaskedConfig.tiny()\nviews = 3", "views or weights are of another kind"),
    ],
)
def test_configurations_that_are_wrong(tmp_path, text, message):
    with pytest.raises(EthoprismError, match=message):
        read_recipe("masked", write_config(tmp_path, text))


def test_corpora_are_gathered_and_weighed(manifest, tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"nothing")
    material = Material([manifest.parent / "0.mp4", tmp_path / "bad.mp4"], [manifest], True, 0)
    recipe = Recipe(ContrastiveConfig.tiny(), weights={"clips": 7.0})
    found = gather(material, recipe, tmp_path / "tracks")
    assert [corpus.name for corpus in found.corpora] == ["videos", "clips", "simulated lab"]
    assert found.weights == (10.0, 7.0, 14.0)
    assert len(found.left_out) == 1
    assert "bad.mp4" in found.left_out[0]
    wrong = Recipe(ContrastiveConfig.tiny(), weights={"else": 1.0})
    with pytest.raises(EthoprismError, match="a weight is of a corpus that is not there, else"):
        gather(material, wrong, tmp_path / "tracks")


def test_the_simulated_lab_is_a_corpus():
    corpus = SimulatedCorpus(3, Views.plain())
    shape = ClipShape(2, 64)
    sample = corpus.sample(5, np.random.default_rng(0), shape)
    clip = random_clip(3, 5, 2, 64)
    np.testing.assert_array_equal(sample.video, clip.frames)
    assert corpus.captions(6, shape)[5] == sample.caption == clip.caption


def test_the_public_vocabulary_is_used_where_there_is_room(manifest, tmp_path, monkeypatch):
    monkeypatch.setenv("ETHOPRISM_CACHE", str(tmp_path))
    (tmp_path / hub.VOCABULARY.name).write_bytes(b"the public one")
    config, corpora = ContrastiveConfig.tiny(), read_manifest(manifest, Views()).corpora
    large = replace(config, model=replace(config.model, vocabulary=32_000))
    shape = ClipShape(2, 32)
    public = find_vocabulary(large, corpora, shape, tmp_path / "large" / "model.safetensors")
    assert public.read_bytes() == b"the public one"
    learned = find_vocabulary(config, corpora, shape, tmp_path / "tiny" / "model.safetensors")
    assert learned == tmp_path / "tiny" / "model.spm.model"
    assert learned.stat().st_size > 1000
