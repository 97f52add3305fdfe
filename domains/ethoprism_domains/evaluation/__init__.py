"""How good predictions are: folds of unseen data, scores of frames and bouts, and their chance.

`leave_groups_out`, `time_blocks` and `first_last` say what to train and test on; `evaluate` scores
the truth and predictions of `ScoredVideo`s and gives `Scores`.
"""

from ethoprism_domains.evaluation.bout_metrics import edge_errors, match_bouts, time_budget
from ethoprism_domains.evaluation.evaluate import evaluate
from ethoprism_domains.evaluation.folds import Folds, first_last, leave_groups_out, time_blocks
from ethoprism_domains.evaluation.frame_metrics import (
    average_precision,
    confusion_matrix,
    precision_recall_curve,
)
from ethoprism_domains.evaluation.measures import EvaluationSettings
from ethoprism_domains.evaluation.scored import ScoredVideo
from ethoprism_domains.evaluation.scores import MACRO, Scores, TextTable, summary_tables

__all__ = [
    "MACRO",
    "EvaluationSettings",
    "Folds",
    "ScoredVideo",
    "Scores",
    "TextTable",
    "average_precision",
    "confusion_matrix",
    "edge_errors",
    "evaluate",
    "first_last",
    "leave_groups_out",
    "match_bouts",
    "precision_recall_curve",
    "summary_tables",
    "time_blocks",
    "time_budget",
]
