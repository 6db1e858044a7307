"""`python -m reports RUNS --out DIR`, and the questions one asks in between: see `commands/`."""

import sys

from reports.commands.report import main

if __name__ == "__main__":
    sys.exit(main())
