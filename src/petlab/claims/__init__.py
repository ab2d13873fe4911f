"""What the documents claim beside their tables, judged from the records of small benchmarks."""

from petlab.claims.claim import Claim, Missing, Verdict, undecided
from petlab.claims.listing import CLAIMS, MEASURED, chosen

__all__ = ["CLAIMS", "MEASURED", "Claim", "Missing", "Verdict", "chosen", "undecided"]
