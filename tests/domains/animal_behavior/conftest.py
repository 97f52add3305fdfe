"""Small data sets in the layouts of Fly vs. Fly and CRIM13, and videos whose pixels tell the label.

Every maker writes pictures in which a bright quarter says which behaviour holds, so that a probe
can learn it, and returns the folder.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from scipy import io

Bouts = Mapping[str, Sequence[Sequence[tuple[int, int]]]]  # by behaviour, for each fly


def write_video(path: Path, labels: Sequence[int], rate: int = 30) -> Path:
    """Write 64 x 64 pixels a frame, a bright quarter for the label; none for -1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(len(labels))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for label in labels:
            picture = rng.integers(20, 40, (64, 64, 3)).astype(np.uint8)
            if label >= 0:
                top, left = 32 * (label // 2), 32 * (label % 2)
                picture[top : top + 32, left : left + 32] += 180
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def write_actions(path: Path, bouts: Bouts) -> Path:
    """Write `behs` and `bouts` as the annotation program does: first and last frame, from 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flies = max((len(own) for own in bouts.values()), default=2)
    names = np.empty((1, len(bouts)), object)
    cells = np.empty((flies, len(bouts)), object)
    for column, (name, own) in enumerate(bouts.items()):
        names[0, column] = name
        for fly in range(flies):
            spans = [(*span, 0) for span in own[fly]]
            cells[fly, column] = np.array(spans, float).reshape(-1, 3)
    io.savemat(path, {"behs": names, "bouts": cells})
    return path


def write_tracks(path: Path, frames: int, lost: Sequence[int] = ()) -> Path:
    """Write two flies that stand at (20, 30) and (40, 30), 10 long and 4 wide, turned apart."""
    names = ["pos x", "pos y", "ori", "major axis len", "minor axis len", "wing l x"]
    data = np.zeros((2, frames, len(names)))
    data[0] = [20, 30, 0, 10, 4, 5]
    data[1] = [40, 30, np.pi / 2, 10, 4, 5]
    data[1, list(lost)] = np.nan
    told = np.array([names], object)
    io.savemat(path, {"trk": {"names": told, "data": data, "flag_frames": np.zeros((1, 0))}})
    features = {"names": np.array([["vel"]], object), "data": np.zeros((2, frames, 1))}
    io.savemat(path.with_name(path.name.replace("track", "feat")), {"feat": features})
    return path


CRIM13 = ("approach", "attack", "copulation", "chase", "circle", "drink", "eat", "clean")
CRIM13 += ("human", "sniff", "up", "walk_away", "other")


def caltech(rows: Sequence[tuple[int, int, str]], names: Sequence[str] = CRIM13) -> str:
    """Give an annotation as Caltech's program writes it: frames from 1, the last one included."""
    lines = ["Caltech Behavior Annotator - Annotation File", "", "Configuration file:"]
    lines += [f"{name} {key}" for name, key in zip(names, "abcdefghijklm", strict=False)]
    lines += ["", "S1: start    end     type", "-----------------------------"]
    return "\n".join([*lines, *(f"    {a}    {b}    {name}" for a, b, name in rows)]) + "\n"


@pytest.fixture(scope="session")
def make() -> Callable[[str], Callable[..., object]]:
    """Give a writer by its name: ``make("video")(path, labels)``."""
    writers = {
        "video": write_video,
        "actions": write_actions,
        "tracks": write_tracks,
        "caltech": caltech,
    }
    return writers.__getitem__
