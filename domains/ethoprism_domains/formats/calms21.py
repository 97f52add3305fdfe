"""Labels of CalMS21, with an annotation a frame, by annotator and by sequence; JSON or ``.npy``.

``{annotator: {sequence: {annotations, metadata: {vocab}, ...}}}``: each sequence is a video, each
number of `vocab` a behaviour, and `other` that nothing else is. Sequences without annotations, as
those to be tested on, are left out. The data set's ``.npy`` files hold the same as a pickle: they
are read only where the user says that they are to be trusted, and even then nothing in them is run.
Layout as in CalMS21 (Sun et al., 2021).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.formats.base import Format, Reading, ReadOptions, found_ethogram
from ethoprism_domains.formats.content import read_head, read_json
from ethoprism_domains.formats.expect import expect_frame, expect_list, expect_mapping, expect_text
from ethoprism_domains.formats.framewise import FrameLabels, reading_of_labels, unknown_labels
from ethoprism_domains.formats.losses import LossCounter
from ethoprism_domains.formats.pickled import is_pickled_array, read_pickled_array

_NOTHING = "other"

Sequence = tuple[str, str, dict[str, Any]]  # annotator, video, what is told of it


def sniff(path: Path, head: bytes) -> bool:
    """Recognise it by its outermost key, an annotator's; or a NumPy file of a pickled object."""
    if is_pickled_array(head):
        return True
    return head.lstrip().startswith(b"{") and head.lstrip()[1:].lstrip().startswith(b'"annotator-')


def read(path: Path, options: ReadOptions) -> Reading:
    """Read the annotations of all sequences; see the module."""
    return read_content(expect_mapping(_content(path, options), path, "the file"), path, options)


def read_content(content: dict[str, Any], path: Path, options: ReadOptions) -> Reading:
    """Read the annotations of all sequences out of what the file `path` holds."""
    losses = LossCounter()
    annotated = []
    for annotator, video, sequence in sequences(content, path):
        if sequence.get("annotations"):
            annotated.append((annotator, video, sequence))
        else:
            losses.add("sequences without annotations", video)
    vocabularies = [_vocabulary(sequence, path, video) for _, video, sequence in annotated]
    names = dict.fromkeys(name for words in vocabularies for name in words.values())
    behaviors = [name for name in names if name != _NOTHING]
    recordings = [
        _labels(annotator, video, sequence["annotations"], words, behaviors, path)
        for (annotator, video, sequence), words in zip(annotated, vocabularies, strict=True)
    ]
    ethogram = found_ethogram(path, behaviors, one_at_a_time=True)
    return reading_of_labels(path, recordings, ethogram, options, losses.report())


CALMS21 = Format(
    name="calms21",
    description="labels of CalMS21: an annotation a frame of several sequences",
    extensions=(".json", ".npy"),
    sniff=sniff,
    read=read,
    carries="the labels of each frame of all sequences, and who gave them",
    loses="keypoints and their scores",
)


def _content(path: Path, options: ReadOptions) -> object:
    if not is_pickled_array(read_head(path)):
        return read_json(path)
    if not options.trust_pickle:
        raise EthoprismError(
            "a NumPy file of pickled objects, which could run programs when it is opened",
            path,
            "take the data set's JSON, or if you trust it use ethoprism convert --trust-pickle",
        )
    return _as_in_json(read_pickled_array(path))


def _as_in_json(content: object) -> object:
    """Give what is read of a pickled file in the types that JSON has."""
    if not isinstance(content, dict):
        return content
    return {
        annotator: {video: _plain(sequence) for video, sequence in told.items()}
        if isinstance(told, dict)
        else told
        for annotator, told in content.items()
    }


def _plain(sequence: object) -> object:
    if not isinstance(sequence, dict):
        return sequence
    numbers, metadata = sequence.get("annotations"), sequence.get("metadata")
    vocabulary = metadata.get("vocab") if isinstance(metadata, dict) else None
    if isinstance(vocabulary, dict):
        vocabulary = {
            name: number.item() if isinstance(number, np.generic) else number
            for name, number in vocabulary.items()
        }
    numbers = numbers.tolist() if isinstance(numbers, np.ndarray) else numbers
    return {"annotations": numbers, "metadata": {"vocab": vocabulary}}


def sequences(content: dict[str, Any], path: Path) -> Iterator[Sequence]:
    """Yield the annotator, the name and all that is told of each sequence of the file `path`."""
    for annotator, told in content.items():
        for video, sequence in expect_mapping(told, path, annotator).items():
            yield annotator, video, expect_mapping(sequence, path, video)


def _vocabulary(sequence: dict[str, Any], path: Path, video: str) -> dict[int, str]:
    """Give the behaviour of each number."""
    metadata = expect_mapping(sequence.get("metadata"), path, f"{video}, metadata")
    told = expect_mapping(metadata.get("vocab"), path, f"{video}, vocab")
    return {
        expect_frame(number, path, f"{video}, vocab"): expect_text(name, path, f"{video}, vocab")
        for name, number in told.items()
    }


def _labels(
    annotator: str,
    video: str,
    told: object,
    words: dict[int, str],
    behaviors: list[str],
    path: Path,
) -> FrameLabels:
    numbers = expect_list(told, path, f"{video}, annotations")
    values = unknown_labels(path, len(numbers), 1, len(behaviors))
    for frame, value in enumerate(numbers):
        where = f"{video}, frame {frame}"
        number = expect_frame(value, path, where)
        if number not in words:
            raise EthoprismError(f"{where}: {number} is not in the vocabulary", path, "correct it")
        values[frame, 0] = [words[number] == name for name in behaviors]
    return FrameLabels(video, [""], behaviors, values, annotator)
