"""Stay after the grade, or reach the next submission."""

ATTACKS = {
    "numpy changed for those who follow": "import numpy as np\nnp.sum = lambda *a, **k: 0\nnp.OTHER = 1",
    "a patched launcher": """
import sys
for name, module in list(sys.modules.items()):
    if name.startswith('autograder') or name == '__main__':
        for key in list(vars(module)):
            if not key.startswith('__'):
                try:
                    setattr(module, key, None)
                except (AttributeError, TypeError):
                    pass
""",
    "a daemon thread": "import threading, time\nthreading.Thread(target=lambda: time.sleep(600), daemon=True).start()",
    "a timer": "import threading\nt = threading.Timer(600, print)\nt.daemon = True\nt.start()",
    "an alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)\nsignal.alarm(1000)",
    "no death with the parent": "import ctypes\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)",
    "all signals ignored": "import signal\nfor n in set(range(1, 65)) - {9, 19, 32, 33}:\n    signal.signal(n, signal.SIG_IGN)",
    "a file for the next": "try:\n    open('/tmp/attack-note', 'w').write('x')\n    print('BREACH: wrote')\nexcept OSError:\n    pass",
    "a site hook": """
import sys, os
for folder in sys.path:
    try:
        open(os.path.join(folder, 'attack.pth'), 'w').write('import os')
        print('BREACH: hook', folder)
    except OSError:
        pass
""",
    "bytecode of numpy": """
import numpy, os
try:
    folder = os.path.dirname(numpy.__file__) + '/__pycache__'
    for name in os.listdir(folder)[:3]:
        open(os.path.join(folder, name), 'r+b').close()
        print('BREACH:', name)
except OSError:
    pass
""",
    "all memory of the launcher's that is shared": """
import ctypes, gc, sys
for thing in gc.get_objects() + list(sys.modules.values()):
    if type(thing) is list and len(thing) < 1000:
        try:
            thing.clear()
        except Exception:
            pass
""",
    "a lock held for ever": "import numpy, threading\nfor lock in [v for v in vars(threading).values() if hasattr(v, 'acquire')]:\n    lock.acquire(False)",
    "the clock of the machine": """
import time
try:
    time.clock_settime(time.CLOCK_REALTIME, 0)
    print('BREACH: clock')
except OSError:
    pass
""",
    "the working directory": "import os\nos.chdir('/')\nos.umask(0)\nnotes = [os.getcwd()]",
    "the font cache": """
import os
try:
    folder = os.environ['MPLCONFIGDIR']
    open(os.path.join(folder, 'matplotlibrc'), 'w').close()
    print('BREACH: matplotlibrc')
except OSError:
    pass
""",
}
