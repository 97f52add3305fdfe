"""What our NWB files call things, and what files from elsewhere may call them."""

from collections.abc import Mapping
from datetime import UTC, datetime

UNKNOWN_START = datetime(1970, 1, 1, tzinfo=UTC)  # stands in where nobody knows the date
PLACEHOLDERS = (("sex", "U"), ("age", "P0D/"))
OBSERVED = "observed"
ETHOGRAM = "ethogram"
SUBJECTS = "subjects"
POINTS = "points"
JUDGED_STATES = "judged_states"
JUDGED_POINTS = "judged_points"

# columns of text that tables have where some row says something, and what they are
DETAILS: Mapping[str, str] = {
    "subject": "The individual that does it",
    "modifiers": "Details of the behaviour: | parts the sets, a comma several values of one",
    "comment": "Free comment",
    "judgement": "present, unsure, or absent",
    "labeling_method": "manual, automated, or curated",
    "annotator": "Who coded it",
    "model": "The model that found it",
}
# what the attributes of a table of bouts tell of all its rows
ATTRIBUTES: Mapping[str, str] = {
    "labeling_method": "labeling_method",
    "annotator": "annotator",
    "model": "source_software",
}
# what a column may be called, the surest names first
NAMES: Mapping[str, tuple[str, ...]] = {
    "behavior": (
        "label",
        "labels",
        "behavior",
        "behaviour",
        "event_type",
        "event_name",
        "event",
        "action",
        "activity",
        "syllable",
        "motif",
        "state",
        "name",
    ),
    "subject": ("subject", "individual", "animal", "subject_id", "animal_id"),
    "modifiers": ("modifiers", "modifier"),
    "comment": ("comment", "annotation", "comments", "notes"),
    "judgement": ("judgement",),
    "labeling_method": ("labeling_method",),
    "annotator": ("annotator", "observer", "coder", "rater"),
    "model": ("model",),
    "confidence": ("confidence", "probability"),
    "event_id": ("event_id",),
    "video": ("video",),
}
TIMES = ("start_time", "stop_time", "timestamp", "duration")
FRAMES = ("start_frame", "stop_frame")
NO_BEHAVIOR = ("trials", "epochs", "invalid_times")
OBSERVED_NAMES = (OBSERVED, "observed_intervals", "observation_intervals")


def plain_text(text: str) -> str:
    """Give a text as HDF5 holds it: no NUL, and no half characters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
