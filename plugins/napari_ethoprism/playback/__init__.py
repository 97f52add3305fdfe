"""Playing a video: the clock of the playhead, and the pictures that the screen needs next."""

from napari_ethoprism.playback.moves import SPEEDS, Moves
from napari_ethoprism.playback.observing import Observing
from napari_ethoprism.playback.pictures import Pictures
from napari_ethoprism.playback.player import Player

__all__ = ["SPEEDS", "Moves", "Observing", "Pictures", "Player"]
