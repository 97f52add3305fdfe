"""Stage 2 of ethoprism-small: say of a part of a clip what its two teachers say of the whole.

    python recipes/ethoprism_small/train.py VIEWS --out FIRST
    python recipes/ethoprism_small/train.py VIEWS --out RUN --stress looks --steps 800
        --start FIRST/ethoprism-small.safetensors

First motion matters more, which takes long to learn, then what things look like. Started again with
the same folder, it goes on where it stopped.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from taught import SHARES, TaughtClips

from ethoprism_core.model.model_file import load_model
from ethoprism_core.pretraining import MaskedConfig, export_checkpoint, masked_task, train

NOTES = {"license": "Apache-2.0", "about": "docs/ethoprism-small.md"}


def recipe(steps: int) -> MaskedConfig:
    """Return the configuration: half of each clip is hidden, for motion cannot be guessed.

    The decoders are shallow, so that what they say must be in the encoder's own tokens.
    """
    laptop = MaskedConfig.laptop()
    run = replace(laptop.run, steps=steps, batch=16, accumulate=4, save_every=100)
    optimizer = replace(laptop.optimizer, peak_rate=1e-3, warmup_steps=steps // 12)
    decoder = replace(laptop.decoder, layers=1)
    return replace(laptop, mask=0.5, shuffle=False, run=run, optimizer=optimizer, decoder=decoder)


def main() -> None:
    """Train and write the encoder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("views", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a model to start from")
    parser.add_argument("--stress", choices=SHARES, default="motion")
    parser.add_argument("--steps", type=int, default=1800)
    arguments = parser.parse_args()
    config = recipe(arguments.steps)
    clips = TaughtClips(arguments.views, arguments.stress)
    batches = clips.batches(config.run.batch, config.run.seed)
    start = None if arguments.start is None else load_model(arguments.start)
    encoder = getattr(start, "vision_encoder", start)
    task = masked_task(config, clips.sizes, encoder)
    train(task, batches, config.optimizer, config.run, arguments.out, report=tell)
    model = arguments.out / "ethoprism-small.safetensors"
    export_checkpoint(task, config.optimizer, config.run, arguments.out, model, notes=NOTES)
    print(f"{model} ({len(clips)} clips)")


def tell(step: int, metrics: Mapping[str, float | str]) -> None:
    """Print a line of numbers."""
    told = " ".join(f"{key} {value:.4g}" for key, value in metrics.items() if key != "corpus")
    print(f"step {step}: {told}", flush=True)


if __name__ == "__main__":
    main()
