"""Which predictions a person should look at first: doubtful ones, and unlike one another.

`doubtful_bouts` and `nearly_bouts` list candidates with how doubtful each is and why;
`choose_queue` puts them in an order in which each is worth the look.
"""

from ethoprism_domains.review.candidates import Candidate
from ethoprism_domains.review.doubt import doubtful_bouts
from ethoprism_domains.review.missed import nearly_bouts
from ethoprism_domains.review.queueing import choose_queue
from ethoprism_domains.review.vectors import candidate_vectors

__all__ = [
    "Candidate",
    "candidate_vectors",
    "choose_queue",
    "doubtful_bouts",
    "nearly_bouts",
]
