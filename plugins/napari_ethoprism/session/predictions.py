"""What a probe has predicted for the video that is shown."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from ethoprism.predictions import load_predictions
from ethoprism_domains.annotation.store import spelled


@dataclass(frozen=True, eq=False)
class Predictions:
    """Probabilities of every frame.

    Parameters
    ----------
    probe
        The probe's name.
    behaviors, individuals
        What the last two axes of `probability` are.
    probability
        Of each behaviour in each frame.
    """

    probe: str
    individuals: tuple[str, ...]
    behaviors: tuple[str, ...]
    probability: Float32[np.ndarray, "time individual behavior"]

    @classmethod
    def read(cls, path: Path) -> "Predictions":
        """Read the predictions of one video, whose folder is named after the probe.

        Raises
        ------
        EthoprismError
            If the file cannot be read as predictions.
        """
        loaded = load_predictions(path)
        individuals = tuple(loaded["individual"].values.tolist())
        behaviors = tuple(loaded["behavior"].values.tolist())
        probability = loaded["probability"].values.astype(np.float32)
        return cls(path.parent.name, individuals, behaviors, probability)

    def curve(self, subject: str, behavior: str) -> Float32[np.ndarray, " time"] | None:
        """Give one behaviour's probabilities; None if the probe does not tell it.

        A probe that tells no animals apart answers for every subject.
        """
        if behavior not in self.behaviors:
            return None
        known = self.individuals
        if subject not in known and len(known) > 1:
            return None
        who = known.index(subject) if subject in known else 0
        return self.probability[:, who, self.behaviors.index(behavior)]


def find_predictions(folder: Path, video: str) -> dict[str, Path]:
    """Find the predictions of a video in a project's folder of them: probe -> file."""
    found: dict[str, Path] = {}
    for name in (spelled(video), Path(video).stem):
        for path in folder.glob("*/*.nc") if folder.is_dir() else ():
            if path.name == f"{name}.nc":
                found.setdefault(path.parent.name, path)
    return dict(sorted(found.items()))
