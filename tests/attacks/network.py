"""Talk to anybody."""

TRY = """
import socket
try:
    {}
    print('BREACH: connected')
except OSError:
    pass
"""
ATTACKS = {
    name: TRY.format(code)
    for name, code in {
        "tcp": "socket.create_connection(('127.0.0.1', 9), 1)",
        "tcp socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "udp socket": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "udp v6 socket": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
        "raw socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "packet socket": "socket.socket(17, socket.SOCK_RAW)",
        "unix socket": "socket.socket(socket.AF_UNIX)",
        "unix pair": "socket.socketpair()",
        "abstract unix server": "socket.socket(socket.AF_UNIX).bind(chr(0) + 'attack')",
        "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "vsock": "socket.socket(40, socket.SOCK_STREAM)",
        "kernel crypto": "socket.socket(38, socket.SOCK_SEQPACKET)",
        "bluetooth": "socket.socket(31, socket.SOCK_RAW)",
        "can": "socket.socket(29, socket.SOCK_RAW)",
        "server": "socket.create_server(('127.0.0.1', 0))",
        "name look-up": "socket.getaddrinfo('localhost', 80)",
        "download": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "on the line of the grader": "socket.socket(fileno=3).sendmsg([b'x'])",
        "pass a descriptor": "socket.send_fds(socket.socket(fileno=3), [b'x'], [0])",
    }.items()
}
