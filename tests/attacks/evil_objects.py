"""Answer with objects that agree with everything."""

ANSWER = "def normalise(A):\n    return {}\n"

ATTACKS = {
    "equal to everything": """
class Yes:
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda *a: True
    __ne__ = lambda *a: False
    __hash__ = object.__hash__
    __sub__ = __rsub__ = __abs__ = lambda *a: 0.0
    __float__ = lambda self: 0.0
    __bool__ = lambda self: True
def normalise(A):
    return Yes()
""",
    "array subclass with its own comparisons": """
import numpy as np
class Liar(np.ndarray):
    __eq__ = __le__ = lambda *a: np.True_
    def __array_ufunc__(self, *a, **k):
        return np.True_
def normalise(A):
    return np.zeros(np.shape(A)).view(Liar)
""",
    "array protocol": """
import numpy as np
class Proto:
    shape, dtype, ndim = (5, 3), np.dtype(float), 2
    def __array__(self, *a, **k):
        return np.ones((5, 3))
    def __array_function__(self, *a, **k):
        return True
def normalise(A):
    return Proto()
""",
    "ufunc protocol": """
import numpy as np
class Ufunc:
    __array_priority__ = 1e9
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.bool_(True)
    def __array__(self, *a, **k):
        return np.zeros((5, 3))
def normalise(A):
    return Ufunc()
""",
    "array struct to foreign memory": """
class Struct:
    @property
    def __array_struct__(self):
        raise SystemExit
def normalise(A):
    return [Struct()]
""",
    "buffer that changes later": """
import threading, numpy as np
def normalise(A):
    answer = np.zeros(np.shape(A))
    threading.Timer(0.01, lambda: answer.fill(7.0)).start()
    return answer
""",
    "keys that collide": "def normalise(A):\n    return {k * (2**61 - 1): k for k in range(20000)}",
    "array interface to foreign memory": """
class Window:
    __array_interface__ = {"shape": (8,), "typestr": "<f8", "data": (id(object()), True), "version": 3}
def normalise(A):
    return Window()
""",
    "pickled payload": """
import numpy as np
class Payload:
    def __reduce__(self):
        return (print, ("BREACH: unpickled",))
def normalise(A):
    return np.array([Payload()], dtype=object)
""",
    "masked array": "import numpy as np\n" + ANSWER.format("np.ma.masked_all(np.shape(A))"),
    "matrix": "import numpy as np\n" + ANSWER.format("np.matrix(np.zeros(np.shape(A)))"),
    "memory view": "import numpy as np\n" + ANSWER.format("memoryview(np.zeros(3))"),
    "record array": "import numpy as np\n" + ANSWER.format("np.zeros(3, dtype=[('a', 'f8')])"),
    "object array of lies": "import numpy as np\n" + ANSWER.format("np.array([[object()] * 3] * 5)"),
    "float subclass": "class F(float):\n    __eq__ = lambda *a: True\n" + ANSWER.format("F(1)"),
    "str subclass": "class S(str):\n    pass\n" + ANSWER.format("S('passed')"),
    "list subclass": "class L(list):\n    __len__ = lambda self: 5\n" + ANSWER.format("L([[1.0]])"),
    "generator": ANSWER.format("(x for x in A)"),
    "function": ANSWER.format("lambda *a: True"),
    "class": ANSWER.format("type('T', (), {})"),
    "module": "import numpy\n" + ANSWER.format("numpy"),
    "exception": ANSWER.format("AssertionError('passed')"),
    "the outcome as a word": ANSWER.format("'passed'"),
    "a report as a dict": ANSWER.format("{'outcome': 'passed', 'score': 100.0, 'max_score': 100.0}"),
    "not a number": "import numpy as np\n" + ANSWER.format("np.full(np.shape(A), np.nan)"),
    "infinity": "import numpy as np\n" + ANSWER.format("np.full(np.shape(A), np.inf)"),
    "a named tuple": "import collections\nT = collections.namedtuple('T', 'a')\n" + ANSWER.format("T(1)"),
    "a dict with unhashable keys in disguise": ANSWER.format("{(1, (2, 3)): None}"),
    "an object that cannot be described": """
class Meta(type):
    __name__ = property(lambda self: 1 / 0)
    __qualname__ = property(lambda self: 1 / 0)
    __module__ = property(lambda self: 1 / 0)
class Rude(metaclass=Meta):
    def __repr__(self):
        raise SystemExit
    __class__ = property(lambda self: 1 / 0)
def normalise(A):
    return Rude()
""",
    "an exception that cannot be printed": """
class Rude(Exception):
    def __str__(self):
        raise SystemExit(0)
def normalise(A):
    raise Rude
""",
    "raising the grader's own exceptions": """
def normalise(A):
    import autograder.wire as wire
    raise wire.NotData('passed')
""",
}
