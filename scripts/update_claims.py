"""Write docs/claims.md and its figures from committed records and measurements: `python scripts/update_claims.py`."""

import sys
from pathlib import Path

from petlab.commands.keep import update_claims

if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    sys.exit(update_claims(here / "docs" / "claims.md", here / "results"))
