"""The questions, one file for each service, in the order in which they are asked."""

from tests.contract.question import QUESTIONS, Question

from tests.contract.questions import sign_in  # isort: skip
from tests.contract.questions import directory, consent, registry, identities, roles, run_commands, clusters, expiry  # isort: skip

__all__ = [
    "QUESTIONS",
    "Question",
    "clusters",
    "consent",
    "directory",
    "expiry",
    "identities",
    "registry",
    "roles",
    "run_commands",
    "sign_in",
]
