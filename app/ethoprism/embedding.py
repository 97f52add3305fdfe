"""From video files to feature stores: open, follow the animals, embed, and name what is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import xarray as xr

from ethoprism import __version__
from ethoprism.defaults import DEFAULT_ENCODER
from ethoprism_core.encoders import Encoder, load_encoder
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features import EmbedSettings, Grid, embed_video
from ethoprism_core.features.store import partial_path, stored_attributes
from ethoprism_core.video import Rectangle, Video, find_videos, read_regions
from ethoprism_core.video.follow import follow_animals
from ethoprism_core.video.gaps import fill_gaps
from ethoprism_core.video.pose_files import read_tracks
from ethoprism_core.video.tracks import load_tracks, save_tracks, track_notices

DEFAULT_OUT = "features"

Progress = Callable[[int, int], None]


@runtime_checkable
class Stages(Protocol):
    """Opens a stage of the work and tells how far it has come: `ethoprism.cli.console.progress`."""

    def __call__(
        self, description: str, unit: str = "frames"
    ) -> AbstractContextManager[Progress | None]:
        """Open the stage; what it gives is called with what is done and all there is to do."""


@dataclass(frozen=True)
class Recipe:
    """How every video of a run is embedded.

    Parameters
    ----------
    encoder
        From `load_encoder`.
    settings
        Windows, grid, crop or regions.
    follow
        Animals to follow, each in a square of its own; 0 for the picture as it is; None for one,
        or none where a crop or regions are given.
    tracks
        A file of tracks to follow instead.
    out
        Stores are written to ``out/<encoder>/<video>.zarr``.

    Raises
    ------
    EthoprismError
        If animals are to be followed and a crop or regions are given.
    """

    encoder: Encoder
    settings: EmbedSettings = field(default_factory=EmbedSettings)
    follow: int | None = None
    tracks: Path | None = None
    out: Path = Path(DEFAULT_OUT)

    def __post_init__(self) -> None:
        if self.shows_parts and (self.follow or self.tracks):
            what = "regions" if self.settings.regions else "a crop"
            raise EthoprismError(
                f"{what} and followed animals exclude each other", None, "choose one"
            )

    @property
    def shows_parts(self) -> bool:
        """Whether the encoder is shown fixed parts of the picture."""
        return self.settings.crop is not None or bool(self.settings.regions)


@dataclass(frozen=True)
class Embedded:
    """What became of one video.

    Parameters
    ----------
    features
        Its feature store.
    tracks
        The tracks of its animals, where they were followed.
    computed
        Whether anything had to be computed.
    notices
        What the user should know.
    """

    features: Path
    tracks: Path | None
    computed: bool
    notices: tuple[str, ...]


def embed(
    videos: str | Path | Sequence[str | Path],
    encoder: str | Encoder = DEFAULT_ENCODER,
    out: str | Path = DEFAULT_OUT,
    *,
    stride: int | None = None,
    frame_step: int = 1,
    milliseconds: float | int | None = None,
    grid: str | None = None,
    crop: tuple[int, int, int, int] | None = None,
    regions: Mapping[str, str | Sequence[object]] | None = None,
    follow: int | None = None,
    tracks: str | Path | None = None,
    stages: Stages | None = None,
) -> list[Path]:
    """Embed videos, and return their feature stores in the order of the videos.

    What is stored already is not computed again, and what was interrupted is taken up.

    Parameters
    ----------
    videos
        Video files, and folders to be searched for them.
    encoder
        An encoder, or the name of one.
    out
        Stores are written to ``out/<encoder>/<video>.zarr``.
    stride, frame_step
        Frames from one window to the next (8, or half a window of `milliseconds`, if not given),
        and from one frame of a window to the next.
    milliseconds
        How long a window lasts, in place of `frame_step`.
    grid
        ``TIMExROWxCOLUMN``, ``TIMExROWxCOLUMN:lattice`` or ``full``; None for the encoder's own.
    crop
        The part of the picture that is encoded: left, top, width and height in pixels.
    regions
        Named parts of the picture that are encoded each by itself: left, top, width and height in
        pixels, or in shares as in ``{"face": "10%,5%,40%,40%"}``.
    follow
        How many animals are followed, each in a square of its own; 0 for the picture as it is.
        By default one, or none where `crop` or `regions` are given. Where the camera moves, the
        square is the whole picture.
    tracks
        A file of tracks to follow instead.
    stages
        Shows progress, as `ethoprism.cli.console.progress` does; nothing is shown if not given.

    Raises
    ------
    EthoprismError
        At the first video that cannot be embedded.
    """
    stages = stages or silently
    paths = find_videos([videos] if isinstance(videos, str | Path) else videos)
    loaded = fetch_encoder(encoder, stages=stages) if isinstance(encoder, str) else encoder
    settings = EmbedSettings(
        stride,
        frame_step,
        None if grid is None else Grid.parse(grid, loaded.token_shape),
        None if crop is None else Rectangle(*crop),
        read_regions(regions or {}),
        milliseconds,
    )
    recipe = Recipe(loaded, settings, follow, None if tracks is None else Path(tracks), Path(out))
    return [embed_file(path, recipe, stages).features for path in paths]


def fetch_encoder(
    name: str,
    checkpoint: str | None = None,
    dtype: str | None = None,
    size: int | None = None,
    stages: Stages | None = None,
) -> Encoder:
    """Load an encoder, and show how far the download of its weights is; see `load_encoder`."""
    with (stages or silently)(f"{name}: loading", "MB") as progress:
        return load_encoder(name, checkpoint, dtype, size, _in_megabytes(progress))


def _in_megabytes(progress: Progress | None) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total: progress(done // 10**6, total // 10**6)


@contextmanager
def silently(description: str, unit: str = "frames") -> Iterator[None]:
    """Run a stage without telling how far it has come."""
    yield None


def embed_file(path: Path, recipe: Recipe, stages: Stages = silently) -> Embedded:
    """Embed one video.

    Raises
    ------
    EthoprismError
        If the file is no readable video, the recipe does not fit it, or nothing can be written.
    """
    with Video(path) as video:
        store = _store_path(video, recipe.out / recipe.encoder.name)
        tracks_path = store.with_suffix(".tracks.nc")
        tracks = _find_tracks(video, recipe, tracks_path, stages)
        with stages(f"{path.name}: embedding") as progress:
            computed = embed_video(video, recipe.encoder, store, recipe.settings, tracks, progress)
        about_tracks = () if tracks is None else track_notices(tracks)
        about_windows = recipe.settings.notices(video.times, recipe.encoder.clip_frames)
        notices = (*video.notices, *about_tracks, *about_windows)
    return Embedded(store, None if tracks is None else tracks_path, computed, notices)


def _find_tracks(video: Video, recipe: Recipe, path: Path, stages: Stages) -> xr.Dataset | None:
    """Return the animals to follow: from the recipe's file, an earlier run, or the video."""
    if recipe.tracks is not None:
        tracks = fill_gaps(read_tracks(recipe.tracks, video.times), recipe.tracks)
        # other programs do not tell it, and no square is to be larger than the picture
        tracks = tracks.assign_attrs(picture_size=list(video.size))
        save_tracks(tracks, path)
        return tracks
    follow = recipe.follow
    if follow is None:
        follow = 0 if recipe.shows_parts else 1
    return followed_tracks(video, follow, path, stages) if follow else None


def followed_tracks(video: Video, count: int, path: Path, stages: Stages) -> xr.Dataset:
    """Follow up to `count` animals, and keep their tracks in the file `path` from run to run."""
    made = {
        "video_fingerprint": video.index.fingerprint,
        "followed": count,
        "software_version": __version__,
    }
    kept = _kept_tracks(path)
    if kept is not None and made.items() <= kept.attrs.items():
        return kept
    with stages(f"{video.path.name}: following") as progress:
        tracks = follow_animals(video, count, progress=progress).assign_attrs(made)
    save_tracks(tracks, path)
    return tracks


def _kept_tracks(path: Path) -> xr.Dataset | None:
    try:
        return load_tracks(path)
    except EthoprismError:  # absent or damaged: they are found anew
        return None


def _store_path(video: Video, folder: Path) -> Path:
    """Return where the features of `video` belong: no two videos share a store."""
    path = folder / f"{video.path.stem}.zarr"
    if _may_write(video, path):
        return path
    return folder / f"{video.path.stem}-{video.index.fingerprint[:8]}.zarr"


def _may_write(video: Video, path: Path) -> bool:
    """Whether `path` is free, or holds the features of the same file or the same content."""
    owner = stored_attributes(path) or stored_attributes(partial_path(path))
    same_file = owner.get("video_path") == str(video.path.resolve())
    return not owner or same_file or owner.get("video_fingerprint") == video.index.fingerprint
