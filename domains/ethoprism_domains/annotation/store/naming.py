"""File names for a video and an annotator that every system can hold.

`<video>.<annotator>.csv`: letters that some system forbids or that have a meaning here are written
``%XX`` (the hexadecimal bytes of UTF-8), dots of the annotator's name too, so that a file's name
tells both. Upper and lower case stay; two names that differ in nothing else are refused.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.annotation.behaviors import name_is_clean

TABLE, JOURNAL = ".csv", ".journal.jsonl"
_FORBIDDEN = re.compile(r'[<>:"/\\|?*%~\x00-\x1f\x7f]|^[ .]|[ .]$')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_CUT = re.compile(r"_[0-9a-f]{8}$")
_LONGEST = 90  # bytes for either name: with a date behind it, a name still fits into 255


@dataclass(frozen=True)
class AnnotationPaths:
    """Where the annotations of one video by one annotator are.

    Parameters
    ----------
    folder
        The folder of all annotations.
    stem
        What all their names begin with.
    """

    folder: Path
    stem: str

    @classmethod
    def of(cls, folder: str | Path, video: str, annotator: str) -> "AnnotationPaths":
        """Find the names for a video and an annotator.

        Raises
        ------
        EthoprismError
            If a name is empty or not printable, or differs only in case from one that is there.
        """
        for name, what in ((video, "video"), (annotator, "annotator")):
            if not name_is_clean(name):
                told = f"{name!r} is no name for a {what}"
                raise EthoprismError(told, folder, "give one that is printable")
        stem = f"{spelled(video)}.{spelled(annotator).replace('.', '%2E')}"
        _refuse_other_case(Path(folder), stem)
        return cls(Path(folder), stem)

    @property
    def table(self) -> Path:
        """The tidy table of events."""
        return self.folder / f"{self.stem}{TABLE}"

    @property
    def journal(self) -> Path:
        """The journal of all actions."""
        return self.folder / f"{self.stem}{JOURNAL}"

    @property
    def backups(self) -> Path:
        """The folder of former tables."""
        return self.folder / "backups"

    def branch(self, session: str) -> Path:
        """Name the journal of a session that found the other one in use."""
        return self.folder / f"{self.stem}~{session}{JOURNAL}"

    def branches(self) -> list[Path]:
        """All such journals, in the order of their names."""
        begin = f"{self.stem}~"
        names = (name for name in file_names(self.folder) if name.startswith(begin))
        return sorted(self.folder / name for name in names if name.endswith(JOURNAL))


def names_of(stem: str) -> tuple[str, str]:
    """Tell the video and the annotator of files whose names begin with `stem`.

    Names that were too long for a file come back cut.
    """
    video, _, annotator = stem.rpartition(".")
    return unquote(video), unquote(annotator)


def is_cut(stem: str) -> bool:
    """Say whether one of the names may have been too long for a file."""
    return any(_CUT.search(part) for part in stem.rpartition("."))


def stems_in(folder: str | Path) -> list[str]:
    """List what the names of all annotations in a folder begin with."""
    stems = set()
    for name in file_names(Path(folder)):
        ending = next((end for end in (JOURNAL, TABLE) if name.endswith(end)), None)
        stem = name.removesuffix(ending or "").split("~", 1)[0]
        if ending and not name.startswith(".") and stem.rpartition(".")[0]:
            stems.add(stem)
    return sorted(stems)


def file_names(folder: Path) -> list[str]:
    """List a folder's files, letters composed: some systems take accents apart."""
    names = (path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return [unicodedata.normalize("NFC", name) for name in names]


def spelled(name: str) -> str:
    """Spell a name so that every system can hold it as a file's."""
    name = unicodedata.normalize("NFC", name)
    text = _FORBIDDEN.sub(lambda found: _escaped(found[0]), name)
    if _RESERVED.match(text):
        text = _escaped(text[0]) + text[1:]
    if len(text.encode()) <= _LONGEST:
        return text
    digest = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    short = text.encode()[: _LONGEST - 12].decode(errors="ignore")
    return re.sub(r"(%[0-9A-F]?|[ .])$", "", short) + f"_{digest}"


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _refuse_other_case(folder: Path, stem: str) -> None:
    for name in file_names(folder):
        other = name.split("~", 1)[0].removesuffix(JOURNAL).removesuffix(TABLE)
        if other != stem and other.casefold() == stem.casefold():
            raise EthoprismError(
                f"{unquote(stem)!r} and {unquote(other)!r} differ only in upper and lower case",
                folder,
                "some systems take them for one file: use one of the two",
            )
