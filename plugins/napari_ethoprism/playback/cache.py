"""Pictures that were decoded lately, as many as a share of memory holds."""

import threading
from collections import OrderedDict
from collections.abc import Iterable

import numpy as np


class PictureCache:
    """Keeps the pictures that were used last. Safe from several threads.

    They lie in one piece of memory that goes back to the system as a whole: thousands of pieces
    that come and go leave gaps, and a day of videos would fill the memory with those.

    Parameters
    ----------
    size
        ``(height, width)`` of the pictures.
    most_bytes
        How much the pictures may take; there is room for two whatever their size.
    """

    def __init__(self, size: tuple[int, int], most_bytes: int) -> None:
        self.room = max(2, most_bytes // (size[0] * size[1] * 3))
        self._slab = np.empty((self.room, *size, 3), np.uint8)
        self._places: OrderedDict[int, int] = OrderedDict()  # of the frames, the oldest use first
        self._lock = threading.Lock()

    def __contains__(self, frame: object) -> bool:
        return frame in self._places

    def __len__(self) -> int:
        return len(self._places)

    def get(self, frame: int) -> np.ndarray | None:
        """Give a copy of the picture of a frame if it is here."""
        with self._lock:
            if frame not in self._places:
                return None
            self._places.move_to_end(frame)
            return np.array(self._slab[self._places[frame]])

    def touch(self, frames: Iterable[int]) -> None:
        """Count frames that are here as used, the last one latest."""
        with self._lock:
            for frame in frames:
                if frame in self._places:
                    self._places.move_to_end(frame)

    def put(self, frame: int, picture: np.ndarray) -> None:
        """Keep a picture; the one that was not used for longest makes room."""
        with self._lock:
            place = self._places.pop(frame, len(self._places))
            if place == self.room:
                place = self._places.popitem(last=False)[1]
            self._slab[place] = picture
            self._places[frame] = place

    def clear(self) -> None:
        """Let all pictures go, and their memory."""
        with self._lock:
            self._places.clear()
            self._slab, self.room = self._slab[:0], 0
