"""Azure as the plugin needs it. Nothing in this folder knows of Pulumi.

The Azure packages log every refused sign-in as a warning, and Python prints warnings that nobody handles: the engine
would show them beside the one sentence that says the same. Whoever wants them sets up logging.
"""

import logging

logging.getLogger("azure").addHandler(logging.NullHandler())
