"""What a project's annotations hold of behaviours, and giving these other names everywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from ethoprism.project import Project
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.editing import Change, Coding, Rules
from napari_ethoprism.session import Session


@dataclass(frozen=True)
class Uses:
    """Which events of behaviours a project has, by anybody.

    Parameters
    ----------
    counts
        Events of each behaviour.
    kinds
        The kinds of those that are judged present.
    places
        ``(video, coder)`` of each behaviour's events.
    """

    counts: Mapping[str, int]
    kinds: Mapping[str, set[str]]
    places: Mapping[str, set[tuple[str, str]]]

    @classmethod
    def of(cls, project: Project | None) -> "Uses":
        """Count the events of a project."""
        if project is None:
            return cls({}, {}, {})
        events = project.collect().events
        present = events[events["judgement"] == "present"]
        kinds = {str(name): set(own) for name, own in present.groupby("behavior")["kind"]}
        counts = {str(name): len(own) for name, own in events.groupby("behavior")["behavior"]}
        return cls(counts, kinds, _places(events))


def rename_events(coding: Coding, _: Rules, renames: Mapping[str, str], by: str) -> Change:
    """Give the events of behaviours their new names; who said what stays as it is."""
    before = tuple(event for event in coding.events.values() if event.behavior in renames)
    after = tuple(replace(event, behavior=renames[event.behavior]) for event in before)
    told = ", ".join(f"{old} {new}" for old, new in renames.items())
    return Change(f"{by} calls {told}: {len(before)} events", before, after)


def rename_everywhere(
    session: Session, renames: Mapping[str, str], places: Iterable[tuple[str, str]]
) -> int:
    """Give behaviours other names in annotations, one action that can be undone in each.

    What cannot be changed is told, and left as it is.

    Parameters
    ----------
    places
        ``(video, coder)``.

    Returns
    -------
    In how many annotations it was done.
    """
    done = 0
    for video, coder in sorted(places):
        if (video, coder) == (session.video_name, session.annotator):
            done += session.do(rename_events, renames, session.annotator) is not None
        else:
            done += _rename_in(session, video, coder, renames)
    return done


def _rename_in(session: Session, video: str, coder: str, renames: Mapping[str, str]) -> bool:
    assert session.project is not None
    try:
        with session.project.store(video, coder) as store:
            store.do(rename_events, renames, session.annotator)
    except EthoprismError as error:
        return session.tell_problem(error)
    return True


def _places(events: pd.DataFrame) -> dict[str, set[tuple[str, str]]]:
    places: dict[str, set[tuple[str, str]]] = {}
    columns = (events[name].tolist() for name in ("behavior", "video", "coder"))
    for behavior, video, coder in zip(*columns, strict=True):
        places.setdefault(behavior, set()).add((video, coder))
    return places
