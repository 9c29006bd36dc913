"""Let a chain live for some days by the sandbox's clock, with drift and faults from a seed, and judge what came of it.

    python tools/soak.py [--days 20] [--seed 1] [--minutes 60] [--page docs/soak.md]

Each night there is a `preview --refresh`, perhaps after somebody has changed something outside the stack, perhaps with
a request that goes wrong; what the preview shows is repaired at once by `up --refresh`. Each week there is an `up`,
which rotates the secret when that is due. All the while each node of each cluster pulls. docs/soak.md says what must
hold. The exit code is 1 if something does not; the same seed gives the same days again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lib.checkout import compile_package
from lib.soak import page
from lib.soak.days import plan_days
from lib.soak.verdict import figures, judge
from lib.soak.world import live

ROTATE_EVERY_DAYS = 45
PAUSE = 1.0


def main() -> None:
    """Run the days; print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no day begins after so many")
    parser.add_argument("--page", type=Path, help="the page that a good run writes")
    given = parser.parse_args()
    compile_package()
    days = plan_days(given.days, given.seed)
    found = live(days, given.seed, rotate_every_days=ROTATE_EVERY_DAYS, pause=PAUSE, minutes=given.minutes)
    for name, figure in figures(found):
        print(f"{name}: {figure}")
    wrong = judge(found)
    if wrong:
        print(*wrong, sep="\n")
        sys.exit(f"failed: replay it with 'make soak DAYS={given.days} SEED={given.seed}'")
    if given.page:
        page.write(given.page, found)


if __name__ == "__main__":
    main()
