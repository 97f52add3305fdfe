"""What an annotator has coded in a project, as a study to train a probe on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from ethoprism.learning.coded import judge, observed_codings
from ethoprism.project import Project
from ethoprism.study import Study, keep_behaviors
from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Ethogram
from ethoprism_domains.annotation.editing import Coding, Event


def coded_study(project: Project, annotator: str) -> Study:
    """Collect what an annotator has coded, to train a probe on.

    Only what was observed counts, only behaviours that were coded at least once are learned, and
    predictions that nobody has judged teach nothing: where they lie in an observed stretch in which
    no event of a person speaks of that behaviour, the answer is unknown. Videos are grouped as the
    project says; a video without a group is one by itself.

    Raises
    ------
    EthoprismError
        If there is nothing to learn from; it says what is missing.
    """
    codings = observed_codings(project, annotator)
    coded = judge(codings, project.ethogram)
    if coded.obstacle:
        raise EthoprismError(coded.obstacle, None, "then train again")
    learned = [name for name, count in coded.bouts.items() if count]
    names = [coding.video for coding in codings]
    return Study(
        keep_behaviors(_annotations(codings, project.ethogram), learned),
        {name: project.path_of(name) for name in names},
        {name: project[name].group or name for name in names},
    )


def _annotations(codings: Sequence[Coding], ethogram: Ethogram) -> Annotations:
    """Join what is known: events of a person, and predictions as unknown where no person spoke."""
    known = [Coding.of(one.video, known_events(one), one.observed) for one in codings]
    events = pd.concat([one.table() for one in known], ignore_index=True)
    observed = pd.concat([one.observed_table() for one in known], ignore_index=True)
    return Annotations(events, observed, ethogram)


def known_events(coding: Coding) -> Iterator[Event]:
    """Yield what a person has said; predictions that nobody judged are unsure, or left out."""
    for event in coding.events.values():
        if event.labeling_method != "automated":
            yield event
        elif not _is_spoken_of(event, coding):
            yield replace(event, judgement="unsure")


def _is_spoken_of(event: Event, coding: Coding) -> bool:
    others = coding.track(event.subject, event.behavior)
    near = others.overlapping(event.start_frame, event.last_frame)
    return any(other.labeling_method != "automated" for other in near)
