"""Replace the functions that a careless grader would compare with."""

ATTACKS = {
    "allclose says yes": "import numpy as np\nnp.allclose = np.isclose = lambda *a, **k: True",
    "array_equal says yes": "import numpy as np\nnp.array_equal = np.array_equiv = lambda *a, **k: True",
    "assert functions pass": """
import numpy.testing as t
for name in dir(t):
    if name.startswith("assert"):
        setattr(t, name, lambda *a, **k: None)
""",
    "errors are zero": "import numpy as np\nnp.abs = np.absolute = np.max = np.subtract = lambda *a, **k: 0.0",
    "everything is finite": "import numpy as np\nnp.isfinite = lambda *a, **k: np.True_\nnp.isnan = lambda *a, **k: np.False_",
    "asarray gives the expected": "import numpy as np\nnp.asarray = np.array = lambda *a, **k: 1.0",
    "ufuncs replaced in the module": """
import numpy as np
for name in ("less_equal", "equal", "not_equal", "add", "multiply"):
    setattr(np, name, lambda *a, **k: True)
""",
    "comparison inside the C module": """
import numpy as np
np._core.multiarray.array_equal = lambda *a, **k: True
np._core.numeric.allclose = lambda *a, **k: True
""",
    "default_rng is constant": "import numpy as np\nnp.random.default_rng = lambda *a: None",
    "frombuffer answers for all": "import numpy as np\nnp.frombuffer = lambda *a, **k: np.zeros(1)",
    "dtype lies": "import numpy as np\nnp.dtype = lambda *a, **k: float",
    "error state hides overflow": "import numpy as np\nnp.seterr(all='ignore')\nnp.seterr = None",
}
