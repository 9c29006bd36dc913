"""How many cases the property tests try: the same ones each time, or new ones with the profile ``long``.

    CROSSTENANT_HYPOTHESIS=long .venv/bin/pytest tests/hostile

``make fuzz`` goes further (tools/fuzz.py).
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much)

settings.register_profile("ci", derandomize=True, max_examples=150, deadline=None, database=None)
settings.register_profile("long", max_examples=20_000, deadline=None, database=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("CROSSTENANT_HYPOTHESIS", "ci"))
