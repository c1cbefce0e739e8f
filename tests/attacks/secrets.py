"""Read or infer what students must not know: tests, reference, salt, other submissions, the machine's secrets."""

READ = """
try:
    print('BREACH:', open({!r}, 'rb').read()[:200])
except OSError:
    pass
"""

ATTACKS = {
    "environment": "import os\nprint(dict(os.environ))",
    "environment of the parent": "import os\n" + READ.format("/proc/self/environ"),
    "environment through proc": """
import os
for pid in (os.getppid(), 1, 'self'):
    for name in ('environ', 'cmdline', 'maps', 'mem', 'status', 'root', 'cwd'):
        try:
            print('BREACH:', open(f'/proc/{pid}/{name}', 'rb').read(100))
        except OSError:
            pass
""",
    "list of processes": "import os\ntry:\n    print('BREACH:', os.listdir('/proc'))\nexcept OSError:\n    pass",
    "hidden tests by path": """
import os
for root in HIDDEN:
    try:
        print(open(root).read())
    except OSError:
        pass
""",
    "walk of the whole tree": """
import os
for folder, names, files in os.walk('/'):
    for name in files:
        if name in ('test_hidden.py', 'course.toml', 'source.py'):
            print('BREACH:', folder, name)
            print(open(os.path.join(folder, name)).read())
""",
    "glob for solutions": "import glob\nprint(glob.glob('/**/test_hidden.py', recursive=True))\nprint(glob.glob('../**', recursive=True))",
    "import of the reference": "import importlib\ntry:\n    print(importlib.import_module('reference.networks'))\n"
    "    print('BREACH: reference')\nexcept ImportError:\n    pass",
    "import of the oracles": """
import importlib
for name in ('sklearn', 'scipy', 'scipy.special', 'pandas', 'torch'):
    try:
        importlib.import_module(name)
        print('BREACH:', name)
    except ImportError:
        pass
""",
    "the oracle by path": """
import sys, glob
for folder in sys.path:
    for name in ('sklearn', 'scipy'):
        try:
            print('BREACH:', open(f'{folder}/{name}/__init__.py').read(10))
        except OSError:
            pass
""",
    "memory around live objects": """
import ctypes, re, sys
things = [object(), sys, [], {}, 'x' * 100, sys.modules, sys._getframe()]
for thing in things:
    start = id(thing) & ~0xfffff
    for found in re.findall(rb'PLANTED[ -~]{0,60}', ctypes.string_at(start, 1 << 20)):
        print(found)
""",
    "memory by the map": """
import ctypes, re
try:
    maps = open('/proc/self/maps').read()
except OSError:
    maps = ''
for line in maps.splitlines():
    span, mode, *_ = line.split()
    if mode.startswith('r') and '[v' not in line:
        low, high = (int(x, 16) for x in span.split('-'))
        for found in re.findall(rb'PLANTED[ -~]{0,60}', ctypes.string_at(low, high - low)):
            print(found)
""",
    "memory page by page": """
import ctypes, os, re, sys
import numpy as np
libc = ctypes.CDLL(None)
reader, writer = os.pipe()
def page(at):  # the kernel answers EFAULT where nothing is mapped, instead of a crash
    if libc.write(writer, ctypes.c_void_p(at), ctypes.c_size_t(4096)) != 4096:
        return b''
    return os.read(reader, 4096)
anchors = [id(object()), id(sys), id(None), id('x' * 5000), id(np), np.empty(10**6).ctypes.data,
           ctypes.addressof(ctypes.c_char()), ctypes.cast(libc.write, ctypes.c_void_p).value]
for anchor in anchors:
    for step in (4096, -4096):
        at, missing = anchor & ~4095, 0
        for _ in range(2000):
            text = page(at)
            missing = 0 if text else missing + 1
            if missing > 300:
                break
            for found in re.findall(rb'PLANTED-[a-z]+-7d1f42', text):
                print(found)
            at += step
""",
    "what can be imported, by the answers": """
import importlib
said = set()
for name in ('reference', 'solutions', 'sklearn', 'scipy', 'pytest', 'no_such_module_at_all'):
    try:
        importlib.import_module(name)
        print('BREACH:', name)
    except ImportError as error:
        said.add(str(error).replace(name, '...'))
if len(said) > 1:
    print('BREACH: told apart', said)
""",
    "what can be imported, by the clock": """
import importlib, sys, time
for name in ('reference', 'solutions', 'sklearn', 'scipy', 'no_such_module_at_all'):
    before = set(sys.modules)
    started = time.perf_counter()
    for _ in range(200):
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    print(name, time.perf_counter() - started)
    if set(sys.modules) - before:
        print('BREACH: loaded', set(sys.modules) - before)
""",
    "the root of other processes": """
import os
for pid in (1, 2, os.getppid(), os.getpid()):
    for way in ('root/etc/passwd', 'root/solutions', 'cwd/solutions', 'fd/3', 'fd', 'task', 'maps', 'ns'):
        try:
            print('BREACH:', os.listdir(f'/proc/{pid}/{way}'))
        except OSError:
            pass
        try:
            print('BREACH:', open(f'/proc/{pid}/{way}', 'rb').read(100))
        except OSError:
            pass
""",
    "above the root": READ.format("/../../../../etc/passwd") + READ.format("/proc/self/cwd/../../etc/passwd"),
    "who else is logged in": READ.format("/var/run/utmp")
    + READ.format("/var/log/wtmp")
    + READ.format("/var/log/syslog"),
    "the grader's results": """
import glob
for path in glob.glob('/**/*.json', recursive=True) + glob.glob('/**/summary.csv', recursive=True):
    try:
        text = open(path).read()
    except OSError:
        continue
    if 'tests_sha256' in text or 'salt' in text:
        print('BREACH:', path)
""",
    "the stack": """
import ctypes, re
for step in range(0, 1 << 17, 4096):
    here = ctypes.addressof(ctypes.c_char())
    print(re.findall(rb'PLANTED[ -~]{0,60}', ctypes.string_at(here, 4096)))
""",
    "freed memory": """
import ctypes, numpy as np
text = b''
for _ in range(200):
    text += np.empty(1 << 16, dtype=np.uint8).tobytes()
print('left over:', text.replace(bytes(1), b'')[:5000])
""",
    "passwords": READ.format("/etc/shadow") + READ.format("/etc/passwd"),
    "keys of the user": READ.format("/root/.ssh/id_rsa") + READ.format("/root/.bash_history"),
    "the machine's identity": READ.format("/etc/machine-id") + READ.format("/etc/hostname"),
    "kernel messages": READ.format("/dev/kmsg") + READ.format("/proc/kmsg"),
    "mounted file systems": READ.format("/proc/mounts") + READ.format("/proc/self/mountinfo"),
    "inherited descriptors": """
import os
for fd in range(3, 256):
    try:
        info = os.fstat(fd)
    except OSError:
        continue
    import stat
    if stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode):
        print('BREACH:', fd, info)
""",
    "salt in the seeds": "import numpy as np\nprint(np.random.default_rng().bit_generator.seed_seq.entropy)",
    "inputs in an exception": "def normalise(A):\n    raise ValueError(f'INPUT {A!r}')",
    "inputs in the answer": "def normalise(A):\n    return f'INPUT {A!r}'",
    "inputs on standard output": "def normalise(A):\n    print('INPUT', A)\n    return A",
    "inputs in the name of a class": "def normalise(A):\n    return type(f'INPUT {A!r}', (), {})()",
    "inputs in the name of an exception": "def normalise(A):\n    raise type(f'INPUT {A!r}', (Exception,), {})",
    "what the last student left in the module": "import numpy, sys\nprint(vars(numpy).get('OTHER'), vars(sys).get('OTHER'))",
    "core pattern and limits of the system": READ.format("/proc/sys/kernel/core_pattern"),
    "bytecode caches": """
import sys, os
for folder in sys.path:
    try:
        names = os.listdir(folder)
    except OSError:
        continue
    for name in names:
        if 'hidden' in name or 'reference' in name:
            print('BREACH:', name)
""",
}
