"""The encoders there are, and what a person should know to choose one."""

from dataclasses import dataclass

from ethoprism_core.encoders import encoder_names
from ethoprism_core.encoders.hub import WEIGHTS, cache_folder

# name -> what it is good for, side of its pictures in pixels, megabytes of its public weights
_KNOWN = {
    "classical": (
        "movement and posture without any learned weights: quick on every computer, the place to "
        "start, and what a learned encoder has to beat",
        128,
        0,
    ),
    "ethoprism-small": (
        "how animals look and where they are, beside how they move; try it where classical is not "
        "enough, on every computer",
        128,
        0,
    ),
    "trained": ("the footage that it was trained on, by you or by somebody else", 0, 0),
    "videoprism-base": (
        "fine behaviours that movement alone does not tell; slow without a graphics card",
        288,
        458,
    ),
    "videoprism-large": (
        "the best features with public weights; needs a graphics card",
        288,
        1420,
    ),
    "videoprism-giant": ("the largest model, for those who have its weights", 288, 0),
    "videoprism-lvt-base": ("like videoprism-base, and can be searched by words", 288, 991),
    "videoprism-lvt-large": ("like videoprism-large, and can be searched by words", 288, 2300),
}
_NEEDS_FILE = ("videoprism-giant", "trained")
_COMES_WITH_US = ("ethoprism-small",)


@dataclass(frozen=True)
class EncoderNote:
    """What to know of an encoder.

    Parameters
    ----------
    good_for
        One phrase; empty for an encoder of another package.
    frame_size
        Side of its pictures in pixels; 0 where it is not known.
    weights
        ``none``, ``here``, ``download`` or ``file`` (a file must be named).
    megabytes
        The size of a download.
    """

    name: str
    good_for: str
    frame_size: int
    weights: str
    megabytes: int

    def sentence(self) -> str:
        """Tell what it is good for, and whether it is ready."""
        told = {
            "none": "No weights are needed.",
            "here": "Its weights are here.",
            "download": f"Its weights are fetched on first use ({_size(self.megabytes)}).",
            "file": "It needs a file of weights: name it below.",
        }[self.weights]
        size = f" Pictures of {self.frame_size} × {self.frame_size}." if self.frame_size else ""
        good_for = f"For {self.good_for}." if self.good_for else "From another package."
        return f"{good_for}{size} {told}"


def encoder_notes() -> list[EncoderNote]:
    """Describe all encoders that can be loaded by name, the one for everybody first."""
    names = sorted(encoder_names(), key=lambda name: name != "classical")
    return [_note(name) for name in names]


def _note(name: str) -> EncoderNote:
    good_for, frame_size, megabytes = _KNOWN.get(name, ("", 0, 0))
    weights = "none"
    if name in WEIGHTS:
        weights = "here" if (cache_folder() / WEIGHTS[name].name).exists() else "download"
    elif name in _COMES_WITH_US:
        weights = "here"
    elif name in _NEEDS_FILE:
        weights = "file"
    return EncoderNote(name, good_for, frame_size, weights, megabytes)


def _size(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"
