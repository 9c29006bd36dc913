"""The state of the local Azure: its documents, its seed, its clock and settings, faults and drift."""
