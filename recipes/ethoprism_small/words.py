"""Text re-tuning of ethoprism-small: words of the simulated lab for what the frozen encoder says.

    python recipes/ethoprism_small/words.py ENCODER.safetensors --out RUN

The encoder stays as it is, so each clip is encoded once; the pooler and the text tower then learn
from what it said. Started again with the same folder, it goes on where it stopped.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from jaxtyping import Float
from train import NOTES, tell

from ethoprism.cli.console import progress
from ethoprism_core.encoders import Encoder, load_encoder
from ethoprism_core.encoders.videoprism import vocabulary_beside
from ethoprism_core.files import atomic_path, make_folder
from ethoprism_core.model import VideoText, load_model, random_model
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.model.video_encoder import VideoEncoder
from ethoprism_core.pretraining import (
    Batch,
    ContrastiveConfig,
    Targets,
    contrastive_task,
    export_checkpoint,
    train,
    with_encoder,
)
from ethoprism_core.pretraining.data import DealtBatches, learn_vocabulary
from ethoprism_domains.simulated import random_clip

SHARD = 250
TEXT_LENGTH = 40
SEEN = 256  # positions of a clip, others in each batch, lest so few clips be learned by heart
_SEED = 21


@dataclass(frozen=True, eq=False)
class ToldClips:
    """What the encoder says of each clip, and its caption."""

    tokens: Float[np.ndarray, "clip time row column channel"]
    captions: list[str]

    def __len__(self) -> int:
        return len(self.captions)


def recipe(steps: int) -> ContrastiveConfig:
    """Return the configuration: large batches, for a step costs little without the encoder."""
    laptop = ContrastiveConfig.laptop()
    run = replace(laptop.run, steps=steps, batch=128, accumulate=1, save_every=250)
    optimizer = replace(laptop.optimizer, peak_rate=1e-3, warmup_steps=100)
    return replace(laptop, run=run, optimizer=optimizer).retuning()


def main() -> None:
    """Encode the clips, train and write the video-text model."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=4000)
    parser.add_argument("--steps", type=int, default=400)
    arguments = parser.parse_args()
    clips = told_clips(arguments.encoder, arguments.out / "clips", arguments.clips)
    model = arguments.out / "ethoprism-small-text.safetensors"
    tune(clips, arguments.encoder, recipe(arguments.steps), arguments.out, model)
    print(f"{model} ({len(clips)} clips)")


def told_clips(checkpoint: Path, folder: Path, count: int) -> ToldClips:
    """Draw and encode the clips that are not there yet, in files of 250, and read them all."""
    make_folder(folder)
    encoder = load_encoder("ethoprism-small", checkpoint)
    starts = range(0, count, SHARD)
    with (
        ProcessPoolExecutor(mp_context=get_context("spawn")) as pool,
        progress("clips", "clips") as advance,
    ):
        for start in starts:
            path = folder / f"{start:06d}.npz"
            if not path.is_file():
                drawn = pool.map(draw, range(start, min(start + SHARD, count)), chunksize=10)
                write_shard(path, encoder, *zip(*drawn, strict=True))
            if advance:
                advance(min(start + SHARD, count), count)
    shards = [np.load(folder / f"{start:06d}.npz") for start in starts]
    captions = [str(caption) for shard in shards for caption in shard["captions"]]
    return ToldClips(np.concatenate([shard["tokens"] for shard in shards]), captions)


def draw(number: int) -> tuple[np.ndarray, str]:
    """Draw one clip of the simulated lab, none that `views.py` draws."""
    config = ContrastiveConfig.laptop()
    clip = random_clip(_SEED, number, config.frames, config.frame_size)
    return clip.frames, clip.caption


def write_shard(
    path: Path, encoder: Encoder, videos: Sequence[np.ndarray], captions: Sequence[str]
) -> None:
    """Encode clips, and write what was said whole or not at all."""
    parts = np.array_split(np.stack(videos), max(1, len(videos) // 25))
    tokens = [encoder.encode(part.astype(np.float32) / 255).astype(np.float16) for part in parts]
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(file, tokens=np.concatenate(tokens), captions=np.array(captions))


def tune(
    clips: ToldClips, checkpoint: Path, config: ContrastiveConfig, out: Path, model: Path
) -> None:
    """Train the pooler and the text tower."""
    vocabulary = vocabulary_beside(model)
    if not vocabulary.is_file():
        learn_vocabulary(clips.captions, vocabulary, config.model.vocabulary)
    encoder = load_model(checkpoint)
    assert isinstance(encoder, VideoEncoder)
    towers = random_model(lambda rngs: VideoText(config.model, rngs=rngs), config.run.seed)
    task = contrastive_task(config, with_encoder(towers, encoder))
    batches = told_batches(clips, Tokenizer(vocabulary, TEXT_LENGTH), config)
    train(task, batches, config.optimizer, config.run, out, report=tell)
    export_checkpoint(task, config.optimizer, config.run, out, model, notes=NOTES)


def told_batches(clips: ToldClips, tokenizer: Tokenizer, config: ContrastiveConfig) -> DealtBatches:
    """Deal out what was said with the texts; nothing looks at the pictures, so they are empty."""
    ids, paddings = tokenizer(clips.captions)
    nothing = np.zeros((config.run.batch, 1, 1, 1, 3), np.uint8)
    said = clips.tokens.reshape(len(clips), -1, 1, 1, clips.tokens.shape[-1])

    def make(chosen: Sequence[int], before: int) -> Batch:
        rng = np.random.default_rng([config.run.seed, before])
        rows, seen = list(chosen), rng.choice(said.shape[1], SEEN, replace=False)
        tokens = said[np.ix_(rows, seen)]
        targets = Targets(tokens, tokens.mean((1, 2, 3), dtype=np.float32))
        return Batch(nothing, ids[rows], paddings[rows], targets, corpus="simulated lab")

    return DealtBatches(make, len(clips), config.run.batch, config.run.seed)


if __name__ == "__main__":
    main()
