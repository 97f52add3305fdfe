"""What the report page shows, as plain values: the template only lays them out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """One large number of the headline, with what it counts below it."""

    value: str
    label: str


@dataclass(frozen=True)
class Span:
    """A bout on a timeline; all numbers are percent of the timeline's length."""

    left: float
    width: float
    words: str


@dataclass(frozen=True)
class Lane:
    """One behaviour's row of an ethogram."""

    behavior: str
    color: str
    coded: tuple[Span, ...]
    predicted: tuple[Span, ...]
    probability: str  # the `points` of an SVG polygon in a box of 100 x 100


@dataclass(frozen=True)
class Tick:
    """A mark of the time axis: where, in percent, and what stands there."""

    left: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """An ethogram of one video and one individual."""

    title: str
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Interval:
    """A score with its confidence interval and chance level, each from 0 to 1."""

    value: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True)
class Score:
    """How well one behaviour was found in videos that the probe had not seen."""

    behavior: str
    color: str
    average_precision: Interval
    frame_f1: float
    bout_f1: float
    bouts: int


@dataclass(frozen=True)
class Budget:
    """The share of time in one behaviour, coded and predicted, from 0 to 1."""

    behavior: str
    color: str
    coded: float
    predicted: float

    @property
    def longest(self) -> float:
        """The longer of the two bars."""
        return max(self.coded, self.predicted)


@dataclass(frozen=True)
class Clip:
    """A short moving picture of one predicted bout, as a strip of frames side by side."""

    image: str  # a data address
    frames: int
    seconds: float
    when: str
    probability: float
    verdict: str  # "agrees", "disagrees" or "" where nobody looked


@dataclass(frozen=True)
class Examples:
    """The clips of one behaviour."""

    behavior: str
    color: str
    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Step:
    """One command of the tour, with what it does."""

    words: str
    command: str


@dataclass(frozen=True)
class Page:
    """The whole report."""

    title: str
    lead: str
    findings: tuple[str, ...]
    tiles: tuple[Tile, ...]
    timelines: tuple[Timeline, ...]
    examples: tuple[Examples, ...]
    scores: tuple[Score, ...]
    overall: Score
    budgets: tuple[Budget, ...]
    steps: tuple[Step, ...]
    caveats: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
