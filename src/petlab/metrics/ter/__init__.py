"""TER as TERCOM 0.7.25 gives it (Snover et al. 2006), the TER of the WebNLG 2017 and DART scripts: 0 up, low is good.

The edits that turn an output into a reference (insertions, deletions, substitutions, shifts of blocks, each 1) over the
mean length of the row's references; a row counts the edits to the reference that needs fewest. The least number of
edits with shifts is hard to find. TERCOM's greedy search for shifts, its limits, its beam and its choice among equals
are part of the definition: another search, such as sacrebleu's, differs in the third decimal.
"""

from petlab.metrics.ter.corpus import Ter, corpus

__all__ = ["Ter", "corpus"]
