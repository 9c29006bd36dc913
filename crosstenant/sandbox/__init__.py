"""The sandbox: the parts of Azure that a cross-tenant pull touches, on this machine, under their real host names.

The rooms, from the top down; each imports only what stands below it:

| room | what it holds |
| --- | --- |
| ``cli`` | the commands of ``crosstenant sandbox`` |
| ``host`` | the running sandbox: proxy, certificates, dispatch, faults, request log, control host |
| ``graph``, ``registry`` | Microsoft Graph; container registries |
| ``arm`` | Azure Resource Manager, with ``clusters`` and ``roles`` in rooms of their own |
| ``entra`` | the Microsoft identity platform: sign-in, tokens, consent |
| ``kubelet`` | a pull by a cluster's node |
| ``world`` | the state: documents, seed, clock, settings, faults, drift |

``standins`` stands apart: provider plugins for the engine that reach the sandbox as the real plugins reach Azure.

Each service has the same four parts: ``app`` (the application that the host serves), ``routes`` or a ``ROUTES`` table
(which request goes to which answer), ``request`` (a request as the functions that answer it see it) and ``refusals``
(what the service refuses, with Azure's status, code and words). Stored documents are made in ``world``.
"""
