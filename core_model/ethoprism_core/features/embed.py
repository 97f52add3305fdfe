"""Embed one video: from its frames to a finished feature store."""

import hashlib
import json
from collections.abc import Callable, Generator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import numpy as np
import xarray as xr

from ethoprism_core.encoders import Encoder, uses_every
from ethoprism_core.errors import EthoprismError
from ethoprism_core.features.frames import View, picture_pairs
from ethoprism_core.features.grid import Grid
from ethoprism_core.features.settings import EmbedSettings
from ethoprism_core.features.sharing import PicturePair, encode_shared
from ethoprism_core.features.store import LAYOUT, FeatureWriter, stored_attributes
from ethoprism_core.features.windows import WindowPlan, plan_windows
from ethoprism_core.video import Video
from ethoprism_core.video.follow import square_crops, trajectory

Progress = Callable[[int, int], None]


def embed_video(
    video: Video,
    encoder: Encoder,
    path: str | Path,
    settings: EmbedSettings = EmbedSettings(),  # noqa: B008
    tracks: xr.Dataset | None = None,
    progress: Progress | None = None,
) -> bool:
    """Write the features of `video` to the store `path`, unless they are there already.

    A run that was interrupted is taken up where it stopped. Memory does not grow with the video's
    length, tables of a few numbers a frame aside.

    Parameters
    ----------
    video
        The video.
    encoder
        From `load_encoder`.
    path
        The zarr folder to write.
    settings
        Windows, grid, crop or regions.
    tracks
        A box dataset: each individual is then encoded in a square that follows it.
    progress
        Called with the frames that are done and the frames of the video.

    Returns
    -------
    Whether anything had to be computed.

    Raises
    ------
    EthoprismError
        If the settings do not fit the video or the encoder, the tracks belong to another video,
        the encoder's numbers are not finite, or the store cannot be written.
    """
    path = Path(path)
    stride, step = settings.steps(video.times, encoder.clip_frames)
    plan = plan_windows(len(video), encoder.clip_frames, stride, step, uses_every(encoder))
    grid = settings.grid or Grid.default(encoder.token_shape)
    grid.check(encoder.token_shape)
    view = _view(video, encoder, settings, tracks)
    shown = settings.shown(video.size) if tracks is None else "follow"
    header = _with_settings(_header(video, encoder, plan, tracks), settings).assign_attrs(
        stride=stride, grid=str(grid), crop=shown
    )
    header.attrs["key"] = _key(header, view)
    if stored_attributes(path).get("key") == header.attrs["key"]:
        return False
    writer = FeatureWriter(path, header, (*grid.shape, encoder.feature_dim))
    rest = plan.after(writer.done)
    individuals = header.sizes.get("individual", 1)
    with closing(_with_progress(picture_pairs(video, rest, view), rest, progress)) as pairs:
        for features in encode_shared(pairs, rest, encoder, grid, individuals):
            writer.append(features)
    writer.finish()
    return True


def _view(
    video: Video, encoder: Encoder, settings: EmbedSettings, tracks: xr.Dataset | None
) -> View:
    if tracks is None:
        return View(encoder.frame_size, settings.parts(video.size, video.path))
    if settings.crop is not None or settings.regions:
        what = "regions" if settings.regions else "a crop"
        raise EthoprismError(f"{what} and tracks exclude each other", video.path, "choose one")
    if tracks.sizes["time"] != len(video):
        raise EthoprismError(
            f"the tracks have {tracks.sizes['time']} frames, the video {len(video)}",
            video.path,
            "give the tracks of this video",
        )
    _check_without_holes(tracks, video)
    return View(encoder.frame_size, squares=square_crops(tracks))


def _check_without_holes(tracks: xr.Dataset, video: Video) -> None:
    placed = tracks["position"].notnull() & tracks["shape"].notnull()
    absent = np.argwhere(~placed.all("space").transpose("time", "individual").values)
    if len(absent):
        frame, number = absent[0]
        raise EthoprismError(
            f"{tracks['individual'].values[number]!s} has no place in frame {frame}",
            video.path,
            "fill the gaps of its tracks",
        )


def _header(
    video: Video, encoder: Encoder, plan: WindowPlan, tracks: xr.Dataset | None
) -> xr.Dataset:
    """Return the store's coordinates, tables and attributes, all but those of the settings."""
    header = xr.Dataset(
        {"frame_time": ("frame", video.times)},
        coords={"window": plan.centres, "time": ("window", video.times[plan.centres])},
        attrs={
            "layout": LAYOUT,
            "encoder": encoder.name,
            "encoder_fingerprint": encoder.fingerprint,
            "clip_frames": encoder.clip_frames,
            "frame_step": plan.frame_step,
            "video": video.path.name,
            "video_path": str(video.path.resolve()),
            "video_fingerprint": video.index.fingerprint,
            "video_frames": len(video),
            "software_version": version("ethoprism"),
        },
    )
    if tracks is None:
        return header
    return header.assign(trajectory=trajectory(tracks, plan.centres))


def _with_settings(header: xr.Dataset, settings: EmbedSettings) -> xr.Dataset:
    """Add what only some settings have: stores made without them stay as they were."""
    if settings.milliseconds is not None:
        header = header.assign_attrs(milliseconds=float(settings.milliseconds))
    if settings.regions:
        header = header.assign_coords(individual=[region.name for region in settings.regions])
    return header


# what identifies a run, not what its numbers depend on
_NOT_IN_KEY = ("video", "video_path", "software_version")


def _key(header: xr.Dataset, view: View) -> str:
    """Return the fingerprint of all that the store's numbers depend on."""
    stated = {name: value for name, value in header.attrs.items() if name not in _NOT_IN_KEY}
    digest = hashlib.sha256(json.dumps([stated, view.size], sort_keys=True).encode())
    for name in sorted(str(name) for name in header.variables):
        digest.update(name.encode())
        digest.update(_bytes(header[name].values))
    if view.squares is not None:
        digest.update(view.squares.tobytes())
    return digest.hexdigest()[:32]


def _bytes(values: np.ndarray) -> bytes:
    # fixed-length text depends on its longest neighbour
    is_text = values.dtype.kind in "OTU"
    return "\0".join(map(str, values.ravel())).encode() if is_text else values.tobytes()


def _with_progress(
    pairs: Generator[PicturePair, None, None], plan: WindowPlan, progress: Progress | None
) -> Generator[PicturePair, None, None]:
    with closing(pairs):
        for frame, pair in zip(plan.frames, pairs, strict=True):
            yield pair
            if progress is not None:
                progress(int(frame) + 1, plan.frame_count)
