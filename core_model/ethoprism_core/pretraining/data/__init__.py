"""What training learns from: footage, images and captions, cut and shuffled without end."""

from ethoprism_core.pretraining.data.batches import Batches, natural_weights
from ethoprism_core.pretraining.data.corpus import ClipShape, Corpus, Sample
from ethoprism_core.pretraining.data.dealing import DealtBatches
from ethoprism_core.pretraining.data.footage import ImageCorpus, Span, VideoCorpus, video_spans
from ethoprism_core.pretraining.data.items import Reading
from ethoprism_core.pretraining.data.manifest import Manifest, read_manifest
from ethoprism_core.pretraining.data.views import Views
from ethoprism_core.pretraining.data.vocabulary import learn_vocabulary, public_vocabulary

__all__ = [
    "Batches",
    "ClipShape",
    "Corpus",
    "DealtBatches",
    "ImageCorpus",
    "Manifest",
    "Reading",
    "Sample",
    "Span",
    "VideoCorpus",
    "Views",
    "learn_vocabulary",
    "natural_weights",
    "public_vocabulary",
    "read_manifest",
    "video_spans",
]
