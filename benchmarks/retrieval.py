"""Zero-shot retrieval: find the clip of a caption and the caption of a clip.

    python benchmarks/retrieval.py MODEL.safetensors [--clips 500] [--out DIR]

Clips of the simulated lab that nothing was trained on. Recall at k is the share of queries whose
first k answers hold a right one; every clip with the same caption is right. Chance is that of an
order at random. Intervals (95 %) are over the queries, drawn anew.
"""

import argparse
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from simulated_clips import simulated_clips

from ethoprism.cli.console import table
from ethoprism_core.encoders import VideoTextEncoder, load_encoder
from ethoprism_core.errors import EthoprismError

KEPT = (1, 5)
SEED = 3  # of the clips; training uses others
DRAWS = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path("retrieval"))
    arguments = parser.parse_args()
    encoder = load_encoder("trained", arguments.model)
    if not isinstance(encoder, VideoTextEncoder):
        raise EthoprismError("the model knows no texts", arguments.model, "give a video-text model")
    shape = (encoder.clip_frames, encoder.frame_size)
    name = "-".join(str(number) for number in (arguments.clips, *shape))
    clips = simulated_clips(arguments.out / f"{name}.npz", SEED, arguments.clips, *shape)
    videos = np.concatenate(
        [
            encoder.embed_tokens(encoder.encode(part.astype(np.float32) / 255))
            for part in np.array_split(clips.video, max(1, len(clips) // 50))
        ]
    )
    alike = videos @ encoder.embed_text(clips.captions).T
    captions = np.array(clips.captions)
    right = captions[:, None] == captions[None]
    lines = [
        *answers("text to video", alike.T, right),
        *answers("video to text", alike, right),
    ]
    title = f"{len(clips)} clips with {len(set(clips.captions))} captions"
    table(["from", "recall at", "measured", "95 % interval", "chance"], lines, title=title)


def answers(
    name: str, alike: Float[np.ndarray, "query answer"], right: Bool[np.ndarray, "query answer"]
) -> list[list[str]]:
    """Tell the recalls of one direction."""
    order = np.argsort(-alike, axis=1, kind="stable")
    found = np.take_along_axis(right, order, axis=1)
    rng = np.random.default_rng(0)
    lines = []
    for kept in KEPT:
        hits = found[:, :kept].any(1)
        drawn = rng.choice(hits, (DRAWS, len(hits))).mean(1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        by_chance = chance(right.sum(1), right.shape[1], kept)
        lines.append(
            [name, str(kept), f"{hits.mean():.3f}", f"{low:.3f} to {high:.3f}", f"{by_chance:.3f}"]
        )
    return lines


def chance(right: np.ndarray, answers: int, kept: int) -> float:
    """Give the mean chance that `kept` answers drawn at random hold a right one."""
    missed = np.ones(len(right))
    for drawn in range(kept):
        missed *= np.clip(answers - right - drawn, 0, None) / (answers - drawn)
    return float((1 - missed).mean())


if __name__ == "__main__":
    main()
