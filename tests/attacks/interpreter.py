"""Use the interpreter against the grader: frames, garbage, modules, hooks, builtins."""

FRAMES = """
import sys
frame = sys._getframe()
while frame is not None:
    for space in (frame.f_locals, frame.f_globals):
        for name, value in list(space.items()):
            {}
    frame = frame.f_back
"""

ATTACKS = {
    "append passed to every list in the frames": FRAMES.format("isinstance(value, list) and value.append('passed')"),
    "print every string in the frames": FRAMES.format("isinstance(value, str) and print(name, value)"),
    "set every score in the frames": FRAMES.format("'score' in name and space.update({name: 100.0})"),
    "walk frames during a call": """
import sys
def normalise(A):
    frame, seen = sys._getframe(), []
    while frame is not None:
        seen += [repr(v) for v in frame.f_locals.values()]
        frame = frame.f_back
    raise ValueError(' '.join(seen))
""",
    "all objects the collector knows": """
import gc
for thing in gc.get_objects():
    if isinstance(thing, dict):
        for key in list(thing):
            if isinstance(key, str) and any(w in key.lower() for w in ('salt', 'secret', 'hidden', 'expected')):
                print(key, thing[key])
""",
    "all loaded modules": """
import sys
for name, module in list(sys.modules.items()):
    if any(word in name for word in ('reference', 'solutions', 'test_hidden', '.grade', '.plugin', '.verdict', '.course')):
        print('BREACH:', name)
""",
    "trace every line": """
import sys
def trace(frame, event, arg):
    print(frame.f_code.co_name, list(frame.f_locals.values())[:5])
    return trace
sys.settrace(trace)
sys.setprofile(trace)
""",
    "audit hook that never returns": "import sys\nsys.addaudithook(lambda *a: None)\ndef normalise(A):\n    return 1",
    "audit hook that exits": """
import os, sys
def hook(event, args):
    if event == 'open':
        os._exit(0)
sys.addaudithook(hook)
""",
    "at exit": "import atexit\natexit.register(lambda: print('BREACH: ran'))\nraise SystemExit(0)",
    "builtins replaced": """
import builtins
for name in ('isinstance', 'len', 'all', 'any', 'type', 'getattr', 'hasattr', 'min', 'max', 'print', 'open'):
    setattr(builtins, name, lambda *a, **k: True)
""",
    "variables called open and print": "open = print = len = str = dict = list = type = 0",
    "import is gone": "import builtins\nbuiltins.__import__ = None",
    "modules removed": "import sys\nsys.modules.clear()",
    "numpy reloaded": "import importlib, numpy\nimportlib.reload(numpy)",
    "a module called numpy": "import sys, types\nsys.modules['numpy'] = types.ModuleType('numpy')",
    "a stub that answers for itself": """
import sys
serve = sys.modules['autograder.sandbox.serve']
serve.Server._call = lambda self, message: {'kind': 'value', 'value': 'passed'}
""",
    "a stub that claims not to be called": """
import sys
sys.modules['autograder.sandbox.serve'].Server.answer = lambda self, message: b''
""",
    "an encoder that lies": """
import sys
for module in list(sys.modules.values()):
    if getattr(module, 'encode', None) is not None and module.__name__.startswith('autograder'):
        module.encode = lambda value: b'AGW1' + bytes(12)
""",
    "a decoder that dies": "import autograder.sandbox\nimport sys\nsys.modules['autograder.wire'].decode = None",
    "main replaced": "import sys, types\nsys.modules['__main__'] = types.ModuleType('__main__')",
    "the import guard removed": """
__builtins__['__import__'] = __import__('builtins').__import__
try:
    import reference.networks
    print('BREACH: reference')
except ImportError:
    pass
""",
    "source of the tests through inspect": """
import inspect, linecache, sys
for name, (size, *rest) in list(linecache.cache.items()):
    print(name, rest)
for module in list(sys.modules.values()):
    try:
        if 'hidden' in inspect.getsource(module):
            print(inspect.getsource(module)[:50])
    except (OSError, TypeError):
        pass
""",
    "code objects rewritten": """
import sys
server = sys.modules['autograder.sandbox.serve'].Server
server._call.__code__ = (lambda self, message: {'kind': 'value', 'value': 100}).__code__
""",
    "recursion limit raised": "import sys\nsys.setrecursionlimit(10**9)\ndef f():\n    return f()\nf()",
    "signal handlers": """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def normalise(A):
    while True:
        pass
""",
    "warnings as exceptions": "import warnings\nwarnings.simplefilter('error')\nwarnings.warn('now')",
    "monkeypatched json": 'import json\njson.dumps = lambda *a, **k: \'{"d":[["kind","value"]]}\'',
    "stdout replaced": "import sys\nsys.stdout = sys.stderr = None\nprint('x')",
    "exit in a destructor": "import os\nclass D:\n    def __del__(self):\n        os._exit(0)\nD()",
    "exception hook": "import sys\nsys.excepthook = lambda *a: print('BREACH: hook')\nraise ValueError",
}
