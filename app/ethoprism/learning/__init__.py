"""What a project learns: its videos are embedded, a probe is trained on what is coded and predicts.

Everything is kept in the project's folder: ``features/<encoder>/<video>.zarr``,
``probes/<name>.safetensors`` with its card, ``predictions/<probe>/<video>.nc`` and ``.csv``.
"""

from ethoprism.learning.adopting import adopt_predictions, predicted_events
from ethoprism.learning.coded import Coded, coded_so_far, coded_study
from ethoprism.learning.encoder_guide import EncoderNote, encoder_notes
from ethoprism.learning.estimating import Estimate, estimate_embedding
from ethoprism.learning.places import (
    features_folder,
    predictions_path,
    probe_names,
    probe_path,
    project_options,
)
from ethoprism.learning.project_work import (
    Prepared,
    embed_project,
    predict_project,
    train_project,
)
from ethoprism.learning.review_queue import Queue, review_queue

__all__ = [
    "Coded",
    "EncoderNote",
    "Estimate",
    "Prepared",
    "Queue",
    "adopt_predictions",
    "coded_so_far",
    "coded_study",
    "embed_project",
    "encoder_notes",
    "estimate_embedding",
    "features_folder",
    "predict_project",
    "predicted_events",
    "predictions_path",
    "probe_names",
    "probe_path",
    "project_options",
    "review_queue",
    "train_project",
]
