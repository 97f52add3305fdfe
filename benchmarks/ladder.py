"""The paper's ladder at a small scale: what each part of the training does for a frozen encoder.

    python benchmarks/ladder.py [--out DIR] [--seeds 3] [--steps 700]

An encoder of 0.7 million parameters, built like ethoprism-small, learns from clips of the simulated
lab: from captions (stage 1), then from the encoder of stage 1 by masked distillation (stage 2),
with one component more on each rung. Frozen, each answers two questions about clips that nothing
was trained on: which animal it is (appearance) and whether it goes, turns or stays (motion), by
logistic regression on the mean of its tokens and their spread over time. Balanced accuracy; each
seed has its own weights and order of clips.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float
from simulated_clips import TEXT_LENGTH, Clips, captioned_batches, simulated_clips
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ethoprism.cli.console import note, result, table
from ethoprism_core.encoders import Encoder, load_encoder
from ethoprism_core.files import atomic_path, make_folder
from ethoprism_core.model import (
    VideoEncoder,
    VideoEncoderConfig,
    VideoText,
    VideoTextConfig,
    load_model,
    random_model,
    save_model,
)
from ethoprism_core.model.tokenizer import Tokenizer
from ethoprism_core.pretraining import (
    BatchIterator,
    ContrastiveConfig,
    DecoderConfig,
    MaskedConfig,
    OptimizerConfig,
    RunConfig,
    Task,
    contrastive_task,
    export_checkpoint,
    masked_task,
    train,
)
from ethoprism_core.pretraining.data.vocabulary import learn_vocabulary

FRAMES, SIZE, WIDTH = 8, 64, 96
TRAINED, HELD_OUT = 4000, 1500
STUDENT = VideoEncoderConfig(
    WIDTH, 3, 4 * WIDTH, spatial_layers=4, temporal_layers=2, grid=(FRAMES // 2, 8, 8), patch=8,
    logit_cap=None, pairs=True,
)  # fmt: skip
RUNGS = {
    "+ masked": {"clip": False, "shuffle": False},
    "+ global": {"clip": True, "shuffle": False},
    "+ shuffle": {"clip": True, "shuffle": True},
}
_GOING = {"walking", "running", "swimming", "darting", "approaching", "chasing"}
_TURNING = {"turning left", "turning right"}


def movement(labels: Mapping[str, object]) -> str:
    """Say how the first animal moves; nothing where it does nothing of the ethogram."""
    if labels["behavior"] in _GOING:
        return "goes"
    if labels["behavior"] in _TURNING:
        return "turns"
    return "stays" if labels["behavior"] else ""


TASKS: dict[str, Callable[[Mapping[str, object]], object]] = {
    "appearance": lambda labels: labels["body"],
    "motion": movement,
}


@dataclass(frozen=True)
class Rung:
    """How well a frozen encoder answers."""

    seed: int
    encoder: str
    appearance: float
    motion: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("ladder"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=700, help="of stage 1; stage 2 has half")
    parser.add_argument("--clips", type=int, default=TRAINED)
    arguments = parser.parse_args()
    seen = simulated_clips(arguments.out / "seen.npz", 1, arguments.clips, FRAMES, SIZE)
    unseen = simulated_clips(arguments.out / "unseen.npz", 2, HELD_OUT, FRAMES, SIZE)
    measured = []
    for seed in range(arguments.seeds):
        for name, model in climb(arguments.out / f"seed-{seed}", seen, seed, arguments.steps):
            measured.append(Rung(seed, name, *answers(model, seen, unseen)))
            note(f"{measured[-1]}")
            write(arguments.out / "ladder.csv", measured)
    show(pd.DataFrame(measured))
    result(f"wrote {arguments.out / 'ladder.csv'}")


def climb(folder: Path, clips: Clips, seed: int, steps: int) -> Iterator[tuple[str, Path]]:
    """Train rung by rung, and name each encoder's file."""
    yield "random weights", untrained(folder / "random", seed)
    vocabulary = folder.parent / "vocabulary.model"
    if not vocabulary.is_file():
        learn_vocabulary(clips.captions, vocabulary, 400)
    tokenizer = Tokenizer(vocabulary, TEXT_LENGTH)
    first = stage_one(seed, steps)
    batches = captioned_batches(clips, tokenizer, first.run.batch, seed)
    teacher = trained(contrastive_task(first), batches, first, folder / "stage-1")
    yield "stage 1", teacher
    model = load_model(teacher)
    assert isinstance(model, VideoText)
    for name, parts in RUNGS.items():
        config = stage_two(seed, steps // 2, **parts)
        task = masked_task(config, model, model.vision_encoder)
        batches = captioned_batches(clips, tokenizer, config.run.batch, seed)
        yield f"stage 1 {name}", trained(task, batches, config, folder / name.strip("+ "))


def stage_one(seed: int, steps: int) -> ContrastiveConfig:
    return ContrastiveConfig(
        VideoTextConfig(STUDENT, auxiliary_layers=0, text_layers=2, vocabulary=400),
        OptimizerConfig("adamw", 1e-3, 1e-5, steps // 10),
        RunConfig(steps, batch=64, accumulate=2, save_every=steps, seed=seed),
        FRAMES,
        SIZE,
        drop=0.5,
    )


def stage_two(seed: int, steps: int, *, clip: bool, shuffle: bool) -> MaskedConfig:
    return MaskedConfig(
        STUDENT,
        OptimizerConfig("adamw", 1e-3, 1e-5, steps // 10),
        RunConfig(steps, batch=32, accumulate=2, save_every=steps, seed=seed),
        FRAMES,
        SIZE,
        clip=clip,
        shuffle=shuffle,
        decoder=DecoderConfig(WIDTH, 3, 4 * WIDTH, layers=1),
    )


def trained(
    task: Task, batches: BatchIterator, config: ContrastiveConfig | MaskedConfig, folder: Path
) -> Path:
    """Train, and write the model."""
    model = folder / "model.safetensors"
    if not model.is_file():
        train(task, batches, config.optimizer, config.run, folder)
        export_checkpoint(task, config.optimizer, config.run, folder, model)
    return model


def untrained(folder: Path, seed: int) -> Path:
    """Write the model that every training of this seed starts from, but for its decoders."""
    make_folder(folder)
    model = random_model(lambda rngs: VideoEncoder(STUDENT, rngs=rngs), seed)
    save_model(model, folder / "model.safetensors")
    return folder / "model.safetensors"


def answers(model: Path, seen: Clips, unseen: Clips) -> list[float]:
    """Fit both questions on the clips that were seen, and ask them of the others."""
    encoder = load_encoder("trained", model)
    known, asked = (described(encoder, clips) for clips in (seen, unseen))
    return [answer(known, seen, asked, unseen, label) for label in TASKS.values()]


def described(encoder: Encoder, clips: Clips) -> Float[np.ndarray, "clip feature"]:
    """Give the mean of each clip's tokens, and their spread over time."""
    parts = []
    for start in range(0, len(clips), 100):
        tokens = encoder.encode(clips.video[start : start + 100].astype(np.float32) / 255)
        parts.append(np.hstack([tokens.mean((1, 2, 3)), tokens.std(1).mean((1, 2))]))
    return np.concatenate(parts)


def answer(
    known: np.ndarray,
    seen: Clips,
    asked: np.ndarray,
    unseen: Clips,
    label: Callable[[Mapping[str, object]], object],
) -> float:
    """Score one question; clips in which the animal does nothing of the ethogram are left out."""
    taught, wanted = (np.array([label(one) for one in clips.labels]) for clips in (seen, unseen))
    use, ask = taught != "", np.isin(wanted, taught[taught != ""])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    model.fit(known[use], taught[use])
    return float(balanced_accuracy_score(wanted[ask], model.predict(asked[ask])))


def write(path: Path, measured: list[Rung]) -> None:
    with atomic_path(path) as temporary:
        pd.DataFrame(measured).to_csv(temporary, index=False)


def show(measured: pd.DataFrame) -> None:
    """Tell each rung's mean over the seeds, and in how many of them it is above the one below."""
    lines = []
    below: pd.DataFrame | None = None
    for name in measured["encoder"].unique():
        here = measured[measured["encoder"] == name].set_index("seed")
        line = [name]
        for task in TASKS:
            higher = "" if below is None else f", {int((here[task] > below[task]).sum())} higher"
            line.append(f"{here[task].mean():.3f} ± {here[task].std():.3f}{higher}")
        lines.append(line)
        below = here
    count = measured["seed"].nunique()
    table(["encoder", *TASKS], lines, title=f"Balanced accuracy, mean of {count} seeds")


if __name__ == "__main__":
    main()
