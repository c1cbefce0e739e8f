"""Rewrite the source of an answer without changing what it means: names, order of statements, order of summation.

Conservative: what is not certainly the same stays as it is. Rewritten code needs the functions of :data:`SUMMING`.
"""

import ast
from collections.abc import Callable, Iterator
from typing import Literal

from autograder.source import DEFINITIONS

SUMMING = """
import numpy as np

def _sum_backwards(parts):
    total = parts[-1] * 1.0
    for part in parts[-2::-1]:
        total = total + part
    return total

def _sum_kahan(parts):
    total = parts[0] * 1.0
    lost = np.zeros_like(total)
    for part in parts[1:]:
        wanted = part - lost
        new = total + wanted
        with np.errstate(invalid="ignore"):
            lost = np.where(np.isfinite(new), (new - total) - wanted, 0.0)
        total = new
    return total

def _total(add, array, axis=None, keepdims=False, **others):
    values = np.asarray(array)
    if others or isinstance(axis, tuple) or values.dtype != np.float64 or not values.size or values.ndim > 4:
        return np.sum(array, axis=axis, keepdims=keepdims, **others)
    if axis is None:
        total = add(values.ravel())
        return np.full((1,) * values.ndim, total) if keepdims else total
    total = add(np.moveaxis(values, axis, 0))
    return np.expand_dims(total, axis) if keepdims else total

def _mean(add, array, axis=None, keepdims=False, **others):
    values = np.asarray(array)
    if others or isinstance(axis, tuple) or values.dtype != np.float64 or not values.size:
        return np.mean(array, axis=axis, keepdims=keepdims, **others)
    return _total(add, values, axis, keepdims) / (values.size if axis is None else values.shape[axis])

def _product(a, b):
    left, right = np.asarray(a), np.asarray(b)
    form = {(1, 1): "i,i->", (2, 1): "ij,j->i", (1, 2): "i,ij->j", (2, 2): "ij,jk->ik"}.get((left.ndim, right.ndim))
    large = form is None or left.size * right.shape[-1] > 2_000_000
    if large or left.dtype != np.float64 or right.dtype != np.float64:
        return a @ b
    return np.einsum(form, left, right, optimize=False)
"""
PURE_METHODS = {"sum", "mean", "max", "min", "copy", "astype", "dot", "argmax", "argmin", "std", "var", "any", "all"}
PURE_NAMES = {"len", "float", "int", "abs", "sum", "min", "max", "range", "zip", "sorted", "list", "tuple"}
IMPURE_MODULE_PARTS = {
    "random",
    "copyto",
    "put",
    "place",
    "putmask",
    "fill_diagonal",
    "errstate",
    "seterr",
    "save",
    "load",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def renamed_locals(code: str) -> str:
    """Give every local variable of every function another name."""
    tree = ast.parse(code)
    for function in _outermost_functions(tree):
        names = _safe_locals(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in names:
                node.id = f"{node.id}_renamed"
    return ast.unparse(tree)


def reordered_statements(code: str) -> str:
    """Swap neighbouring assignments of which neither can notice the other."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = _swapped(node.body)
    return ast.unparse(tree)


def summed_by(order: Literal["backwards", "kahan"]) -> Callable[[str], str]:
    """Return the rewriting that adds up in another order: from the end, or with Kahan's correction."""

    class Sums(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.Call:
            self.generic_visit(node)
            function = node.func
            if not isinstance(function, ast.Attribute) or function.attr not in ("sum", "mean") or _starred(node):
                return node
            own = isinstance(function.value, ast.Name) and function.value.id in ("np", "numpy")
            if not own and isinstance(function.value, ast.Name) and function.value.id == "math":
                return node
            helper = "_total" if function.attr == "sum" else "_mean"
            args = [ast.Name(f"_sum_{order}", ast.Load()), *([] if own else [function.value]), *node.args]
            return ast.Call(ast.Name(helper, ast.Load()), args, node.keywords)

    return lambda code: ast.unparse(ast.fix_missing_locations(Sums().visit(ast.parse(code))))


def other_products(code: str) -> str:
    """Multiply matrices by plain loops instead of by BLAS."""
    return ast.unparse(ast.fix_missing_locations(_Products().visit(ast.parse(code))))


class _Products(ast.NodeTransformer):
    """Turn ``a @ b``, ``np.dot(a, b)`` and ``np.matmul(a, b)`` into calls of ``_product``."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        return ast.Call(ast.Name("_product", ast.Load()), [node.left, node.right], [])

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if ast.unparse(node.func) == "np.matmul" and len(node.args) == 2 and not node.keywords and not _starred(node):
            node.func = ast.Name("_product", ast.Load())
        return node


def _starred(call: ast.Call) -> bool:
    return any(isinstance(arg, ast.Starred) for arg in call.args)


def _outermost_functions(tree: ast.AST) -> Iterator[Function]:
    """Yield functions and methods that lie in no other function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield node
        else:
            yield from _outermost_functions(node)


def _safe_locals(function: Function) -> set[str]:
    """Return names that are plain local variables throughout a function: assigned, and nothing else."""
    assigned, other = set(), {"self"}
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                assigned.add(name)
            case ast.arg(arg=name) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                other.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.keyword(arg=str(name)):
                other.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                other.update(names)
            case ast.alias():
                other.add((node.asname or node.name).partition(".")[0])
            case ast.Name(id="locals" | "globals" | "eval" | "exec" | "vars"):
                return set()
            case ast.ClassDef():
                return set()
            case _ if isinstance(node, DEFINITIONS):
                other.add(node.name)
    return assigned - other


def _swapped(body: list[ast.stmt]) -> list[ast.stmt]:
    """Swap pairs of independent neighbours, each statement at most once."""
    result, i = list(body), 0
    while i + 1 < len(result):
        if _independent(result[i], result[i + 1]):
            result[i], result[i + 1] = result[i + 1], result[i]
            i += 1
        i += 1
    return result


def _independent(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether two statements are assignments of pure expressions to names that the other does not mention."""
    for statement in (first, second):
        if not isinstance(statement, ast.Assign) or not _is_pure(statement.value):
            return False
        if not all(
            isinstance(part, ast.Name | ast.Tuple | ast.Store) for t in statement.targets for part in ast.walk(t)
        ):
            return False
    return not (_stored(first) & _named(second) or _stored(second) & _named(first))


def _is_pure(expression: ast.expr) -> bool:
    """Whether evaluating an expression changes nothing and calls nobody who may."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.NamedExpr | ast.Lambda):
            return False
        if isinstance(node, ast.Call) and not _is_pure_function(node):
            return False
    return True


def _is_pure_function(call: ast.Call) -> bool:
    function = call.func
    if any(keyword.arg in (None, "out", "where") for keyword in call.keywords):
        return False
    if isinstance(function, ast.Name):
        return function.id in PURE_NAMES
    if not isinstance(function, ast.Attribute):
        return False
    parts = ast.unparse(function).split(".")
    if parts[0] in ("np", "math"):
        return not IMPURE_MODULE_PARTS & set(parts)
    return function.attr in PURE_METHODS


def _stored(statement: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _named(statement: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
