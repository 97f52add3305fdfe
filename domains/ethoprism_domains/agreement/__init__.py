"""How far coders of the same videos agree: people with people, and people with a model.

`align_coders` puts the labels of several coders side by side, `measure_agreement` compares them.
"""

from ethoprism_domains.agreement.bouts import count_pair_bouts
from ethoprism_domains.agreement.coding import CodedVideo, align_coders
from ethoprism_domains.agreement.kappa import (
    cohen_kappa,
    coincidences,
    fleiss_kappa,
    krippendorff_alpha,
)
from ethoprism_domains.agreement.measure import (
    ALL_BEHAVIORS,
    Agreement,
    AgreementSettings,
    measure_agreement,
)
from ethoprism_domains.agreement.moments import compare_pair, sampled_frames
from ethoprism_domains.agreement.timeline import DISAGREEMENT_COLUMNS, disagreements

__all__ = [
    "ALL_BEHAVIORS",
    "DISAGREEMENT_COLUMNS",
    "Agreement",
    "AgreementSettings",
    "CodedVideo",
    "align_coders",
    "cohen_kappa",
    "coincidences",
    "compare_pair",
    "count_pair_bouts",
    "disagreements",
    "fleiss_kappa",
    "krippendorff_alpha",
    "measure_agreement",
    "sampled_frames",
]
