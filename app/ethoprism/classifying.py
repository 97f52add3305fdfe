"""Classify videos with a trained probe: predictions, bouts and a picture for each."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd
import xarray as xr

from ethoprism.embedding import Recipe, Stages, embed_file, silently
from ethoprism.evaluating import ethogram_of
from ethoprism.options import EmbedOptions, options_of
from ethoprism.results import Outputs, plan_outputs, read_summary, write_results
from ethoprism.training import Paths, as_paths
from ethoprism_core.files import fingerprint_file
from ethoprism_core.video import find_videos
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.probe import Probe, load_probe, predict_video
from ethoprism_domains.probe.probe_file import probe_paths

_OUTPUT_VERSION = 1


@dataclass(frozen=True, eq=False)
class Classified:
    """What became of one video.

    Parameters
    ----------
    video
        The file.
    outputs
        What was written, or found to be there already.
    summary
        Bouts and time for each subject and behaviour.
    computed
        Whether anything had to be computed.
    notices
        What the user should know.
    """

    video: Path
    outputs: Outputs
    summary: pd.DataFrame
    computed: bool
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Classifier:
    """A probe with the encoder that it needs, ready for any number of videos.

    Parameters
    ----------
    probe, ethogram
        The probe, and what it was trained to tell.
    recipe, options
        How videos are embedded for it, loaded and in plain values.
    fingerprint
        Identifies the probe.
    """

    probe: Probe
    ethogram: Ethogram
    recipe: Recipe
    options: EmbedOptions
    fingerprint: str

    @classmethod
    def load(
        cls,
        probe: str | Path,
        features: str | Path = "features",
        checkpoint: str | None = None,
        follow: int | None = None,
        stages: Stages = silently,
    ) -> "Classifier":
        """Load a probe and its encoder.

        Parameters
        ----------
        probe
            A probe's file.
        features
            The folder where features are kept.
        checkpoint
            The encoder's weights, if they are not where they were when the probe was trained.
        follow
            How many animals these videos show, if not as many as the videos of training.
        stages
            Shows how far a download is, as `ethoprism.cli.console.progress` does.

        Raises
        ------
        EthoprismError
            If the probe or the encoder cannot be loaded.
        """
        loaded = load_probe(probe)
        options = options_of(loaded)
        if checkpoint is not None:
            options = replace(options, checkpoint=checkpoint)
        if follow is not None:
            options = replace(options, follow=follow)
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in probe_paths(probe)))
        recipe = options.recipe(Path(features), stages)
        return cls(loaded, ethogram_of(loaded), recipe, options, digest.hexdigest())

    def key(self, video: Path) -> str:
        """Return the fingerprint of all that the results of `video` depend on."""
        stated = {
            "version": _OUTPUT_VERSION,
            "video": fingerprint_file(video),
            "probe": self.fingerprint,
            "encoder": self.recipe.encoder.fingerprint,
            "options": asdict(self.options),
        }
        return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()[:32]

    def classify(
        self,
        video: Path,
        outputs: Outputs,
        stages: Stages = silently,
        named: Callable[[xr.Dataset], xr.Dataset] = lambda predictions: predictions,
    ) -> Classified:
        """Classify one video, unless its outputs are there and nothing has changed.

        Parameters
        ----------
        named
            Gives predictions other names, of the video or of individuals, before they are written.

        Raises
        ------
        EthoprismError
            If the video cannot be read, or the outputs cannot be written.
        """
        key = self.key(video)
        if outputs.are_of(key):
            summary = read_summary(outputs, self.ethogram)
            return Classified(video, outputs, summary, computed=False)
        embedded = embed_file(video, self.recipe, stages)
        with stages(f"{video.name}: classifying", "windows") as progress:
            predictions = named(predict_video(self.probe, embedded.features, progress))
        summary = write_results(predictions, self.ethogram, key, outputs)
        return Classified(video, outputs, summary, True, embedded.notices)


def classify(
    videos: Paths,
    probe: str | Path,
    out: str | Path,
    features: str | Path = "features",
    stages: Stages = silently,
) -> list[Classified]:
    """Classify videos, and write predictions, bouts and an ethogram for each into `out`.

    What is there already and still up to date is not computed again.

    Parameters
    ----------
    videos
        Videos, and folders of videos.
    probe
        A probe's file; its card says how the videos are embedded.
    out
        ``out/<video>.nc``, ``.bouts.csv`` and ``.png``; folders keep their structure.
    features
        The folder where features are kept.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does.

    Raises
    ------
    EthoprismError
        At the first video that cannot be classified.
    """
    named = as_paths(videos)
    outputs = plan_outputs(find_videos(named), named, Path(out))
    classifier = Classifier.load(probe, features, stages=stages)
    return [classifier.classify(path, own, stages) for path, own in outputs.items()]
