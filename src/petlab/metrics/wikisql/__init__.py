"""WikiSQL (Zhong et al. 2017): logical-form and execution accuracy of predicted queries, as its official evaluator.

A prediction is untrusted text or JSON. It is parsed into WikiSQL's form (column, aggregate, conditions) and never run
as text; what cannot be parsed scores 0 and is counted.
"""

from petlab.metrics.wikisql.execution import Tables
from petlab.metrics.wikisql.query import Query, Unreadable, parse_json, parse_prediction, parse_sql
from petlab.metrics.wikisql.scoring import VERSION, scores

__all__ = ["VERSION", "Query", "Tables", "Unreadable", "parse_json", "parse_prediction", "parse_sql", "scores"]
