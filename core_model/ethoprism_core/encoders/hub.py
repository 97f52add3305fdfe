"""The public weights of the encoders, fetched on first use; nothing else is ever downloaded."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ethoprism_core.encoders.download import DownloadError, Progress, download
from ethoprism_core.errors import EthoprismError

_HUB = "https://huggingface.co"


@dataclass(frozen=True)
class RemoteFile:
    """A file on a server, and its name in the cache."""

    url: str
    name: str

    @classmethod
    def on_hub(cls, repository: str, name: str) -> "RemoteFile":
        """Name a file of a repository on the Hugging Face hub."""
        return cls(f"{_HUB}/{repository}/resolve/main/{name}", name)


WEIGHTS = {
    "videoprism-base": RemoteFile.on_hub(
        "google/videoprism-base-f16r288", "flax_base_f16r288_repeated.npz"
    ),
    "videoprism-large": RemoteFile.on_hub(
        "google/videoprism-large-f8r288", "flax_large_f8r288_repeated.npz"
    ),
    "videoprism-lvt-base": RemoteFile.on_hub(
        "google/videoprism-lvt-base-f16r288", "flax_lvt_base_f16r288_repeated.npz"
    ),
    "videoprism-lvt-large": RemoteFile.on_hub(
        "google/videoprism-lvt-large-f8r288", "flax_lvt_large_f8r288_repeated.npz"
    ),
}
# part of the video-text models: the pieces of text that their text tower knows
VOCABULARY = RemoteFile(
    "https://storage.googleapis.com/t5-data/vocabs/cc_en.32000/sentencepiece.model",
    "cc_en.32000.sentencepiece.model",
)


def cache_folder() -> Path:
    """Return where weights are kept: ``ETHOPRISM_CACHE``, or the user's cache folder."""
    chosen = os.environ.get("ETHOPRISM_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("ethoprism", appauthor=False)


def fetch(file: RemoteFile, progress: Progress | None = None) -> Path:
    """Return the path of `file` in the cache, downloading it if it is not there.

    Parameters
    ----------
    file
        What to fetch.
    progress
        Called with the bytes that are there and the bytes of the whole file.

    Raises
    ------
    EthoprismError
        If the server cannot be reached, does not have the file, or sends a damaged one, or the
        cache cannot be written. The message says where to put the file by hand.
    """
    path = cache_folder() / file.name
    if path.exists():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        download(file.url, path, progress)
    except DownloadError as error:
        raise EthoprismError(
            f"cannot download ({error})",
            file.url,
            f"try again to go on, or put {path.name} into the folder {path.parent} by hand",
        ) from error
    except OSError as error:
        raise EthoprismError(
            f"cannot write the download ({error.strerror or error})",
            path.parent,
            "free some space, or set ETHOPRISM_CACHE to another folder",
        ) from error
    return path
