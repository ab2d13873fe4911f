"""Write the tables of README.md and docs/performance.md from what is committed: `python scripts/update_tables.py`."""

import sys
from pathlib import Path

from petlab.commands.keep import update_tables

if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    sys.exit(update_tables([here / "README.md", here / "docs" / "performance.md"], here / "results"))
