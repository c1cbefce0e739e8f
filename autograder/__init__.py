"""Auto-graded exercises for a course on the mathematics of deep learning.

Students use one name, inside a notebook::

    from autograder import check
    check("softmax")

Everything else is loaded only when it is asked for, so that importing this package costs nothing.
"""

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "check"]


def __getattr__(name: str) -> Any:
    if name == "check":
        from autograder.notebook import check

        return check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
