"""Several runs of `python -m pretrain`, one after the other in the same processes, by torchrun.

Argument: a JSON file with a list of their arguments. Starting processes takes longer than the runs.
"""

import json
import sys
from pathlib import Path

from pretrain.__main__ import main

if __name__ == "__main__":
    for arguments in json.loads(Path(sys.argv[1]).read_text()):
        main(arguments)
