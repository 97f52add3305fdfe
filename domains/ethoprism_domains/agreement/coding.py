"""The labels of several coders of one video, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int8

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation import Annotations, Ethogram, Subject, frame_labels

FEWEST_CODERS = 2


@dataclass(frozen=True, eq=False)
class CodedVideo:
    """What each coder says of each frame of a video.

    Parameters
    ----------
    coders, individuals, behaviors
        Names along the axes of `labels`.
    frame_times
        In seconds.
    labels
        1 present, 0 absent, -1 unknown: not observed by this coder, or unsure.
    """

    video: str
    coders: tuple[str, ...]
    individuals: tuple[str, ...]
    behaviors: tuple[str, ...]
    frame_times: Float[np.ndarray, " time"]
    labels: Int8[np.ndarray, "coder time individual behavior"]


def align_coders(
    coders: Mapping[str, Annotations], frame_times: Callable[[str], Float[np.ndarray, " time"]]
) -> list[CodedVideo]:
    """Put coders' labels side by side, for each video that two of them observed.

    A behaviour that a coder never used is absent wherever that coder looked. Individuals are told
    apart where every event names one and some coder names several; else labels concern the whole
    scene.

    Parameters
    ----------
    coders
        Each coder's annotations, by name, all of the same behaviours.
    frame_times
        Gives a video's frame times in seconds, by its name.

    Raises
    ------
    EthoprismError
        If there is one coder only, or no video that two of them observed.
    """
    if len(coders) < FEWEST_CODERS:
        raise EthoprismError("one coder alone agrees with nobody", None, "name two or more")
    individuals = _individuals(list(coders.values()))
    seen_by = [set(annotations.observed["video"]) for annotations in coders.values()]
    names = dict.fromkeys(name for item in coders.values() for name in item.videos)
    shared = [name for name in names if sum(name in seen for seen in seen_by) >= FEWEST_CODERS]
    if not shared:
        videos = ", ".join(names) or "none at all"
        told = f"no video was observed by two coders (among {videos})"
        raise EthoprismError(told, ", ".join(coders), "compare codings of the same video")
    return [_align(coders, name, frame_times(name), individuals) for name in shared]


def _align(
    coders: Mapping[str, Annotations],
    video: str,
    frame_times: Float[np.ndarray, " time"],
    individuals: tuple[str, ...],
) -> CodedVideo:
    subjects = tuple(Subject(name) for name in individuals if name)
    labels = []
    for annotations in coders.values():
        ethogram = Ethogram(annotations.ethogram.behaviors, subjects)
        known = Annotations(annotations.events, annotations.observed, ethogram)
        dataset = frame_labels(known, video, frame_times, individuals=individuals)
        labels.append(dataset["labels"].to_numpy())
    behaviors = next(iter(coders.values())).ethogram.names
    return CodedVideo(video, tuple(coders), individuals, behaviors, frame_times, np.stack(labels))


def _individuals(coders: Sequence[Annotations]) -> tuple[str, ...]:
    named = [set(annotations.events["subject"]) for annotations in coders]
    everyone = set().union(*named)
    if "" in everyone or all(len(names) <= 1 for names in named):
        return ("",)
    return tuple(sorted(everyone))
