"""A cluster that does not exist: refused, as a wrong ID would be, unless the program says that it is yet to come."""

from __future__ import annotations

from crosstenant.errors import OperatorError
from crosstenant.plugin.service_principal_profile.record import Record


def refuse_missing(record: Record) -> None:
    """Refuses the record of a cluster that does not exist.

    :param record: What the program wants.
    :raises OperatorError: The program does not say that the cluster may be missing.
    """
    if not record.created_by_this_stack:
        raise OperatorError(
            f"cluster {record.cluster_id} does not exist: correct the ID, or remove the cluster from the program if it"
            " was deleted. If the program creates the cluster with this credential (the output"
            " service_principal_profile), set created_by_this_stack=True"
        )
