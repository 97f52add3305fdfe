"""The ethogram of a video as a picture."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from ethoprism.report.figures import ethogram_figure, save_figure
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations


def save_ethogram_picture(
    path: str | Path, annotations: Annotations, times: Float[np.ndarray, " time"], title: str
) -> None:
    """Draw what is coded of one video, a row for each behaviour, as PNG or SVG.

    Raises
    ------
    EthoprismError
        If nothing is coded, or the file cannot be written.
    """
    events = annotations.events[annotations.events["judgement"] == "present"]
    if not len(events):
        raise EthoprismError("nothing is coded", title, "code something first")
    colors = {behavior.name: behavior.color for behavior in annotations.ethogram}
    seconds = float(times[-1]) if len(times) else 0.0
    save_figure(ethogram_figure(events, colors, seconds, title), Path(path))
