"""Synthetic submissions: for each of five functions one of several answers, right or wrong, chosen by number.

Submission 0 is all right. The others differ from each other in their bytes, and about one answer in four is wrong, so
that the scores which three systems give to the same submission can be compared.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

STUB = 'raise NotImplementedError("{name}")'
POINTS = 2
HEADS = {
    "softmax": "def softmax(Z):",
    "dense": "def dense(X, W, b):",
    "sigmoid_gradient": "def sigmoid_gradient(z):",
    "hinge_loss": "def hinge_loss(scores, y):",
    "rbf_kernel": "def rbf_kernel(X, Y, gamma):",
}
RIGHT = {
    "softmax": (
        "e = np.exp(Z - Z.max(axis=1, keepdims=True))\nreturn e / e.sum(axis=1, keepdims=True)",
        "rows = []\nfor row in Z:\n    e = np.exp(row - max(row))\n    rows.append(e / sum(e))\nreturn np.array(rows)",
    ),
    "dense": ("return X @ W + b", "return np.einsum('nd,dm->nm', X, W) + b[None, :]"),
    "sigmoid_gradient": (
        "s = 1 / (1 + np.exp(-z))\nreturn s * (1 - s)",
        "return np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2",
    ),
    "hinge_loss": (
        "return np.maximum(0, 1 - y * scores).mean()",
        "total = 0.0\nfor s, t in zip(scores, y):\n    total += max(0.0, 1 - s * t)\nreturn total / len(y)",
    ),
    "rbf_kernel": (
        "squares = (X**2).sum(axis=1)[:, None] + (Y**2).sum(axis=1) - 2 * X @ Y.T\nreturn np.exp(-gamma * squares)",
        "d = X[:, None, :] - Y[None, :, :]\nreturn np.exp(-gamma * (d * d).sum(axis=2))",
    ),
}
WRONG = {
    "softmax": ("e = np.exp(Z - Z.max())\nreturn e / e.sum()", STUB.format(name="softmax")),
    "dense": ("return X @ W - b", "return W @ X + b"),
    "sigmoid_gradient": ("return 1 / (1 + np.exp(-z))", "return z * (1 - z)"),
    "hinge_loss": ("return np.maximum(0, 1 - y * scores).sum()", "return None"),
    "rbf_kernel": (
        "d = X[:, None, :] - Y[None, :, :]\nreturn np.exp(-gamma * np.abs(d).sum(axis=2))",
        "return undefined",
    ),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What one student answers: code of the five functions by name, and what that is worth."""

    student: str
    cells: dict[str, str]
    score: float


def submissions(count: int, seed: int = 0) -> Iterator[Answers]:
    """Yield the first ``count`` submissions of an endless sequence."""
    for number in range(count):
        draw = random.Random(seed << 32 | number)
        right = {name: number == 0 or draw.random() < 0.75 for name in HEADS}
        bodies = {name: draw.choice((RIGHT if right[name] else WRONG)[name]) for name in HEADS}
        student = f"s{number:05}"
        cells = {name: function(name, body, f"# by {student}") for name, body in bodies.items()}
        yield Answers(student, cells, float(POINTS * sum(right.values())))


def function(name: str, body: str, comment: str = "") -> str:
    """Return the source of a function from its body, with a comment above it."""
    lines = body.split("\n")
    return "\n".join([*([comment] if comment else []), HEADS[name], *(f"    {line}" for line in lines)]) + "\n"


def script(answers: Answers) -> str:
    """Return a submission as a script of one cell for the import and one for each function."""
    return "# %%\nimport numpy as np\n" + "".join(f"# %%\n{cell}" for cell in answers.cells.values())
