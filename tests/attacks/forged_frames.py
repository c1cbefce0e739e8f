"""Speak on the grader's own line: forged, replayed, extra, broken and huge frames."""

EVERYONE = """
import os
from autograder import wire as _
import sys
wire = sys.modules['autograder.wire']
def everyone(data):
    for fd in range(3, 64):
        try:
            while data:
                data = data[os.write(fd, data):]
        except OSError:
            pass
"""
FORGED = EVERYONE + "def normalise(A):\n    {}\n    return 0\n"

ATTACKS = {
    "full marks before any call": EVERYONE + "everyone(wire.encode({'kind': 'report', 'score': 100.0, 'nonce': 0}))",
    "a value for every nonce": EVERYONE
    + """
for nonce in range(2000):
    everyone(wire.encode({'kind': 'value', 'value': 1.0, 'nonce': nonce}))
""",
    "a loaded message of its own": EVERYONE
    + "everyone(wire.encode({'kind': 'loaded', 'notes': ['perfect'], 'output': '', 'nonce': 0}))",
    "rubbish": FORGED.format("everyone(os.urandom(1000))"),
    "an endless header": FORGED.format("everyone(b'AGW1' + (2**32 - 1).to_bytes(4, 'little') + bytes(8))"),
    "an endless body": FORGED.format(
        "everyone(b'AGW1' + (2).to_bytes(4, 'little') + (2**60).to_bytes(8, 'little') + b'{}')"
    ),
    "300 MB of body": FORGED.format(
        "everyone(b'AGW1' + (2).to_bytes(4, 'little') + (300 << 20).to_bytes(8, 'little'))"
    ),
    "a million brackets": FORGED.format(
        "n = 1 << 20; everyone(b'AGW1' + n.to_bytes(4, 'little') + bytes(8) + b'[' * n)"
    ),
    "half a frame": FORGED.format("everyone(wire.encode({'kind': 'value', 'value': 1})[:20])"),
    "a frame twice": FORGED.format("f = wire.encode({'kind': 'value', 'value': 1.0, 'nonce': 0}); everyone(f + f)"),
    "no message": FORGED.format("everyone(wire.encode([1, 2, 3]))"),
    "a message without a kind": FORGED.format("everyone(wire.encode({'nonce': 0}))"),
    "a callback nobody offered": FORGED.format(
        "everyone(wire.encode({'kind': 'callback', 'function': wire.Remote(0), 'args': [], 'nonce': 0}))"
    ),
    "the right nonce, an extra answer": """
import sys, os
wire = sys.modules['autograder.wire']
def normalise(A):
    frame = sys._getframe()
    while 'message' not in frame.f_locals:
        frame = frame.f_back
    nonce = frame.f_locals['message']['nonce']
    for fd in range(3, 64):
        try:
            os.write(fd, wire.encode({'kind': 'value', 'value': [[0.0]], 'nonce': nonce}) * 2)
        except OSError:
            pass
    return 0
""",
    "the answer to the call before, replayed": """
import sys, os
wire, seen = sys.modules['autograder.wire'], []
def normalise(A):
    frame = sys._getframe()
    while 'message' not in frame.f_locals:
        frame = frame.f_back
    seen.append(frame.f_locals['message']['nonce'])
    for fd in range(3, 64):
        try:
            os.write(fd, wire.encode({'kind': 'value', 'value': [[0.5]], 'nonce': seen[0]}))
        except OSError:
            pass
    return 0
""",
    "an answer to the next call": """
import sys, os
wire = sys.modules['autograder.wire']
def normalise(A):
    frame = sys._getframe()
    while 'message' not in frame.f_locals:
        frame = frame.f_back
    for step in range(1, 200):
        for fd in range(3, 6):
            try:
                os.write(fd, wire.encode({'kind': 'value', 'value': 1, 'nonce': frame.f_locals['message']['nonce'] + step}))
            except OSError:
                pass
    return 0
""",
    "never reads again": """
import os, signal, threading
def normalise(A):
    threading.Timer(0.005, lambda: os.kill(os.getpid(), signal.SIGSTOP)).start()
    return 0
""",
    "reads a frame and never answers": """
import os, time
def normalise(A):
    for fd in range(3, 9):
        try:
            os.set_blocking(fd, True)
            os.read(fd, 1 << 20)
        except OSError:
            pass
    time.sleep(60)
""",
    "the line closed": "import os\nos.closerange(3, 64)",
    "the line half closed in a call": "import os\ndef normalise(A):\n    os.closerange(3, 64)",
    "the line read empty": "import os\ndef normalise(A):\n    os.set_blocking(3, False)\n    [os.read(fd, 1 << 20) for fd in range(3, 9)]",
    "a handle that was never given": """
import sys
wire = sys.modules['autograder.wire']
def normalise(A):
    return wire.Handle(12345, 'x' * 10**6)
""",
    "a function of ours as an answer": "import sys\nwire = sys.modules['autograder.wire']\ndef normalise(A):\n    return wire.Remote(0)",
    "a seed as an answer": "import sys\nwire = sys.modules['autograder.wire']\ndef normalise(A):\n    return wire.Seed(1)",
    "slow bytes": """
import os, sys, time
wire = sys.modules['autograder.wire']
def normalise(A):
    for byte in wire.encode({'kind': 'value', 'value': 1.0, 'nonce': 0}):
        time.sleep(1)
        for fd in range(3, 9):
            try:
                os.write(fd, bytes([byte]))
            except OSError:
                pass
""",
    "stopped for good": "import os, signal\ndef normalise(A):\n    os.kill(os.getpid(), signal.SIGSTOP)",
    "stopped while loading": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "surrogates and nulls": "def normalise(A):\n    return '\\ud800\\x00' * 1000",
    "a dtype that is code": """
import sys
wire = sys.modules['autograder.wire']
def normalise(A):
    wire._plain_array = None
    return 1
""",
}
