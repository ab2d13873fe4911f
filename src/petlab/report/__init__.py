"""The report: one self-contained HTML page of what was run on what, its tables, figures and every single run."""

from petlab.report.gather import Chapter, Report, Run, gather
from petlab.report.page import render

__all__ = ["Chapter", "Report", "Run", "gather", "render"]
