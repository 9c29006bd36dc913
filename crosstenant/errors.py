"""The errors that the package raises for conditions that it knows.

    Exception
    `- OperatorError            a sentence for a person: what is wrong, on which object, what to do; no stack trace
       |- azure.sign_in.SignInError, azure.sign_in.SecretExpired, ...
       `- provider_kit.errors_to_grpc.PartialError    something was created or changed before the failure

``ArgumentError``, for a wrong argument of a program, is a ``pulumi.RunError``: Pulumi prints only those without a stack
trace.
"""

from __future__ import annotations


class OperatorError(Exception):
    """A condition that the package knows. The operator reads its message, which contains no secret."""
