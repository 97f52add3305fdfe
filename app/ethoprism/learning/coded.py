"""What of a project is coded, as something to learn from, and what is missing for that."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethoprism.project import Project
from ethoprism_domains.annotation import Ethogram
from ethoprism_domains.annotation.editing import Coding, Event, without
from ethoprism_domains.annotation.editing.spans import Span

_GOOD_BOUTS = 5


@dataclass(frozen=True)
class Coded:
    """What one annotator has coded so far.

    Parameters
    ----------
    videos
        In how many videos something was observed.
    bouts
        How often each behaviour of the ethogram was coded present there.
    obstacle
        Why nothing can be learned from it yet; empty if something can.
    remarks
        What would make it better, one sentence each.
    """

    videos: int
    bouts: dict[str, int]
    obstacle: str
    remarks: tuple[str, ...]


def coded_so_far(project: Project, annotator: str) -> Coded:
    """Say what an annotator has coded, and what is missing to learn from it."""
    return judge(observed_codings(project, annotator), project.ethogram)


def judge(codings: Sequence[Coding], ethogram: Ethogram) -> Coded:
    """Say what codings hold, and what is missing to learn from them."""
    bouts = _bouts(codings, ethogram)
    obstacle = _obstacle(codings, bouts)
    remarks = () if obstacle else tuple(_remarks(bouts, len(codings)))
    return Coded(len(codings), bouts, obstacle, remarks)


def codings_of(project: Project, annotator: str) -> dict[str, Coding]:
    """Give what an annotator has coded, by the names of the project's videos, in their order."""
    found = project.collect()
    events, observed = (
        table[table["coder"] == annotator].drop(columns="coder")
        for table in (found.events, found.observed)
    )
    spans = dict(list(observed.groupby("video")))
    rows = dict(list(events.groupby("video")))
    names = [video.name for video in project.videos if video.name in {*rows, *spans}]
    return {
        name: Coding.from_tables(
            name, rows.get(name, events.iloc[:0]), spans.get(name, observed.iloc[:0])
        )
        for name in names
    }


def observed_codings(project: Project, annotator: str) -> list[Coding]:
    """Keep what is of the project's ethogram, in the videos of which something was observed."""
    return [
        Coding.of(
            coding.video,
            (event for event in coding.events.values() if event.behavior in project.ethogram),
            coding.observed,
        )
        for coding in codings_of(project, annotator).values()
        if coding.observed
    ]


def _present(coding: Coding) -> list[Event]:
    """Give the events of a person that are present in an observed frame."""
    return [
        event
        for event in coding.events.values()
        if event.labeling_method != "automated"
        and event.judgement == "present"
        and without([_span(event)], coding.observed) != (_span(event),)
    ]


def _span(event: Event) -> Span:
    return event.start_frame, event.last_frame


def _bouts(codings: Sequence[Coding], ethogram: Ethogram) -> dict[str, int]:
    counts = Counter(event.behavior for coding in codings for event in _present(coding))
    return {name: counts[name] for name in ethogram.names}


def _obstacle(codings: Sequence[Coding], bouts: dict[str, int]) -> str:
    if not codings:
        return "nothing is coded yet: code a stretch of a video, and mark it as observed"
    learned = [name for name, count in bouts.items() if count]
    if not learned:
        return "no behaviour is coded in what was observed: code a few bouts"
    if all(_is_always(name, codings) for name in learned):
        return f"{learned[0]} is coded all the time: also observe a stretch without it"
    return ""


def _is_always(behavior: str, codings: Sequence[Coding]) -> bool:
    """Say whether no observed frame is without a behaviour."""
    return not any(
        without(coding.observed, [_span(e) for e in _present(coding) if e.behavior == behavior])
        for coding in codings
    )


def _remarks(bouts: dict[str, int], videos: int) -> Iterator[str]:
    never = [name for name, count in bouts.items() if not count]
    few = [f"{name} ({count})" for name, count in bouts.items() if 0 < count < _GOOD_BOUTS]
    if never:
        yield f"Not coded yet, so not learned: {', '.join(never)}."
    if few:
        yield f"Few bouts, so hard to learn and to judge: {', '.join(few)}."
    if videos == 1:
        yield "All that is coded is in one video: how it does in others, nobody can tell yet."
