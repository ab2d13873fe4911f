"""Write the README's tables from the committed reference records: `python scripts/update_readme.py`."""

import sys
from pathlib import Path

from petlab.commands.keep import update_readme

if __name__ == "__main__":
    sys.exit(update_readme(Path(__file__).resolve().parents[1] / "README.md"))
