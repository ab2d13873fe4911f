"""One fine-tuning script with peft and Trainer, called as a user would: `python -m petlab.speed.script 2 KEY=VALUE`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from petlab.speed.cells import sides


def main(words: list[str]) -> int:
    """Run the cell that the words describe on as many threads as the first word says; print what came of it."""
    ran = sides(words[1:], int(words[0]))["peft"]()
    print(json.dumps(asdict(ran)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
