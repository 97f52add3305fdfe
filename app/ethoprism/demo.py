"""The demo: a simulated study, a probe trained, evaluated and used, and a page of what was found.

It takes the road of every real study: the same functions, nothing prepared beforehand.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from ethoprism.classifying import Classified, Classifier
from ethoprism.embedding import Stages, silently
from ethoprism.evaluating import Evaluation, evaluate
from ethoprism.options import EmbedOptions
from ethoprism.report.demo_page import NewVideo, build_page
from ethoprism.report.page import write_page
from ethoprism.results import plan_outputs
from ethoprism.training import Training, train
from ethoprism_core.video import find_videos
from ethoprism_domains.simulated import SceneSettings, plan_study, write_study


@dataclass(frozen=True)
class DemoSettings:
    """How large the demo's study is. Each animal is filmed in two sessions.

    Parameters
    ----------
    training, test
        Videos to train on and to evaluate on; no animal is in both.
    seconds
        Length of each video.
    encoder
        Its name; `classical` needs no weights and no network.
    seed
        Decides all that is random.
    """

    training: int = 6
    test: int = 4
    seconds: float = 40.0
    encoder: str = "classical"
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Demo:
    """What the demo made.

    Parameters
    ----------
    page
        The HTML page.
    training
        The probe.
    evaluation
        Its scores on animals that it was not trained on.
    """

    page: Path
    training: Training
    evaluation: Evaluation


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
    out = Path(out)
    simulate_parts(out / "study", settings, stages)
    training = train(
        out / "study" / "training" / "labels.csv",
        out / "probes" / "mouse",
        options=EmbedOptions(settings.encoder, follow=1),
        group=f"{out / 'study' / 'training' / 'videos.csv'}:animal",
        features=out / "features",
        seed=settings.seed,
        stages=stages,
    )
    evaluation = evaluate(
        out / "study" / "test" / "labels.csv",
        probe=training.path,
        features=out / "features",
        stages=stages,
    )
    evaluation.write(out / "evaluation")
    new = classify_new(out, training, stages)
    page = out / "index.html"
    write_page(build_page(training, evaluation, new), page)
    return Demo(page, training, evaluation)


def simulate_parts(folder: Path, settings: DemoSettings, stages: Stages) -> None:
    """Write the folders `training`, `test` and `new`, with different animals."""
    scene = SceneSettings.open_field().lasting(settings.seconds)
    count = settings.training + settings.test
    videos = plan_study(scene, count + 1, settings.seed)
    parts = {
        "training": videos[: settings.training],
        "test": videos[settings.training : count],
        "new": [replace(videos[count], name="new-mouse")],
    }
    for name, part in parts.items():
        with stages(f"simulating {name} videos") as progress:
            write_study(folder / name, part, progress)


def classify_new(out: Path, training: Training, stages: Stages) -> NewVideo:
    """Classify the video that nobody has coded."""
    folder = out / "study" / "new"
    classifier = Classifier.load(training.path, out / "features")
    (path,) = find_videos([folder])
    ((_, outputs),) = plan_outputs([path], [folder], out / "classified").items()
    classified: Classified = classifier.classify(path, outputs, stages)
    return NewVideo.read(classified, classifier.recipe, folder / "labels.csv")
