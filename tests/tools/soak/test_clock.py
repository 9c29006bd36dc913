"""Programs of the soak see the date of the sandbox's clock."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import lib.soak

CLOCK = Path(lib.soak.__file__).parent / "clock"
PROGRAM = """
import time
from datetime import datetime, timezone
print(datetime.now(timezone.utc).isoformat())
print(time.time())
assert isinstance(datetime.fromisoformat("2027-01-01T00:00:00"), datetime)
assert isinstance(datetime.now() + (datetime.now() - datetime.now()), datetime)
"""


def test_the_date_is_ahead_and_the_times_of_files_are_the_machines():
    environ = {"PYTHONPATH": str(CLOCK), "SOAK_AHEAD": str(100 * 86400)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=True)
    date, seconds = done.stdout.split()
    ahead = datetime.fromisoformat(date) - datetime.now(timezone.utc)
    assert abs(ahead - timedelta(days=100)) < timedelta(minutes=1)
    assert abs(float(seconds) - time.time()) < 60
