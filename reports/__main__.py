"""`python -m reports RUNS --out DIR`, and the questions one asks in between: see `commands/`.

The first argument is a command's name, or belongs to the report: a folder called `ls` is `./ls`.
"""

import sys
from collections.abc import Sequence

from reports.commands.dispatch import Command, call, listing

PROG = "python -m reports"
COMMANDS = {
    "ls": Command("reports.commands.ls", "what is done, running, stopped, failed or missing"),
    "compare": Command("reports.commands.compare", "A B: which is ahead, and is it chance?"),
    "check": Command("reports.commands.check", "are our numbers those that were published?"),
}
REPORT = Command("reports.commands.report", "RUNS --out DIR: tables, figures and one page")


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] in (["-h"], ["--help"]):
        print(f"commands:\n{listing(PROG, COMMANDS)}\n  {PROG} {REPORT.about}\n")
    if given and given[0] in COMMANDS:
        return call(COMMANDS[given[0]], given[1:])
    return call(REPORT, given)


if __name__ == "__main__":
    sys.exit(main())
