"""Which lanes there are, and where they lie."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from ethoprism_domains.annotation import Behavior, Ethogram

Key = tuple[str, str]  # subject, behaviour
STRANGE = "#9a9a9a"  # the colour of behaviours that the ethogram does not have


@dataclass(frozen=True)
class Lane:
    """One line of the timeline.

    Parameters
    ----------
    subject, behavior
        Whose events of what it shows.
    color
        ``#rrggbb``.
    shortcut
        The key that codes the behaviour.
    kind
        ``state`` or ``point``, or ``marks`` for spans that another view shows.
    """

    subject: str
    behavior: str
    color: str
    shortcut: str = ""
    kind: str = "state"

    @property
    def key(self) -> Key:
        """What events of this lane have in common."""
        return self.subject, self.behavior

    @property
    def name(self) -> str:
        """What the lane is called."""
        return f"{self.subject} · {self.behavior}" if self.subject else self.behavior


def arrange(ethogram: Ethogram, subject: str, filled: Collection[Key]) -> list[Lane]:
    """List the lanes that are shown, subject by subject, in the ethogram's order.

    Parameters
    ----------
    subject
        Whose behaviour is being coded; its lanes are shown even while they are empty.
    filled
        The subjects and behaviours that have events.
    """
    strangers = sorted({name for _, name in filled if name not in ethogram})
    behaviors = [*ethogram, *(Behavior(name, color=STRANGE) for name in strangers)]
    others = sorted({who for who, _ in filled} - {"", *ethogram.subject_names})
    return [
        Lane(who, item.name, item.color or STRANGE, item.key, item.kind)
        for who in ("", *ethogram.subject_names, *others)
        for item in behaviors
        if (who, item.name) in filled or _is_asked(ethogram, item, who, subject)
    ]


def _is_asked(ethogram: Ethogram, behavior: Behavior, who: str, subject: str) -> bool:
    """Say whether the lane belongs to what is being coded."""
    if behavior.name not in ethogram:
        return False
    return who == (subject if behavior.per_subject else "")


@dataclass(frozen=True)
class Layout:
    """Lanes one below another, some of them above or below what is visible.

    Parameters
    ----------
    top
        Pixels above the lanes, for the ruler.
    lane_height
        Pixels of a lane.
    scroll
        Pixels of lanes that are hidden behind the ruler.
    """

    lanes: tuple[Lane, ...] = ()
    top: int = 0
    lane_height: int = 22
    scroll: int = 0

    @property
    def height(self) -> int:
        """Pixels of all lanes together."""
        return len(self.lanes) * self.lane_height

    def top_of(self, number: int) -> int:
        """Give the pixel at which a lane begins."""
        return self.top + number * self.lane_height - self.scroll

    def number_at(self, y: float) -> int | None:
        """Give the lane that takes up a pixel."""
        number = int((y - self.top + self.scroll) // self.lane_height)
        return number if y >= self.top and 0 <= number < len(self.lanes) else None

    def between(self, first: float, last: float) -> range:
        """Give the lanes that are touched from one pixel to another."""
        first, last = max(min(first, last), self.top), max(first, last)
        start = int((first - self.top + self.scroll) // self.lane_height)
        stop = int((last - self.top + self.scroll) // self.lane_height) + 1
        return range(min(start, len(self.lanes)), max(min(stop, len(self.lanes)), 0))

    def number_of(self, key: Key) -> int | None:
        """Find a lane by its subject and behaviour."""
        found = (n for n, lane in enumerate(self.lanes) if lane.key == key and lane.kind != "marks")
        return next(found, None)

    def scrolled(self, pixels: int) -> "Layout":
        """Hide so many pixels of lanes."""
        return replace(self, scroll=pixels)
