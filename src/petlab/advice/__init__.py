"""Which way of tuning for which task, amount of data and limit: the decision framework of Pu et al. 2023, section 3.2.

`evidence_of_records` and `evidence_of_print` gather what was measured; `advise` ranks it, or says what is missing.
"""

from petlab.advice.evidence import LIMITS, SCALES, TASKS, Evidence, Observation, scale_of
from petlab.advice.from_print import evidence_of_print
from petlab.advice.from_records import evidence_of_records
from petlab.advice.rank import Advice, Standing, advise
from petlab.advice.statements import ASIDES, STATEMENTS, Comparison, compare

__all__ = [
    "ASIDES",
    "LIMITS",
    "SCALES",
    "STATEMENTS",
    "TASKS",
    "Advice",
    "Comparison",
    "Evidence",
    "Observation",
    "Standing",
    "advise",
    "compare",
    "evidence_of_print",
    "evidence_of_records",
    "scale_of",
]
