"""The plugin's settings, as napari's preferences keep them under Ethoprism.

Their titles and defaults stand in ``napari.yaml``; a test holds the two together.
"""

import getpass
from dataclasses import dataclass

_PLUGIN = "ethoprism"


@dataclass(frozen=True)
class Settings:
    """What a user may choose for good.

    Parameters
    ----------
    annotator
        Who codes; empty for the login name.
    hold_ms
        A key that is held for longer than so many milliseconds codes for as long as it is held.
    observe_while_playing
        Whether what is played or stepped through in the coding mode counts as observed.
    cache_mb
        How much memory decoded pictures may take, in mebibytes.
    """

    annotator: str = ""
    hold_ms: int = 250
    observe_while_playing: bool = True
    cache_mb: int = 256

    @property
    def who(self) -> str:
        """Who codes: the annotator, else the login name."""
        return self.annotator.strip() or _login_name()


def read_settings() -> Settings:
    """Read the settings; the defaults where this napari keeps none for plugins."""
    try:
        from napari.settings import get_plugin_settings

        stored = get_plugin_settings(_PLUGIN)
    except (ImportError, KeyError):  # napari before 0.9, or the plugin is switched off there
        return Settings()
    coding, pictures = stored.coding, stored.pictures
    return Settings(
        coding.annotator, coding.hold_ms, coding.observe_while_playing, pictures.cache_mb
    )


def _login_name() -> str:
    try:
        return getpass.getuser().strip() or "annotator"
    except (OSError, KeyError, ImportError):  # a system that knows no users
        return "annotator"
