"""What the package raises for a condition that it knows.

    Exception
    `- OperatorError            a sentence for a person: what is wrong, on which object, what to do; no stack trace
       |- azure.sign_in.SignInError, azure.sign_in.SecretExpired, ...
       `- provider_kit.errors_to_grpc.PartialError    something was made, or changed, before it went wrong

``ArgumentError``, which a program's wrong argument raises, is one of Pulumi's own (``pulumi.RunError``), since Pulumi
prints those alone without a stack trace.
"""

from __future__ import annotations


class OperatorError(Exception):
    """A condition that the package knows. Its text goes to the operator as it is, and holds no secret."""
