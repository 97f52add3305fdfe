"""Named fixed parts of the picture, such as the face and the paws of a head-fixed animal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ethoprism_core.errors import EthoprismError
from ethoprism_core.video.clips import Rectangle, outside

_FORM = "X,Y,W,H in pixels as in 120,40,200,160, or all in shares as in 10%,5%,40%,40%"
_APART = "=;,"  # they part names from boxes, and both from one another
_NUMBERS = 4


@dataclass(frozen=True)
class Region:
    """A part of the picture that has a name and stays where it is.

    Parameters
    ----------
    name
        What features and predictions call it.
    left, top, width, height
        In pixels of the upright picture; in shares of its width and height where `in_shares`, so
        that it fits pictures of any size.

    Raises
    ------
    EthoprismError
        If the name is empty or has one of ``=;,``, or the box has no extent.
    """

    name: str
    left: float | int
    top: float | int
    width: float | int
    height: float | int
    in_shares: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip() or any(mark in self.name for mark in _APART):
            raise EthoprismError(f"{self.name!r} is no name of a region", None, "use letters")
        if not (self.width > 0 and self.height > 0 and self.left >= 0 and self.top >= 0):
            raise EthoprismError(f"the box {self.box} is none", self.name, f"write {_FORM}")

    @classmethod
    def parse(cls, name: str, box: str | Sequence[object]) -> "Region":
        """Read a region's box: text such as ``10%,5%,40%,40%``, or four numbers.

        Raises
        ------
        EthoprismError
            If it is neither.
        """
        parts = box.split(",") if isinstance(box, str) else [*box]
        texts = [str(part).strip() for part in parts]
        shares = [text.endswith("%") for text in texts]
        try:
            numbers = [float(text.removesuffix("%")) for text in texts]
        except ValueError:
            numbers = []
        if len(numbers) != _NUMBERS or len(set(shares)) > 1:
            raise EthoprismError(f"{box!r} is no box of a region", name, f"write {_FORM}")
        left, top, width, height = (number / 100 if all(shares) else number for number in numbers)
        return cls(name, left, top, width, height, in_shares=all(shares))

    @property
    def box(self) -> str:
        """Its box as `parse` reads it."""
        scale, mark = (100, "%") if self.in_shares else (1, "")
        numbers = (self.left, self.top, self.width, self.height)
        return ",".join(f"{scale * number:.10g}{mark}" for number in numbers)

    def rectangle(self, size: tuple[int, int], where: object = None) -> Rectangle:
        """Give its place in a picture of the `size` ``(height, width)``, in whole pixels.

        `where` is the video, for the error.

        Raises
        ------
        EthoprismError
            If it is not inside the picture.
        """
        height, width = size
        across, down = (width, height) if self.in_shares else (1, 1)
        left, top = round(self.left * across), round(self.top * down)
        right, bottom = (
            round((self.left + self.width) * across),
            round((self.top + self.height) * down),
        )
        if right > width or bottom > height or right <= left or bottom <= top:
            raise outside(f"the region {self.name}={self.box}", size, where)
        return Rectangle(left, top, right - left, bottom - top)


def read_regions(boxes: object) -> tuple[Region, ...]:
    """Read regions as they stand in a plain file: a mapping with a box for each name.

    Raises
    ------
    EthoprismError
        If they are no such mapping, or a box cannot be read.
    """
    if not isinstance(boxes, Mapping):
        raise EthoprismError(f"the regions {boxes!r}", None, f"write NAME: {_FORM}")
    for name, box in boxes.items():
        if not isinstance(box, str | Sequence):
            raise EthoprismError(f"{box!r} is no box of a region", name, f"write {_FORM}")
    return tuple(Region.parse(str(name), box) for name, box in boxes.items())


def plain_regions(regions: Iterable[Region]) -> dict[str, str]:
    """Give regions as `read_regions` takes them.

    Raises
    ------
    EthoprismError
        If two have one name.
    """
    boxes: dict[str, str] = {}
    for region in regions:
        if region.name in boxes:
            raise EthoprismError("two regions have one name", region.name, "rename one of them")
        boxes[region.name] = region.box
    return boxes
