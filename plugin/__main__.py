"""The plugin by source: Pulumi runs this folder, in the environment into which it installed requirements.txt."""

from __future__ import annotations

import sys
from pathlib import Path

try:
    from crosstenant.plugin.__main__ import main
except ModuleNotFoundError as missing:
    sys.exit(
        f"the plugin crosstenant cannot start: {sys.executable} has no module '{missing.name}';"
        f" run 'pulumi install' in {Path(__file__).resolve().parent}"
    )

main()
