"""How good predictions are: folds of unseen data, scores of frames and bouts, and their chance."""

from ethoprism_domains.evaluation.folds import Folds, first_last, leave_groups_out, time_blocks

__all__ = ["Folds", "first_last", "leave_groups_out", "time_blocks"]
