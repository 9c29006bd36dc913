"""A secret that has ended: asked last, so that it has ended by then."""

from __future__ import annotations

import time

from tests.contract.question import question, refused
from tests.contract.replies import Reply
from tests.contract.world import World


@question("sign-in-expired-secret", "sign-in with a secret that has expired", refused(401, "AADSTS7000222"))
def expired_secret(world: World) -> Reply:
    app = world.expired
    time.sleep(max(0.0, world.expires_at + 1 - time.time()))
    # A new secret can be unknown (AADSTS7000215) before it is known to have expired.
    return world.patiently(
        lambda: world.sign_in(world.a.id, app.client_id, app.secret), lambda reply: reply.code == "AADSTS7000222"
    )
