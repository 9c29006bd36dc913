"""Whose connection it is: every user of a machine reaches its loopback, and the sandbox acts with one user's rights.

A caller with the rights of an Owner, whose secret is in the documentation, can run commands on the nodes of a cluster,
and these are processes of the sandbox's user.
"""

from __future__ import annotations

import os
import re
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final

Address = tuple[str, int]

_ROOT: Final = 0
_ESTABLISHED: Final = 1
"""A closed socket has lost its owner."""
_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_TABLES: Final = ("tcp", "tcp6")
_READINGS: Final = 3
"""The kernel lists sockets one after another, and may pass over one when its neighbour in the list goes."""


def is_neighbour(client: Address, server: Address) -> bool:
    """Whether a connection comes from another user of this machine; root may do as every user does.

    Only Linux tells of it.

    :param client: The client's address and port on the loopback.
    :param server: The address and port that it has connected to.
    """
    if not Path("/proc/self/net/tcp").exists():
        return False
    uid = asked(client, server)
    if uid is None:
        uid = listed(client, server)
    return uid not in (_ROOT, os.geteuid())


def asked(client: Address, server: Address) -> int | None:
    """The user ID of the client's socket, by one question to the kernel; None where it does not answer.

    https://man7.org/linux/man-pages/man7/sock_diag.7.html
    """
    (source, port), (target, to) = client, server
    addresses = struct.pack("!HH4s12x4s12x", port, to, socket.inet_aton(source), socket.inet_aton(target))
    body = struct.pack("=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 0, 1 << _ESTABLISHED) + addresses
    body += struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)  # any interface, no cookie
    head = struct.pack("=IHHII", 16 + len(body), _SOCK_DIAG_BY_FAMILY, 1, 0, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
            kernel.send(head + body)
            answer = kernel.recv(4096)
        (kind,), (state,), (uid,) = (
            struct.unpack_from(form, answer, at) for form, at in (("=H", 4), ("=B", 17), ("=I", 80))
        )
    except (OSError, struct.error):
        return None
    return uid if kind == _SOCK_DIAG_BY_FAMILY and state == _ESTABLISHED else None


def listed(client: Address, server: Address, net: Path = Path("/proc/self/net")) -> int | None:
    """The same by the kernel's lists, which take it some 10 ms to write; None where the socket is in none.

    https://docs.kernel.org/networking/proc_net_tcp.html

    :param net: The folder of the lists.
    """
    # Behind the state are the queues, the timer and the retransmissions.
    line = re.compile(
        rf"^ *\d+: [0-9A-F]+:{client[1]:04X} [0-9A-F]+:{server[1]:04X} {_ESTABLISHED:02X}(?: +\S+){{3}} +(\d+) ", re.M
    )
    for _ in range(_READINGS):
        for table in _TABLES:
            with suppress(FileNotFoundError):  # a machine without IPv6
                found = line.search((net / table).read_text())
                if found:
                    return int(found[1])
    return None
