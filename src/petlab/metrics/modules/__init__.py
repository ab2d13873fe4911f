"""The metrics as `evaluate` modules that need no hub: `evaluate.combine([Glue("mrpc"), Glue("cola")])` works offline.

Importing this package imports evaluate and datasets; nothing else of petlab.metrics does.
"""

from petlab.metrics.modules.labels import Glue
from petlab.metrics.modules.queries import WikiSQL
from petlab.metrics.modules.text import E2E, DartScores, ExactMatch, RougeL, Summaries, WebNLG

__all__ = ["E2E", "DartScores", "ExactMatch", "Glue", "RougeL", "Summaries", "WebNLG", "WikiSQL"]
