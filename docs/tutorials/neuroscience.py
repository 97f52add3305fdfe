"""A head-fixed mouse at 250 Hz beside photometry, from made sessions to responses and decoding.

    python docs/tutorials/neuroscience.py --out DIR

Everything is made here, so that all of it is known: when each frame was taken, what the mouse does
in it, and that the signal follows grooming and nothing else. The sessions are then read as a lab's
own: frames are put on the clock of the signal, face and paws are embedded as fixed crops, a probe
is scored on sessions that it has not seen, and the signal is measured around the bouts that it
found there. Figures go to DIR.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pandas as pd
import xarray as xr

from ethoprism.aligning import Aligned, align
from ethoprism.datasets import DatasetEvaluation, check, evaluate_dataset
from ethoprism.exchanging.dataset_exporting import export_dataset
from ethoprism.perievents import Responses, decode_recordings, respond
from ethoprism.recordings import Recording, dataset_recordings
from ethoprism.report.figures import save_figure
from ethoprism.report.neuro_figures import (
    clock_figure,
    decoding_figure,
    perievent_figure,
    regions_figure,
)
from ethoprism_core.encoders import load_encoder
from ethoprism_core.video import Video
from ethoprism_domains.annotation import annotations_from_labels
from ethoprism_domains.base import Dataset
from ethoprism_domains.neuroscience import (
    Baseline,
    DecodingSettings,
    PeriEventSettings,
    PulseSettings,
    WindowSettings,
)
from ethoprism_domains.registry import read_dataset

RATE, SIZE = 250, 96
BEHAVIORS = ("groom", "whisk")
OFFSET, DRIFT = 31.7, 90e-6  # from the camera's clock to that of the photometry
EFFECT, DELAY, LASTS = 2.5, 0.1, 0.5  # of grooming on the signal: size, seconds
LOST = 4  # exposures whose pulse the line has lost


def main(arguments: list[str] | None = None) -> int:
    """Run the tutorial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where figures go")
    parser.add_argument("--sessions", type=int, default=4, metavar="N", help="of one animal each")
    parser.add_argument("--seconds", type=float, default=20, metavar="S", help="of each video")
    parser.add_argument("--shifts", type=int, default=400, metavar="N", help="of the tests")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of everything random")
    chosen = parser.parse_args(arguments)
    folder = make_study(chosen.out / "study", chosen.sessions, chosen.seconds, chosen.seed)
    aligned = look_at_clock(folder)
    dataset = look_at(folder)
    encoder = load_encoder("classical", frame_size=64)  # the crops are no larger
    found = evaluate_dataset(dataset, encoder, kind="linear", features=chosen.out / "features")
    tell_scores(found)
    recordings = as_predicted(dataset, found)
    responses = measure(recordings, chosen.shifts, chosen.seed)
    table = tell_decoding(dataset, chosen.shifts // 8, chosen.seed)
    export_dataset(dataset, chosen.out / "exported")
    draw(dataset, aligned, responses, table, chosen.out)
    return 0


def make_study(folder: Path, sessions: int, seconds: float, seed: int) -> Path:
    """Write the sessions and the plain file that describes them."""
    lines = [
        "window_ms: 128",
        "group_by: animal",
        "regions:",
        "  face: 45%,10%,50%,50%",
        "  paws: 28%,58%,48%,40%",
        "about: {species: Mus musculus, sex: F, age: P80D}",
        "sessions:",
    ]
    for number in range(sessions):
        name = f"day{number + 1}"
        make_session(folder / name, seconds, np.random.default_rng([seed, number]))
        lines += [
            f"  {name}:",
            f"    animal: m{number + 1}",
            f'    start: "2026-05-0{number % 9 + 1}T10:00:00+02:00"',
            "    clock: {pulses: camera.csv, shared: [flashes-camera.txt, flashes-signal.txt]}",
            "    labels: coded.csv",
            "    signals: {dff: photometry.csv}",
        ]
    (folder / "sessions.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def make_session(folder: Path, seconds: float, rng: np.random.Generator) -> None:
    """Write a video, the camera's line, flashes on both clocks, what was coded, and the signal."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = round(seconds * RATE)
    bouts = make_bouts(seconds, rng)
    write_video(folder / "face.mp4", bouts, frames, rng)
    even = np.arange(frames) / RATE
    wander = 0.002 * np.sin(2 * np.pi * even / 9)  # of the camera, as it warms and cools
    camera = 2.0 + even + wander + rng.normal(0, 5e-5, frames)
    kept = np.delete(camera, rng.choice(np.arange(20, frames - 20), LOST, replace=False))
    write_line(folder / "camera.csv", kept)
    flashes = np.cumsum(rng.uniform(0.5, 1.5, 24))
    other = OFFSET + (1 + DRIFT) * flashes + rng.normal(0, 1e-4, len(flashes))
    np.savetxt(folder / "flashes-camera.txt", flashes, fmt="%.6f")
    np.savetxt(folder / "flashes-signal.txt", np.delete(other, 3), fmt="%.6f")
    clock = OFFSET + (1 + DRIFT) * camera
    np.save(folder.with_suffix(".truth.npy"), clock)
    write_labels(folder / "coded.csv", bouts)
    onsets = [clock[start] for behavior, start, _ in bouts if behavior == "groom"]
    write_signal(folder / "photometry.csv", clock, onsets, rng)


def make_bouts(seconds: float, rng: np.random.Generator) -> list[tuple[str, int, int]]:
    """Choose bouts of both behaviours, in frames, which never overlap within one behaviour."""
    bouts = []
    for behavior in BEHAVIORS:
        at = rng.uniform(0.5, 1.5)
        while at < seconds - 2:
            length = rng.uniform(0.35, 0.9)
            bouts.append((behavior, round(at * RATE), round((at + length) * RATE)))
            at += length + rng.uniform(1.2, 3.0)
    return bouts


def write_video(
    path: Path, bouts: list[tuple[str, int, int]], frames: int, rng: np.random.Generator
) -> None:
    """Draw the mouse in each frame."""
    doing = {name: np.zeros(frames, bool) for name in BEHAVIORS}
    for name, start, stop in bouts:
        doing[name][start:stop] = True
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = SIZE, SIZE, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "20"}
        for number in range(frames):
            shown = {name: bool(state[number]) for name, state in doing.items()}
            picture = draw_mouse(number / RATE, shown, rng)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        file.mux(stream.encode(None))


def draw_mouse(time: float, doing: dict[str, bool], rng: np.random.Generator) -> np.ndarray:
    """Draw a head from the side: whiskers sweep at 12 Hz, paws stroke the snout at 5 Hz."""
    picture = np.full((SIZE, SIZE, 3), 40, np.uint8)
    cv2.ellipse(picture, (40, 36), (34, 22), 0, 0, 360, (120, 115, 108), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (72, 44), (16, 9), 20, 0, 360, (132, 126, 118), -1, cv2.LINE_AA)
    cv2.circle(picture, (52, 28), 5, (15, 15, 15), -1, cv2.LINE_AA)
    sweep = np.sin(2 * np.pi * 12 * time) if doing["whisk"] else 0.15 * np.sin(2 * np.pi * time)
    for whisker in range(4):
        angle = 0.35 + 0.25 * whisker + 0.45 * sweep
        tip = (round(74 - 24 * np.cos(angle)), round(44 + 24 * np.sin(angle)))
        cv2.line(picture, (74, 46), tip, (215, 215, 205), 1, cv2.LINE_AA)
    lift = 10 + 8 * np.sin(2 * np.pi * 5 * time) if doing["groom"] else 0.0
    for paw in (34, 48):
        at = (round(paw + 0.8 * lift), round(84 - 1.1 * lift))
        cv2.ellipse(picture, at, (7, 5), 0, 0, 360, (190, 150, 140), -1, cv2.LINE_AA)
    noisy = picture.astype(np.int16) + rng.integers(-6, 7, picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def write_line(path: Path, pulses: np.ndarray) -> None:
    """Write the camera's line, sampled at 10 kHz, on for a millisecond at each exposure."""
    times = np.arange(0, pulses[-1] + 0.5, 1e-4)
    at = np.searchsorted(pulses, times, side="right") - 1
    on = (at >= 0) & (times - pulses[np.maximum(at, 0)] < 0.001)
    edges = np.flatnonzero(np.diff(on, prepend=False) | np.diff(on, append=False))
    kept = np.unique(np.concatenate([[0], edges, edges - 1, [len(times) - 1]]))
    table = pd.DataFrame({"time_s": times[kept], "volts": 5.0 * on[kept]})
    table.to_csv(path, index=False, float_format="%.4f")


def write_labels(path: Path, bouts: list[tuple[str, int, int]]) -> None:
    """Write what a person coded."""
    table = pd.DataFrame(bouts, columns=["behavior", "start_frame", "stop_frame"])
    table.insert(0, "video", "face.mp4")
    table.to_csv(path, index=False)


def write_signal(
    path: Path, clock: np.ndarray, onsets: list[float], rng: np.random.Generator
) -> None:
    """Write photometry at 50 Hz: slow noise, and a transient after each onset of grooming."""
    times = np.arange(clock[0] - 2, clock[-1] + 2, 0.02)
    kept = np.exp(-0.02 / 0.4)
    noise = rng.normal(0, np.sqrt(1 - kept**2), (len(times), 2))
    for number in range(1, len(noise)):
        noise[number] += kept * noise[number - 1]
    for onset in onsets:
        since = np.maximum(times - onset - DELAY, 0)
        noise[:, 0] += EFFECT * (since / LASTS) * np.exp(1 - since / LASTS)
    table = pd.DataFrame({"time_s": times, "dff": noise[:, 0], "control": noise[:, 1]})
    table.to_csv(path, index=False, float_format="%.5f")


def look_at_clock(folder: Path) -> Aligned:
    """Put the first video on the clock of the signal, and compare with the truth."""
    day = folder / "day1"
    shared = (day / "flashes-camera.txt", day / "flashes-signal.txt")
    aligned = align(
        day / "face.mp4", pulses=day / "camera.csv", shared=shared, settings=PulseSettings()
    )
    error = aligned.frames["clock_s"].to_numpy() - np.load(day.with_suffix(".truth.npy"))
    fit = aligned.fit_table().iloc[0]
    print(f"drift: {fit['drift_ppm']:.1f} parts per million, put in {1e6 * DRIFT:.0f}")
    print(f"frames are right to {np.abs(error).max() * RATE:.3f} frames")
    print(aligned.clock.problems["kind"].value_counts().to_string())
    return aligned


def look_at(folder: Path) -> Dataset:
    """Check the sessions, and say what was found."""
    checked = check(folder)
    print(checked.counts.to_string(index=False))
    for finding in checked.findings:
        print(f"{'wrong' if finding.wrong else 'remark'}: {finding.where}: {finding.what}")
    return read_dataset(folder)


def tell_scores(found: DatasetEvaluation) -> None:
    """Print how well the probe does on sessions that it has not seen."""
    for behavior, value in found.values.items():
        print(f"{behavior}: {found.metric} {value:.3f}")


def as_predicted(dataset: Dataset, found: DatasetEvaluation) -> list[Recording]:
    """Take the bouts that were found in sessions left out of training, on the signal's clock."""
    videos = found.evaluation.footage.study.paths
    predictions = dict(zip(videos, found.evaluation.predictions, strict=True))
    return [
        replace(item, annotations=_annotations(predictions[item.video], item, dataset))
        for item in dataset_recordings(dataset, "dff")
    ]


def _annotations(predictions: xr.Dataset, recording: Recording, dataset: Dataset):  # type: ignore[no-untyped-def]
    said = {"labeling_method": "automated", "model": "left out"}
    return annotations_from_labels(
        predictions["label"], recording.video, dataset.ethogram, provenance=said
    )


def measure(recordings: list[Recording], shifts: int, seed: int) -> Responses:
    """Measure the signal around onsets, and test it by shifts in time."""
    windows = WindowSettings(0.5, 1.5, 0.1, Baseline(-0.5, 0.0))
    responses = respond(recordings, None, PeriEventSettings(windows, shifts=shifts, seed=seed))
    table = responses.channels()
    print(table[["behavior", "channel", "events", "p"]].to_string(index=False))
    return responses


def tell_decoding(dataset: Dataset, shifts: int, seed: int) -> pd.DataFrame:
    """Predict what was coded from the signal and the reverse, beside shifted labels."""
    settings = DecodingSettings(history_s=0.8, gap_s=1.0, shifts=shifts, seed=seed)
    table = decode_recordings(dataset_recordings(dataset, "dff"), 0.1, settings)
    print(table[["target", "score", "value", "shuffle_high", "p"]].to_string(index=False))
    return table


def draw(
    dataset: Dataset, aligned: Aligned, responses: Responses, table: pd.DataFrame, out: Path
) -> None:
    """Draw the regions, the clock, the responses and what decoding gives."""
    first = dataset.recordings[0]
    with Video(first.video) as video:
        busy = int(first.annotations.events["start_frame"].iloc[0]) + 8
        save_figure(regions_figure(video[busy], first.regions), out / "neuroscience-regions.png")
    save_figure(
        clock_figure(aligned.frames, aligned.clock.problems), out / "neuroscience-clock.png"
    )
    for behavior, item in responses.found.items():
        save_figure(perievent_figure(item.data), out / f"neuroscience-{behavior}.png")
    save_figure(decoding_figure(table), out / "neuroscience-decoding.png")


if __name__ == "__main__":
    sys.exit(main())
