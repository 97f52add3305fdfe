"""The simulated lab as a corpus: captioned clips without end."""

from dataclasses import dataclass, field, replace

import numpy as np

from ethoprism_core.pretraining.data import ClipShape, Sample, Views
from ethoprism_core.pretraining.data.looks import draw_look
from ethoprism_core.pretraining.data.reading import cut_box
from ethoprism_core.pretraining.data.views import draw_part
from ethoprism_domains.simulated import random_caption, random_clip

NAME = "simulated lab"
_LEAST_AREA = 0.7  # less might lose what the caption tells
_SMALLEST = 64  # pixels of a simulated picture


@dataclass(frozen=True)
class SimulatedCorpus:
    """Clips of the simulated lab, altered as footage is.

    Parameters
    ----------
    seed
        Of all clips.
    views
        How they are altered; crops stay large, so that captions stay true.
    """

    seed: int = 0
    views: Views = field(default_factory=Views)
    name: str = NAME
    count: None = None
    captioned: bool = True

    def sample(self, number: int, rng: np.random.Generator, shape: ClipShape) -> Sample:
        """Make clip `number` and draw a view of it; see `Corpus`."""
        clip = random_clip(self.seed, number, shape.frames, max(_SMALLEST, shape.size))
        part = draw_part(
            rng,
            clip.frames.shape[1:3],
            replace(self.views, least_area=max(_LEAST_AREA, self.views.least_area)),
        )
        look = draw_look(rng, self.views, clip.caption)
        cut = [cut_box(picture, part, look.angle, shape.size) for picture in clip.frames]
        return Sample(look.apply(np.stack(cut)), f"simulated clip {number}", clip.caption)

    def captions(self, count: int, shape: ClipShape) -> list[str]:
        """Return the captions of the first clips, without making them."""
        size = max(_SMALLEST, shape.size)
        return [random_caption(self.seed, number, shape.frames, size) for number in range(count)]
