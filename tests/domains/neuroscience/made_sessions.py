"""Sessions on disk whose clocks are known: a camera's line, labels, a signal, poses."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pandas as pd

RATE, FRAMES = 250, 300
OFFSET, DRIFT = 42.0, 120e-6
KEYPOINTS = ("nose", "paw")


def write_pictures(
    path: Path,
    frames: int,
    rate: int,
    picture: Callable[[int], np.ndarray] | None = None,
    skipped: tuple[int, ...] = (),
) -> Path:
    """Write a tiny video, by default of a square that moves; `skipped` are times without one."""
    shown_at = [at for at in range(frames + len(skipped)) if at not in skipped]
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            shown = _square(number) if picture is None else picture(number)
            frame = av.VideoFrame.from_ndarray(shown, "rgb24")
            frame.pts, frame.time_base = shown_at[number], Fraction(1, rate)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def _square(number: int) -> np.ndarray:
    shown = np.full((48, 64, 3), 90, np.uint8)
    shown[20:28, number % 50 : number % 50 + 8] = 220
    return shown


def exposures(frames: int = FRAMES, rate: int = RATE) -> np.ndarray:
    """Seconds of each frame on the experiment's clock: it starts late and runs fast."""
    return OFFSET + (1 + DRIFT) * np.arange(frames) / rate


def write_line(path: Path, pulses: np.ndarray, sampled: float = 4_000.0) -> Path:
    """Write a recorded line that is on for a millisecond from each pulse on."""
    times = np.arange(pulses[0] - 0.05, pulses[-1] + 0.05, 1 / sampled)
    at = np.searchsorted(pulses, times, side="right") - 1
    on = (at >= 0) & (times - pulses[np.maximum(at, 0)] < 0.001)
    pd.DataFrame({"time_s": times, "volts": np.where(on, 5.0, 0.0)}).to_csv(path, index=False)
    return path


def write_session(
    folder: Path, *, dropped: tuple[int, ...] = (), seed: int = 0, frames: int = FRAMES
) -> Path:
    """Write a session: `dropped` are exposures of which the video has no picture."""
    pulses = exposures(frames + len(dropped))
    write_pictures(folder / "cam.mp4", frames, RATE)
    write_line(folder / "camera_ttl.csv", pulses)
    bouts = [("groom", 20, 60, "m"), ("lick", 100, 180, "m"), ("groom", 200, 260, "m")]
    keys = ("behavior", "start_frame", "stop_frame", "subject")
    rows = [{"video": "cam.mp4", **dict(zip(keys, row, strict=True))} for row in bouts]
    pd.DataFrame(rows).to_csv(folder / "labels.csv", index=False)
    rng = np.random.default_rng(seed)
    times = np.arange(OFFSET - 1, OFFSET + 3, 0.01)
    signal = pd.DataFrame({"time_s": times, "dff": rng.normal(size=len(times))})
    signal.to_csv(folder / "photometry.csv", index=False)
    write_poses(folder / "cam_dlc.csv", frames)
    return folder


def write_poses(path: Path, frames: int) -> Path:
    """Write a table of DeepLabCut with two keypoints."""
    parts = [part for part in KEYPOINTS for _ in range(3)]
    lines = ["scorer" + ",net" * 6, ",".join(["bodyparts", *parts])]
    lines.append(",".join(["coords", *("x", "y", "likelihood") * 2]))
    lines += [f"{n},{n % 50},10,0.9,{n % 50 + 5},20,0.8" for n in range(frames)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
