"""Probes: small classifiers on frozen features that learn a lab's behaviours from few labels.

`gather_samples` reads feature stores and labels, `train_probe` cross-validates and fits,
`predict_video` and `predicted_bouts` apply a probe to a video, `save_probe` and `load_probe` keep
it. `CompactProbe` (the default), `AttentionProbe` and `LinearProbe` are scikit-learn estimators.
"""

from ethoprism_domains.annotation.predictions import predicted_bouts
from ethoprism_domains.probe.base import ProbeEstimator
from ethoprism_domains.probe.clips import gather_clips
from ethoprism_domains.probe.crossval import HeldOut, default_folds, predict_held_out
from ethoprism_domains.probe.layout import SampleLayout
from ethoprism_domains.probe.linear import LinearProbe
from ethoprism_domains.probe.neural import AttentionProbe, CompactProbe
from ethoprism_domains.probe.postprocess import BehaviorRule, PostProcessing, postprocess
from ethoprism_domains.probe.prediction import Probe, check_features, predict_video
from ethoprism_domains.probe.probe_file import load_probe, save_probe
from ethoprism_domains.probe.samples import Recording, Samples, gather_samples
from ethoprism_domains.probe.source import FeatureSource
from ethoprism_domains.probe.train import KINDS, Trained, make_estimator, train_probe
from ethoprism_domains.probe.tuning import Stretch, TunedRules, choose_processing

__all__ = [
    "KINDS",
    "AttentionProbe",
    "BehaviorRule",
    "CompactProbe",
    "FeatureSource",
    "HeldOut",
    "LinearProbe",
    "PostProcessing",
    "Probe",
    "ProbeEstimator",
    "Recording",
    "SampleLayout",
    "Samples",
    "Stretch",
    "Trained",
    "TunedRules",
    "check_features",
    "choose_processing",
    "default_folds",
    "gather_clips",
    "gather_samples",
    "load_probe",
    "make_estimator",
    "postprocess",
    "predict_held_out",
    "predict_video",
    "predicted_bouts",
    "save_probe",
    "train_probe",
]
