"""Clients of Azure, without any knowledge of Pulumi.

The Azure packages log every refused sign-in as a warning, and Python prints warnings without a handler: the engine
would show them beside the sentence that says the same. A handler for ``azure`` shows them.
"""

import logging

logging.getLogger("azure").addHandler(logging.NullHandler())
