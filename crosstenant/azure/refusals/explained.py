"""Turns Azure's errors into ``OperatorError``, so that the operator reads one sentence."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager

from crosstenant.azure.sign_in.tenant import Tenant
from crosstenant.errors import OperatorError


@contextmanager
def explained(doing: str, on: str, tenant: Tenant, secrets: Iterable[str] = ()) -> Generator[None, None, None]:
    """Raises ``OperatorError`` with an explanation instead of an Azure error.

    :param doing: The operation, ``reading the cluster``.
    :param on: The object: its ARM ID.
    :param tenant: The tenant signed in to.
    :param secrets: Values that must not appear in the text.
    :raises OperatorError: Azure refused, or could not be reached.
    """
    from azure.core.exceptions import AzureError

    try:
        yield
    except AzureError as error:
        from crosstenant.azure.refusals.refusals import explain

        raise OperatorError(explain(error, doing=doing, on=on, tenant=tenant, secrets=secrets)) from None
