import os
import socket
import ssl
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from crosstenant.sandbox.host import neighbours

CLIENT, SERVER = ("127.0.0.1", 0xEA1E), ("127.0.0.1", 0x90AF)
MAPPED = "0000000000000000FFFF00000100007F"
OWN, OTHER, NOBODY = 1000, 1001, 65534
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = "00000000:00000000 00:00000000 00000000"

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a connection is")


def line(uid, client="0100007F:EA1E", server="0100007F:90AF", state="01"):
    return f"  42: {client} {server} {state} {REST} {uid:5}        0 64285 1 00000000b21350dd 20 0 0 10 -1\n"


@pytest.mark.parametrize(
    ("tcp", "tcp6", "uid"),
    [
        pytest.param(line(OWN), None, OWN, id="no IPv6"),
        pytest.param("", line(OTHER, f"{MAPPED}:EA1E", f"{MAPPED}:90AF"), OTHER, id="IPv6"),
        # The other end of the connection is the sandbox's own socket.
        pytest.param(line(OWN, "0100007F:90AF", "0100007F:EA1E") + line(OTHER), "", OTHER, id="both ends"),
        pytest.param(line(OWN, "0100007F:EA1F") + line(OTHER), "", OTHER, id="another connection"),
        pytest.param(line(0, state="06"), "", None, id="closed"),
        pytest.param("", "", None, id="in no list"),
    ],
)
def test_kernel_lists_whose_a_connection_is(tmp_path, tcp, tcp6, uid):
    (tmp_path / "tcp").write_text(HEAD + tcp)
    if tcp6 is not None:
        (tmp_path / "tcp6").write_text(HEAD + tcp6)
    assert neighbours.listed(CLIENT, SERVER, tmp_path) == uid


@linux
@pytest.mark.parametrize("way", [neighbours.asked, neighbours.listed])
def test_kernel_tells_whose_a_connection_is_until_it_ends(way):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        ends = client.getsockname(), client.getpeername()
        assert way(*ends) == os.geteuid()
        server.accept()[0].close()
        client.close()
        assert way(*ends) is None


@linux
def test_kernel_that_answers_no_question_is_asked_for_its_list(monkeypatch):
    monkeypatch.setattr(neighbours, "asked", lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert not neighbours.is_neighbour(client.getsockname(), client.getpeername())


@contextmanager
def connection_of_another_user(monkeypatch, port):
    if os.geteuid() == 0:
        os.seteuid(NOBODY)
        connection = socket.socket()
        os.seteuid(0)
    else:
        monkeypatch.setattr(neighbours, "os", SimpleNamespace(geteuid=lambda: os.getuid() + 1))
        connection = socket.socket()
    with connection:
        connection.settimeout(10)
        connection.connect(("127.0.0.1", port))
        yield connection


def proxy_port(running):
    return int(running.url.rpartition(":")[2])


@linux
def test_proxy_refuses_another_user_of_the_machine(running, monkeypatch):
    with connection_of_another_user(monkeypatch, proxy_port(running)) as connection:
        connection.sendall(b"CONNECT management.azure.com:443 HTTP/1.1\r\n\r\n")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 403 This sandbox answers the user who started it")


def listening_ports():
    """The ports on which this process listens: the proxy's, and that of the TLS listener behind it."""
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as found:
            if found.family == socket.AF_INET and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield found.getsockname()[1]


def asks(connection, running):
    """Whether Azure Resource Manager answers on a connection."""
    context = ssl.create_default_context(cafile=str(running.roots))
    try:
        with context.wrap_socket(connection, server_hostname="management.azure.com") as tls:
            tls.sendall(b"GET /subscriptions HTTP/1.1\r\nHost: management.azure.com\r\n\r\n")
            return tls.recv(100).startswith(b"HTTP/1.1")
    except OSError:
        return False


@linux
def test_no_port_of_the_sandbox_serves_another_user(running, monkeypatch):
    # The proxy, which has a test of its own, waits for a line of HTTP and not for TLS.
    ports = set(listening_ports()) - {proxy_port(running)}
    own = []
    for port in ports:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            own.append(asks(connection, running))
    assert any(own)
    for port in ports:
        with connection_of_another_user(monkeypatch, port) as connection:
            assert not asks(connection, running)
