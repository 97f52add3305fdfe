"""Pictures that were decoded lately, as many as a share of memory holds."""

import threading
from collections import OrderedDict

import numpy as np


class PictureCache:
    """Keeps the pictures that were used last. Safe from several threads.

    Parameters
    ----------
    most_bytes
        How much the pictures may take; the last two are kept whatever their size.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._pictures: OrderedDict[int, np.ndarray] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __contains__(self, frame: object) -> bool:
        return frame in self._pictures

    @property
    def bytes(self) -> int:
        """How much the pictures take."""
        return self._bytes

    def get(self, frame: int) -> np.ndarray | None:
        """Give the picture of a frame if it is here."""
        with self._lock:
            if frame in self._pictures:
                self._pictures.move_to_end(frame)
            return self._pictures.get(frame)

    def put(self, frame: int, picture: np.ndarray) -> None:
        """Keep a picture; those that were not used for longest make room."""
        with self._lock:
            replaced = self._pictures.pop(frame, None)
            self._bytes -= 0 if replaced is None else replaced.nbytes
            self._pictures[frame] = picture
            self._bytes += picture.nbytes
            while self._bytes > self.most_bytes and len(self._pictures) > 2:
                self._bytes -= self._pictures.popitem(last=False)[1].nbytes
