"""Features: what a frozen encoder makes of a video's windows, and where it is kept."""

from ethoprism_core.features.embed import embed_video
from ethoprism_core.features.grid import Grid
from ethoprism_core.features.settings import EmbedSettings
from ethoprism_core.features.store import open_features
from ethoprism_core.features.windows import WindowPlan, plan_windows

__all__ = [
    "EmbedSettings",
    "Grid",
    "WindowPlan",
    "embed_video",
    "open_features",
    "plan_windows",
]
