"""What honest notebooks do must work inside the sandbox as it does outside: no note, no denied call, same numbers."""

import sys

import pytest

from autograder.model import Limits
from autograder.sandbox.launcher import Profile, Sandbox
from autograder.sandbox.tracer import Tracer

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines student code"),
    pytest.mark.xdist_group("fair"),
]

PLOT = "import matplotlib.pyplot as plt\nimport numpy as np\nt = np.linspace(0, 1, 50)\n"

NOTEBOOKS = {
    "linear algebra": "import numpy as np\nA = np.diag([1.0, 2, 3]) + 1\nfor f in ('inv', 'det', 'eigh', 'svd', 'qr', 'cholesky', "
    "'norm', 'cond', 'pinv', 'matrix_rank', 'eigvals'):\n    getattr(np.linalg, f)(A)\nassert np.allclose(A @ np.linalg.solve(A, A), A)",
    "least squares": "import numpy as np\nassert np.allclose(np.linalg.lstsq(np.eye(3), np.ones(3), rcond=None)[0], 1)",
    "big products": "import numpy as np\nA = np.random.default_rng(0).random((600, 600))\nassert (A @ A).shape == (600, 600)",
    "fourier transforms": "import numpy as np\nx = np.arange(64.0)\nassert np.allclose(np.fft.ifft(np.fft.fft(x)), x)\n"
    "assert np.fft.rfft2(np.ones((8, 8)))[0, 0] == 64",
    "random numbers": "import numpy as np\nrng = np.random.default_rng(3)\nrng.normal(size=5), rng.permutation(5), rng.choice(5)\n"
    "np.random.seed(1)\nassert abs(np.random.rand() - 0.417022) < 1e-6",
    "polynomials and masked arrays": "import numpy as np\nfrom numpy.polynomial import Polynomial\nassert Polynomial([1, 2])(2) == 5\n"
    "np.ma.masked_less(np.arange(3), 1).mean()",
    "einsum and strides": "import numpy as np\nnp.einsum('ij,jk->ik', np.eye(2), np.eye(2))\n"
    "np.lib.stride_tricks.sliding_window_view(np.arange(9), 3)",
    "dataclasses": "from dataclasses import dataclass, field\n@dataclass\nclass Layer:\n    W: list = field(default_factory=list)\nLayer()",
    "typing": "from typing import Callable, NamedTuple, Optional\nclass P(NamedTuple):\n    x: float\ndef f(g: Callable[[float], float]) -> "
    "Optional[float]: ...\nP(1.0)",
    "functools and itertools": "import functools, itertools, collections, math\n@functools.lru_cache\ndef f(n):\n    return n if n < 2 else "
    "f(n - 1) + f(n - 2)\nassert f(80) == 23416728348467685\nlist(itertools.permutations(range(4)))\ncollections.Counter('aab')",
    "enums and abstract classes": "import abc, enum\nclass E(enum.Enum):\n    A = 1\nclass B(abc.ABC):\n    @abc.abstractmethod\n"
    "    def f(self): ...",
    "time and date": "import time, datetime\nstart = time.perf_counter()\ntime.sleep(0.01)\nassert time.perf_counter() > start\n"
    "datetime.datetime.now().isoformat()",
    "printing": "import pprint, textwrap, sys\nprint('x', file=sys.stderr)\npprint.pprint({1: 2})\nprint(textwrap.dedent(' a'))",
    "warnings": "import warnings\nimport numpy as np\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    np.log(0.0)\n"
    "with np.errstate(all='ignore'):\n    np.exp(1e4)",
    "late imports": "import statistics, decimal, fractions, json, re, string, copy, operator, heapq, bisect, inspect, logging, unittest, random\n"
    "import numpy.testing as npt\nnpt.assert_allclose(1, 1)\nassert statistics.mean([1, 3]) == 2",
    "introspection": "import inspect\ndef f(x, y=1):\n    '''Doc.'''\nassert list(inspect.signature(f).parameters) == ['x', 'y']\nhelp(f)",
    "generators and comprehensions": "g = (x * x for x in range(5))\nassert sum(g) == 30\n{k: v for k, v in zip('ab', (1, 2))}",
    "exceptions as control flow": "try:\n    raise ValueError('x')\nexcept ValueError as error:\n    assert str(error) == 'x'\n"
    "else:\n    raise AssertionError",
    "assertions of one's own": "assert 1 + 1 == 2, 'arithmetic'",
    "main guard": "if __name__ == '__main__':\n    ran = True\nassert ran",
    "match statements": "match (1, 2):\n    case (x, y):\n        assert x + y == 3",
    "walrus and f-strings": "if (n := 5) > 3:\n    print(f'{n=:>10.3f}')",
    "a public check": "from autograder import check\ncheck('softmax')\nimport autograder\nautograder.check()",
    "display": "from IPython.display import HTML, Markdown, clear_output, display\nfrom IPython import get_ipython\nimport IPython\n"
    "display(HTML('<b>x</b>'))\nclear_output(wait=True)\nIPython.display.display(1)\nget_ipython().run_line_magic('matplotlib', 'inline')",
    "lines": PLOT
    + "fig, ax = plt.subplots()\nax.plot(t, t ** 2, label='$x^2$')\nax.legend()\nax.set(xlabel='$x$', title='a')\nplt.show()",
    "many axes": PLOT
    + "fig, axes = plt.subplots(2, 2, figsize=(6, 4), sharex=True)\nfor ax in axes.flat:\n    ax.scatter(t, t, c=t)\n"
    "plt.tight_layout()\nplt.show()",
    "contours and images": PLOT
    + "X, Y = np.meshgrid(t, t)\nplt.contourf(X, Y, X * Y, levels=10, cmap='RdBu')\nplt.colorbar()\n"
    "plt.imshow(X, cmap='gray')\nplt.show()",
    "histograms and bars": PLOT
    + "counts, edges, _ = plt.hist(t, bins=5)\nassert counts.sum() == 50\nplt.bar(['a', 'b'], [1, 2])\nplt.show()",
    "three dimensions": PLOT
    + "ax = plt.figure().add_subplot(projection='3d')\nX, Y = np.meshgrid(t, t)\nax.plot_surface(X, Y, X * Y)\nplt.show()",
    "pictures in memory": PLOT
    + "import io\nbuffer = io.BytesIO()\nplt.plot(t, np.sin(t))\nplt.savefig(buffer, format='png')\n"
    "assert buffer.getvalue()[:4] == b'\\x89PNG'",
    "vector graphics in memory": PLOT
    + "import io\nbuffer = io.StringIO()\nplt.plot(t)\nplt.savefig(buffer, format='svg')\n"
    "assert '<svg' in buffer.getvalue()",
    "styles": PLOT
    + "plt.style.use('ggplot')\nplt.rcParams['figure.figsize'] = (4, 3)\nplt.semilogy(t + 1)\nplt.axhline(1)\nplt.show()",
    "animation": PLOT
    + "from matplotlib.animation import FuncAnimation\nfig, ax = plt.subplots()\n(line,) = ax.plot(t)\n"
    "a = FuncAnimation(fig, lambda i: line.set_ydata(t * i), frames=2)\na._draw_was_started = True",
    "colours by name": PLOT
    + "from matplotlib import cm, colors\nfrom matplotlib.patches import Circle\ncm.viridis(0.5), colors.to_rgb('teal')\n"
    "plt.gca().add_patch(Circle((0, 0), 1))",
    "files in memory": "import io\nimport numpy as np\nbuffer = io.BytesIO()\nnp.savez(buffer, x=np.arange(3))\nbuffer.seek(0)\n"
    "assert np.load(buffer)['x'].sum() == 3",
    "text tables": "import csv, io\nimport numpy as np\nrows = list(csv.reader(io.StringIO('a,b\\n1,2')))\nnp.loadtxt(io.StringIO('1 2\\n3 4'))",
}

COMMANDS = {
    "inline plots": "%matplotlib inline\nimport numpy as np",
    "timing": "import numpy as np\n%timeit -n 1 np.ones(3)\n%time x = 1",
    "installing": "!pip install numpy\nx = 1",
    "a timed cell": "%%time\nx = 1\nassert x == 1",
    "a shell cell": "%%bash\nls -la",
    "asking for help": "import numpy as np\nnp.ones?\n?np.zeros",
    "a listing kept": "files = !ls\nfor f in files:\n    print(f)",
    "autoreload": "%load_ext autoreload\n%autoreload 2",
}


@pytest.fixture(scope="module")
def sandbox():
    limits = Limits(load=30, patience=4)
    with Sandbox(Profile(limits=limits)) as opened:
        opened.preload("matplotlib")
        yield opened


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_honest_notebook_does_not_notice(sandbox, name):
    with sandbox.program([(1, NOTEBOOKS[name])], []) as program:
        assert program.notes == []


@pytest.mark.parametrize("namespaces", [(), ("bubblewrap", "unshare")], ids=["kernel", "namespaces"])
def test_honest_notebooks_meet_no_denied_call(namespaces):
    tracers, denied = [], {}

    def watch(pid):
        tracers.append(Tracer(pid))
        tracers[-1].attach()

    with Sandbox(Profile(limits=Limits(load=60, patience=8)), namespaces=namespaces) as watched:
        watched.preload("matplotlib")
        watched.watch = watch
        for name, cell in NOTEBOOKS.items():
            with watched.program([(1, cell)], []):
                pass
            tracers[-1].join()
            denied[name] = dict(tracers[-1].denials)
    assert len(tracers) == len(NOTEBOOKS) >= 30
    assert {name: calls for name, calls in denied.items() if calls} == {}


@pytest.mark.parametrize("name", COMMANDS)
def test_notebook_commands_are_skipped_with_a_note(sandbox, name):
    with sandbox.program([(1, COMMANDS[name])], []) as program:
        assert len(program.notes) == 1
        assert program.notes[0].startswith("cell 1: ignored the notebook command")


def test_data_of_the_assignment_is_read_by_its_relative_path(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.txt").write_text("1 2 3")
    (tmp_path / "other.txt").write_text("secret")
    tmp_path.chmod(0o755)
    cell = "import numpy as np\nassert np.loadtxt('data/numbers.txt').sum() == 6"
    with Sandbox(Profile(folder=tmp_path, readable=(tmp_path / "data",))) as opened:
        with opened.program([(1, cell)], []) as program:
            assert program.notes == []
        with opened.program([(1, "open('other.txt')")], []) as program:
            assert "PermissionError" in program.notes[0] or "FileNotFoundError" in program.notes[0]


def test_threads_of_a_student_end_with_an_error_and_not_a_hang(sandbox):
    cell = "import threading\nt = threading.Thread(target=lambda: None)\nt.start()\nt.join()\ndone = True"
    with sandbox.program([(1, cell)], []) as program:
        assert program.notes == [] or "can't start new thread" in program.notes[0]


@pytest.mark.parametrize(
    ("cell", "noted"),
    [
        ("import numpy as np\ndef f(x):\n    return np.convolve(x, x)", True),
        ("from numpy import convolve as c", True),
        ("def convolve(x):\n    return x\nconvolve(1)", False),
    ],
)
def test_functions_that_an_assignment_forbids_are_noted_and_still_work(cell, noted):
    with Sandbox(Profile(forbidden=("convolve",))) as opened, opened.program([(1, cell)], []) as program:
        expected = ["cell 1 uses convolve, which this assignment asks you to do without"]
        assert program.notes == (expected if noted else [])
