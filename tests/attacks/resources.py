"""Use up what the machine has."""

ATTACKS = {
    "endless loop while loading": "while True:\n    pass",
    "endless loop in a call": "def normalise(A):\n    while True:\n        pass",
    "a C loop with all signals blocked": """
import signal
def normalise(A):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    return 7 ** 7 ** 12 % 3
""",
    "sleep": "import time\ndef normalise(A):\n    time.sleep(3600)",
    "sleep while loading": "import time\ntime.sleep(3600)",
    "all memory at once": "import numpy as np\nx = np.ones(1 << 34)",
    "all memory bit by bit": "x = []\nwhile True:\n    x.append(bytearray(1 << 24))",
    "memory outside the limit": """
import mmap
maps = []
try:
    while True:
        maps.append(mmap.mmap(-1, 1 << 30))
except (OSError, ValueError):
    pass
if len(maps) > 8:
    print('BREACH: memory', len(maps))
""",
    "threads": """
import threading, time
started = 0
try:
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError):
    pass
if started > 1000:
    print('BREACH: threads', started)
""",
    "spinning threads": """
import threading
def spin():
    while True:
        pass
try:
    for _ in range(8):
        threading.Thread(target=spin, daemon=True).start()
except RuntimeError:
    pass
""",
    "descriptors": """
import os
opened = 0
try:
    while opened < 10000:
        os.pipe()
        opened += 1
except OSError:
    pass
if opened > 100:
    print('BREACH: descriptors', opened)
""",
    "a flood of output": "for i in range(200000):\n    print('x' * 100)",
    "a flood of notes": "for i in range(5):\n    raise ValueError('y' * 10**7)",
    "a flood of notes, cell by cell": "\n# %%\n".join(f"raise ValueError('{i}' * 10**6)" for i in range(300)),
    "a flood on standard output itself": "import os\nfor i in range(10000):\n    os.write(1, b'z' * 65536)",
    "deep recursion in C": "import sys\nsys.setrecursionlimit(10**6)\nx = []\nfor i in range(10**6):\n    x = [x]\nrepr(x)",
    "a deep answer": "def normalise(A):\n    x = []\n    for i in range(10**5):\n        x = [x]\n    return x",
    "a wide answer": "def normalise(A):\n    return [0] * 10**7",
    "a giant int": "def normalise(A):\n    return 1 << 10**8",
    "a giant string": "def normalise(A):\n    return 'x' * 10**9",
    "a giant array for free": "import numpy as np\ndef normalise(A):\n    return np.broadcast_to(0.0, (1 << 20, 1 << 20))",
    "an array without elements and huge": "import numpy as np\ndef normalise(A):\n    return np.zeros((0, 1 << 31, 1 << 31))",
    "a list that holds itself": "def normalise(A):\n    x = []\n    x.append(x)\n    return x",
    "a regular expression that never ends": "import re\ndef normalise(A):\n    re.match('(a+)+$', 'a' * 64 + 'b')",
    "dying over and over": "import os\ndef normalise(A):\n    os.abort()",
    "dying while loading": "import os\nos.abort()",
    "a segmentation fault": "import ctypes\nctypes.memset(0, 1, 1)",
    "an integer parsed from a million digits": "import sys\nsys.set_int_max_str_digits(0)\nint('9' * 10**6)",
    "mappings without end": """
import mmap
kept = []
try:
    while len(kept) < 10**6:
        kept.append(mmap.mmap(-1, 4096, prot=mmap.PROT_READ if len(kept) % 2 else mmap.PROT_WRITE))
except (OSError, ValueError, MemoryError):
    pass
if len(kept) > 10**5:
    print('BREACH: mappings', len(kept))
""",
    "memory kept in pipes": """
import fcntl, os
held = 0
try:
    while True:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            fcntl.fcntl(writer, 1031, 1 << 24)
            print('BREACH: a bigger pipe')
        except OSError:
            pass
        try:
            while True:
                held += os.write(writer, bytes(65536))
        except BlockingIOError:
            pass
except OSError:
    pass
if held > 1 << 26:
    print('BREACH: held', held)
""",
    "signals to itself without end": """
import os, signal
signal.signal(signal.SIGUSR1, lambda *a: os.kill(os.getpid(), signal.SIGUSR1))
os.kill(os.getpid(), signal.SIGUSR1)
while True:
    pass
""",
    "an exception that holds everything": "def normalise(A):\n    raise ValueError(*[bytes(1 << 20)] * 300)",
    "a big file": """
try:
    with open('/tmp/attack-big', 'wb') as file:
        file.write(bytes(1 << 30))
    print('BREACH: file')
except OSError:
    pass
""",
    "swapping argument memory": "def normalise(A):\n    A.resize((1 << 30,), refcheck=False)\n    A[:] = 1\n    return A",
}
