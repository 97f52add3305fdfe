"""Videos and projects that are dropped on a viewer or opened from its File menu."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from ethoprism_core.video import Video

Layers = list[tuple[Any, ...]]
_NOTHING: Layers = [(None,)]  # napari's way to say that a file was taken and gave no layer


def get_reader(path: str | Sequence[str]) -> Callable[[str | Sequence[str]], Layers] | None:
    """Give what reads videos and project files; None for anything else."""
    from ethoprism_core.video import VIDEO_SUFFIXES

    files = _files(path)
    known = all(file.suffix.lower() in VIDEO_SUFFIXES or _is_project(file) for file in files)
    return read if files and known else None


def read(path: str | Sequence[str]) -> Layers:
    """Open videos or a project in the workbench; without a window, give each video as a layer."""
    import napari

    viewer = napari.current_viewer()
    if viewer is not None:
        from napari_ethoprism.contributions import workbench_of

        workbench_of(viewer).opener.open_together(_files(path))
        return _NOTHING
    return [_layer(file) for file in _files(path) if not _is_project(file)]


def sample_video() -> Layers:
    """Give the first video of the sample study, simulated if need be."""
    from ethoprism.sample_study import SampleSettings, sample_folder
    from ethoprism_domains.simulated import write_study

    video = SampleSettings().planned()[0]
    folder = sample_folder() / "videos"
    if not (folder / f"{video.name}.mp4").is_file():
        write_study(folder.with_name("one video"), [video])
        folder = folder.with_name("one video")
    return [_layer(folder / f"{video.name}.mp4")]


class VideoFrames:
    """A video as the array ``(time, height, width, 3)`` of an image layer, decoded as asked for.

    Parameters
    ----------
    video
        The video.
    """

    ndim = 4

    def __init__(self, video: "Video") -> None:
        import numpy as np

        self.dtype = np.dtype(np.uint8)
        self.shape = (len(video), *video.size, 3)
        self.size = len(video) * video.size[0] * video.size[1] * 3
        self._video = video

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> "np.ndarray":
        time, *rest = key if isinstance(key, tuple) else (key,)
        if time is Ellipsis:
            time, rest = slice(None), [Ellipsis, *rest]
        if isinstance(time, slice):
            return self._video[time][(slice(None), *rest)]
        return self._video[int(time)][tuple(rest)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> "np.ndarray":
        return self._video[:].astype(dtype or self.dtype, copy=False)


def _layer(path: Path) -> tuple[Any, ...]:
    from ethoprism_core.video import Video

    options = {"name": path.name, "rgb": True, "multiscale": False, "contrast_limits": (0, 255)}
    return VideoFrames(Video(path)), options, "image"


def _files(path: str | Sequence[str]) -> list[Path]:
    return [Path(path)] if isinstance(path, str | Path) else [Path(one) for one in path]


def _is_project(path: Path) -> bool:
    return path.name == "project.yaml"
