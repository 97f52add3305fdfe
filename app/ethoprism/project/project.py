"""A project's folder: what is in it, and where."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ethoprism.project.states import VideoState, video_states
from ethoprism.project.videos import (
    ProjectVideo,
    find_moved,
    fingerprints,
    new_videos,
    stored_path,
    video_path,
    videos_from,
)
from ethoprism.project.yaml_file import changed_yaml, dump_yaml, read_yaml
from ethoprism_core.errors import EthoprismError
from ethoprism_core.files import write_text
from ethoprism_domains.annotation import Annotations, Ethogram, make_observed
from ethoprism_domains.annotation.store import AnnotationStore, Collected, collect

FORMAT = 1
PROJECT_FILE = "project.yaml"
_ETHOGRAM_KEYS = ("behaviors", "exclusive", "subjects")


class Project:
    """A project that is there; `create` makes one, `open` reads one. No video is decoded.

    Attributes
    ----------
    folder
        The project's folder.
    ethogram, videos
        What is coded, in which videos.
    domain, encoder
        Names; empty if not chosen.
    embedding
        How videos are embedded, other than by default: fields of `EmbedOptions`.
    """

    def __init__(self, folder: Path, text: str, content: Mapping[str, Any]) -> None:
        self.folder = folder
        self._lock = threading.Lock()  # a window changes a project from several threads
        self._take(text, content)

    @classmethod
    def create(
        cls, folder: str | Path, ethogram: Ethogram, *, domain: str = "", encoder: str = ""
    ) -> "Project":
        """Make a project in a folder that has none.

        Raises
        ------
        EthoprismError
            If there is one already, or the folder cannot be written to.
        """
        folder = Path(folder)
        if (folder / PROJECT_FILE).exists():
            raise EthoprismError("there is a project already", folder / PROJECT_FILE, "open it")
        chosen = {"domain": domain, "encoder": encoder}
        content = {"format": FORMAT, **{key: value for key, value in chosen.items() if value}}
        write_text(folder / PROJECT_FILE, dump_yaml(content | ethogram.to_mapping()))
        return cls.open(folder)

    @classmethod
    def open(cls, folder: str | Path) -> "Project":
        """Read a project.

        Raises
        ------
        EthoprismError
            If there is none, or its ``project.yaml`` has a mistake, which it names.
        """
        folder = Path(folder)
        folder = folder.parent if folder.name == PROJECT_FILE else folder
        if not (folder / PROJECT_FILE).is_file():
            remedy = "name the folder of a project, or make one with: ethoprism project init"
            raise EthoprismError(f"there is no {PROJECT_FILE}", folder, remedy)
        return cls(folder, *read_yaml(folder / PROJECT_FILE))

    @property
    def file(self) -> Path:
        """The project's own file."""
        return self.folder / PROJECT_FILE

    @property
    def annotations_folder(self) -> Path:
        """Where the annotations are."""
        return self.folder / "annotations"

    def __getitem__(self, name: str) -> ProjectVideo:
        for video in self.videos:
            if video.name == name:
                return video
        raise EthoprismError("the project has no such video", name, "see: ethoprism project status")

    def path_of(self, video: str) -> Path:
        """Give the place of a video's file, whether it is there or not."""
        return video_path(self.folder, self[video])

    def store(self, video: str, annotator: str, **options: Any) -> AnnotationStore:
        """Open the annotations of a video by an annotator; options as for `AnnotationStore`."""
        given = {"ethogram": self.ethogram} | options
        return AnnotationStore(self.annotations_folder, self[video].name, annotator, **given)

    def collect(self) -> Collected:
        """Read all annotations."""
        return collect(self.annotations_folder)

    def annotations(self, annotator: str | None = None) -> Annotations:
        """Give all annotations of one annotator, who may stay unnamed where there is but one.

        Raises
        ------
        EthoprismError
            If it is not clear whose are meant.
        """
        found = self.collect()
        coders = sorted({*found.events["coder"], *found.observed["coder"]})
        if annotator is None and len(coders) > 1:
            raise EthoprismError("several annotators", ", ".join(coders), "choose one of them")
        if annotator is not None and annotator not in coders:
            known = ", ".join(coders) or "nobody"
            raise EthoprismError("no annotations by", annotator, f"there are those of {known}")
        chosen = annotator or (coders[0] if coders else "")
        events = found.events[found.events["coder"] == chosen].drop(columns="coder")
        observed = found.observed[found.observed["coder"] == chosen].drop(columns="coder")
        return Annotations(events, make_observed(observed), self.ethogram)

    def states(self) -> list[VideoState]:
        """Say how far each video is."""
        return video_states(self.videos, self.collect(), self.folder / "predictions")

    def missing(self) -> list[ProjectVideo]:
        """Name the videos whose file is not where it was."""
        return [video for video in self.videos if not video_path(self.folder, video).is_file()]

    def add_videos(
        self,
        paths: Iterable[str | Path],
        group: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> list[ProjectVideo]:
        """Add video files, and give those that the project did not have.

        Parameters
        ----------
        progress
            Called with the files looked at and their total.

        Raises
        ------
        EthoprismError
            If a file cannot be read; then none is added.
        """
        present = {video_path(self.folder, video) for video in self.videos}
        lacking = [file for file in (Path(path).resolve() for path in paths) if file not in present]
        prints = fingerprints(lacking, progress)
        with self._lock:
            self._reread()
            added = new_videos(prints, self.folder, self.videos, group)
            if added:
                self._write({"videos": [*self._listed(), *(video.mapping() for video in added)]})
        return added

    def locate(self, candidates: Iterable[str | Path]) -> dict[str, Path]:
        """Find missing videos by their content among files, and remember where they are now."""
        found = find_moved(self.missing(), map(Path, candidates))
        if found:
            with self._lock:
                self._reread()
                self._write({"videos": self._relisted(found)})
        return found

    def set_ethogram(self, ethogram: Ethogram) -> None:
        """Write another ethogram; events of behaviours that it lacks stay in the annotations."""
        mapping = ethogram.to_mapping()
        with self._lock:
            self._reread()
            present = [key for key in _ETHOGRAM_KEYS if key in mapping or key in self._content]
            self._write({key: mapping.get(key, []) for key in present})

    def set_encoder(self, encoder: str, embedding: Mapping[str, Any]) -> None:
        """Write which encoder is used, and how."""
        with self._lock:
            self._reread()
            self._write({"encoder": encoder, "embedding": dict(embedding)})

    def _listed(self) -> list[Any]:
        return list(self._content.get("videos") or [])

    def _relisted(self, found: Mapping[str, Path]) -> list[Any]:
        """Give the list of videos with new places for some."""
        listed = self._listed()
        for number, video in enumerate(self.videos):
            if video.name in found:
                path = stored_path(self.folder, found[video.name])
                own = listed[number] if isinstance(listed[number], dict) else video.mapping()
                listed[number] = own | {"name": video.name, "path": path}
        return listed

    def _write(self, changes: Mapping[str, Any]) -> None:
        if self._content.get("format", FORMAT) > FORMAT:
            told = f"made by a newer version (format {self._content['format']})"
            raise EthoprismError(told, self.file, "update Ethoprism to change it")
        write_text(self.file, changed_yaml(self._text, self._content, changes))
        self._reread()

    def _reread(self) -> None:
        """Read what somebody may have changed since, so that it is not written over."""
        self._take(*read_yaml(self.file))

    def _take(self, text: str, content: Mapping[str, Any]) -> None:
        self._text, self._content = text, content
        self.ethogram = Ethogram.from_mapping(content, str(self.file))
        self.videos = videos_from(content.get("videos"), self.file)
        self.domain = str(content.get("domain") or "")
        self.encoder = str(content.get("encoder") or "")
        embedding = content.get("embedding")
        self.embedding: Mapping[str, Any] = embedding if isinstance(embedding, Mapping) else {}


def read_ethogram(path: str | Path) -> Ethogram:
    """Read the ethogram of a YAML file, such as another project's.

    Raises
    ------
    EthoprismError
        If it cannot be read, or has a mistake, which it names.
    """
    return Ethogram.from_mapping(read_yaml(Path(path))[1], str(path))
