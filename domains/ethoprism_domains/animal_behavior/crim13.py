"""CRIM13: a resident mouse and an intruder, filmed at once from above and from the side.

A recording such as ``012609_A29_Block12_BCma1`` (date, resident, block, intruder) has the videos
``..._t.seq`` (top) and ``..._s.seq`` (side), and the annotation ``..._t.txt`` of Caltech's Behavior
Annotator, which holds for both: the two cameras run together. The folders' names, ``train`` and
``test``, or those of the archives, ``CRIM13_train1``, tell the split. Another person's annotation
has a further word in its file's name, ``..._t_second.txt``, or lies in a folder of its own.

Set by Burgos-Artizzu et al. (CVPR 2012), https://data.caltech.edu/records/4emt5-b0t10. The layout
is known from programs that read the set; it was not tried on the set itself, and how a second
person's files are called is a guess.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.animal_behavior.reading import (
    BACKGROUND,
    DOMAIN_NAME,
    HABITS,
    first_seen,
    in_seconds,
)
from ethoprism_domains.annotation import (
    Annotations,
    Behavior,
    Ethogram,
    Subject,
    empty_events,
    exclusive,
    make_observed,
    with_targets,
    written_target,
)
from ethoprism_domains.base import Dataset, Finding, Recording
from ethoprism_domains.formats import read_events
from ethoprism_domains.video_files import VideoFiles

DESCRIPTION = "CRIM13: annotations such as 012609_A29_Block12_BCma1_t.txt, and videos _t and _s"
RESIDENT, INTRUDER = INDIVIDUALS = ("resident", "intruder")
VIEWS = {"t": "top", "s": "side"}
DIRECTED = ("approach", "attack", "chase", "circle", "copulation", "sniff", "walk_away")
ALONE = ("clean", "drink", "eat", "up")
BEHAVIORS = (*DIRECTED, *ALONE, "human")
_NAME = re.compile(r"(?P<stem>\d{6}_(?P<resident>[^_]+)_.+?)_(?P<view>[ts])([_.-](?P<coder>.+))?")


def recognises(path: Path) -> bool:
    """Recognise it by the name of an annotation, as deep below `path` as the set's own are."""
    if not path.is_dir():
        return False
    files = (file for depth in ("", "*/", "*/*/") for file in path.glob(f"{depth}*.txt"))
    return any(_NAME.fullmatch(file.stem) for file in files)


def read_crim13(path: Path) -> Dataset:
    """Read the annotations below the folder `path`, and find their videos.

    Raises
    ------
    EthoprismError
        If there is no annotation.
    """
    sessions = _sessions(path)
    if not sessions:
        raise EthoprismError("there is no annotation", path, f"expected are {DESCRIPTION}")
    findings: list[Finding] = []
    videos = VideoFiles(path)
    recordings = tuple(
        recording for session in sessions for recording in _recordings(session, videos, findings)
    )
    said = [item for own in recordings for item in (own.annotations, *own.coders.values())]
    names = first_seen(name for item in said for name in item.ethogram.names)
    findings += _unconverted(path, recordings)
    findings += videos.unused()
    found = tuple(findings)
    return Dataset("CRIM13", DOMAIN_NAME, recordings, _ethogram(names), HABITS, found)


def of_view(dataset: Dataset, view: str) -> Dataset:
    """Keep the recordings of one view, ``top`` or ``side``."""
    chosen = tuple(item for item in dataset.recordings if item.metadata["view"] == view)
    return replace(dataset, name=f"{dataset.name}, {view}", recordings=chosen)


@dataclass(frozen=True)
class _Session:
    """What was filmed at once: its name, its resident, its split, and who has told what in it."""

    stem: str
    resident: str
    split: str
    files: dict[str, dict[str, Path]]  # by coder, "" for the set's own, then by view

    def file(self, coder: str, view: str) -> Path:
        """Give the coder's annotation of a view: that of the other view holds for it as well."""
        own = self.files[coder]
        return own.get(view) or next(iter(own.values()))


def _sessions(root: Path) -> list[_Session]:
    found: dict[str, _Session] = {}
    for path in sorted(root.rglob("*.txt")) if root.is_dir() else []:
        match = _NAME.fullmatch(path.stem)
        if match is None:
            continue
        told = _Session(match["stem"], match["resident"], _split(path, root), {})
        session = found.setdefault(match["stem"], told)
        coder = match["coder"] or ""
        if match["view"] in session.files.get(coder, {}):
            coder = path.parent.name  # the same name again: another person's, in their own folder
        session.files.setdefault(coder, {})[match["view"]] = path
    return list(found.values())


def _split(path: Path, root: Path) -> str:
    """Tell the split by the folders below `root`; what is to validate on is neither."""
    folders = "/".join(path.relative_to(root).parts[:-1]).casefold()
    return next((name for name in ("validation", "train", "test") if name in folders), "")


def _recordings(
    session: _Session, videos: VideoFiles, findings: list[Finding]
) -> Iterator[Recording]:
    first, *others = sorted(session.files)
    for letter, view in VIEWS.items():
        name = f"{session.stem}_{letter}"
        video = videos.of(name, name, findings)
        yield Recording(
            name,
            video,
            _annotations(session.file(first, letter), name, video, findings),
            INDIVIDUALS,
            {"animal": session.resident, "session": session.stem},
            metadata={"split": session.split, "view": view},
            coders={
                coder: _annotations(session.file(coder, letter), name, video, findings)
                for coder in others
            },
        )


def _annotations(path: Path, name: str, video: Path | None, findings: list[Finding]) -> Annotations:
    """Say who did what to whom; of a damaged file nothing is known, which is a finding."""
    try:
        read = read_events(path, "caltech", video=name)
    except EthoprismError as error:
        findings.append(Finding("unreadable file", name, str(error)))
        return Annotations(empty_events(), make_observed([]), Ethogram(()))
    strangers = [item for item in read.ethogram.names if item not in BEHAVIORS]
    for stranger in strangers:
        told = f"{stranger!r} in {path.name} is none of the set's behaviours; read as it stands"
        findings.append(Finding("unknown behaviour", name, told, wrong=False))
    behaviors = read.events["behavior"]
    events = read.events.assign(
        subject=["" if behavior == "human" else RESIDENT for behavior in behaviors],
        modifiers=[written_target(INTRUDER) if item in DIRECTED else "" for item in behaviors],
    )
    return in_seconds(Annotations(events, read.observed, _ethogram(read.ethogram.names)), video)


def _ethogram(names: Sequence[str]) -> Ethogram:
    order = [name for name in BEHAVIORS if name in names]
    order += [name for name in names if name not in (*BEHAVIORS, BACKGROUND)]
    behaviors = tuple(Behavior(name, per_subject=name != "human") for name in order)
    plain = Ethogram(exclusive(behaviors), tuple(map(Subject, INDIVIDUALS)))
    return with_targets(plain, DIRECTED, (INTRUDER,))


def _unconverted(root: Path, recordings: Sequence[Recording]) -> Iterator[Finding]:
    """Say once how the set's own videos become such as are read here."""
    lacking = {item.name for item in recordings if item.video is None}
    found = [path for path in sorted(root.rglob("*.seq")) if path.stem in lacking]
    if found:
        yield Finding(
            "video to convert",
            found[0].name,
            "no .seq is read: with Piotr's toolbox for MATLAB write its pictures, "
            "seqIo('NAME.seq', 'toImgs', 'NAME'), then a video beside it, "
            "ffmpeg -framerate 25 -start_number 0 -i NAME/I%05d.jpg NAME.mp4",
            len(found),
        )
