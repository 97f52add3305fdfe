"""The demo: a simulated study, a probe trained, evaluated and used, and a page of what was found.

It takes the road of every real study: the same functions, nothing prepared beforehand.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from ethoprism.classifying import Classifier
from ethoprism.embedding import Stages, embed_file, silently
from ethoprism.evaluating import Evaluation, evaluate
from ethoprism.options import EmbedOptions
from ethoprism.predictions import load_predictions
from ethoprism.report.demo_page import Demo, NewVideo, build_page
from ethoprism.report.page import write_page
from ethoprism.results import plan_outputs
from ethoprism.study import read_study
from ethoprism.training import Training, train
from ethoprism_core.video import find_videos, load_index
from ethoprism_domains.annotation import frame_labels
from ethoprism_domains.simulated import SceneSettings, StudyVideo, plan_study, write_study

_WINDOWS_A_SECOND = 4


@dataclass(frozen=True)
class DemoSettings:
    """How large the demo's study is. Each animal is filmed in two sessions.

    Parameters
    ----------
    training, test
        Videos to train on and to evaluate on; no animal is in both.
    seconds, fps, size
        Length of each video, its frames a second, and its height and width in pixels.
    encoder
        Its name; `classical` needs no weights and no network.
    kind
        The kind of probe.
    seed
        Decides all that is random.
    """

    training: int = 8
    test: int = 6
    seconds: float = 40.0
    fps: float = 15.0
    size: int = 224
    encoder: str = "classical"
    kind: str = "compact"
    seed: int = 7


def run_demo(
    out: str | Path,
    settings: DemoSettings = DemoSettings(),
    stages: Stages = silently,
) -> Demo:
    """Simulate, train, evaluate, classify, and write ``out/index.html``.

    Features are kept in ``out/features``, so a second run with the same settings is quick.

    Parameters
    ----------
    out
        The folder to write into.
    settings
        How large the study is.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does.

    Raises
    ------
    EthoprismError
        If the folder cannot be written.
    """
    started, out = time.monotonic(), Path(out)
    videos = _simulate(out / "study", settings, stages)
    training = _train(out, settings, stages)
    evaluation = _evaluate(out, training, stages)
    evaluation.write(out / "evaluation")
    new = _classify(out, training, stages)
    footage_s = sum(video.settings.frames / video.settings.fps for video in videos)
    page = out / "index.html"
    demo = Demo(page, training, evaluation, new, footage_s, time.monotonic() - started)
    write_page(build_page(demo), page)
    return demo


def _simulate(folder: Path, settings: DemoSettings, stages: Stages) -> list[StudyVideo]:
    """Write the folders `training`, `test` and `new`, with different animals."""
    side = (settings.size, settings.size)
    scene = SceneSettings(size=side, fps=settings.fps, body_fraction=0.16)
    count = settings.training + settings.test
    videos = plan_study(scene.lasting(settings.seconds), count + 1, settings.seed)
    videos[count] = replace(videos[count], name="new-mouse")
    parts = {
        "training": videos[: settings.training],
        "test": videos[settings.training : count],
        "new": videos[count:],
    }
    for name, part in parts.items():
        with stages(f"simulating {name} videos") as progress:
            write_study(folder / name, part, progress)
    return videos


def _train(out: Path, settings: DemoSettings, stages: Stages) -> Training:
    folder = out / "study" / "training"
    return train(
        folder / "labels.csv",
        out / "probes" / "mouse",
        options=EmbedOptions(
            settings.encoder, stride=max(1, round(settings.fps / _WINDOWS_A_SECOND))
        ),
        kind=settings.kind,
        group=f"{folder / 'videos.csv'}:animal",
        exclusive=True,
        features=out / "features",
        seed=settings.seed,
        stages=stages,
    )


def _evaluate(out: Path, training: Training, stages: Stages) -> Evaluation:
    folder = out / "study" / "test"
    return evaluate(
        folder / "labels.csv",
        probe=training.path,
        group=f"{folder / 'videos.csv'}:animal",
        features=out / "features",
        stages=stages,
    )


def _classify(out: Path, training: Training, stages: Stages) -> NewVideo:
    """Classify the video that nobody has coded; the simulation knows its truth all the same."""
    folder = out / "study" / "new"
    classifier = Classifier.load(training.path, out / "features")
    (path,) = find_videos([folder])
    (outputs,) = plan_outputs([path], [folder], out / "classified").values()
    classifier.classify(path, outputs, stages)
    truth = read_study([folder / "labels.csv"], ethogram=classifier.ethogram).annotations
    return NewVideo(
        path=path,
        tracks=embed_file(path, classifier.recipe).tracks,  # embedded already: says where
        predictions=load_predictions(outputs.predictions),
        labels=frame_labels(truth, path.name, load_index(path).times, individuals=[""]),
    )
