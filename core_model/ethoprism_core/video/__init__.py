"""Exact video: every frame by its number, the same picture whichever way it is reached."""

from ethoprism_core.video.clips import Crop, Rectangle, cut, resize
from ethoprism_core.video.find import VIDEO_SUFFIXES, find_videos
from ethoprism_core.video.index import HeaderClaims, VideoIndex
from ethoprism_core.video.index_cache import load_index
from ethoprism_core.video.info import wrong_claims
from ethoprism_core.video.reader import Video
from ethoprism_core.video.regions import Region, plain_regions, read_regions

__all__ = [
    "VIDEO_SUFFIXES",
    "Crop",
    "HeaderClaims",
    "Rectangle",
    "Region",
    "Video",
    "VideoIndex",
    "cut",
    "find_videos",
    "load_index",
    "plain_regions",
    "read_regions",
    "resize",
    "wrong_claims",
]
