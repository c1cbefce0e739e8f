"""Faults in what happens when: a stale variable, a forgotten update, a missing guard, an argument changed in place."""

import ast
from collections.abc import Callable, Iterator
from itertools import pairwise

from autograder.certify.operators.expressions import name_of
from autograder.certify.operators.text import Edit, Text

SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr)
ENDS = (ast.Return, ast.Raise, ast.Continue)
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def update_forgotten(body: list[ast.stmt], text: Text) -> Iterator[Edit]:
    """Leave out a statement that changes what was there before: the variable stays stale."""
    for statement in body:
        match statement:
            case ast.AugAssign() | ast.Expr(value=ast.Call()):
                yield statement, "pass"
            case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
                yield statement, "pass"
            case ast.Assign() if _is_bound_before(statement, text) and not _is_conversion(statement):
                yield statement, "pass"


def guard_forgotten(body: list[ast.stmt], _: Text) -> Iterator[Edit]:
    """Leave out a special case that ends early, or do always what is done on a condition."""
    for statement in body:
        if isinstance(statement, ast.If):
            if isinstance(statement.body[-1], ast.Break):
                continue  # a loop that goes on is slow or endless, and its answer as good
            if not statement.orelse and isinstance(statement.body[-1], ENDS):
                yield statement, "pass"
            else:
                yield statement.test, "True"


def in_place(body: list[ast.stmt], text: Text) -> Iterator[Edit]:
    """Change an array in place that is still somebody else's: the caller's, or an entry of a list."""
    for statement in body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=first), op=op, right=right)
            ) if name == first and type(op) in SIGNS and _is_shared(name, text):
                yield statement, f"{name} {SIGNS[type(op)]}= {text.of(right)}"


def copy_dropped(body: list[ast.stmt], text: Text) -> Iterator[Edit]:
    """Take for a copy what may be the caller's own array, and change that."""
    for statement in body:
        if isinstance(statement, ast.Assign) and text.changed & _names(statement, ast.Store):
            for node in ast.walk(statement.value):
                if isinstance(node, ast.Call) and name_of(node) == "array" and isinstance(node.args[0], ast.Name):
                    yield node, f"np.asarray({', '.join(text.arguments(node))})"


def wrong_order(body: list[ast.stmt], text: Text) -> Iterator[Edit]:
    """Do two steps in the wrong order, or two assignments at once one after the other."""
    for first, second in pairwise(body):
        if isinstance(first, SIMPLE) and isinstance(second, SIMPLE) and first.lineno + 1 == second.lineno:
            written, read = _names(first, ast.Store), _names(second, ast.Load)
            stale = bool(written & read) and _is_bound_before(first, text) and not _is_conversion(first)
            overwritten = _names(second, ast.Store) & _names(first, ast.Load)
            if (stale or overwritten) and not _commute(first, second):
                yield _Both(first, second), f"{text.of(second)}\n{' ' * first.col_offset}{text.of(first)}"
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=[a, b])], value=ast.Tuple(elts=[x, y])):
                if _names(a, ast.Store) & _names(y, ast.Load):
                    yield statement, f"{text.of(a)} = {text.of(x)}; {text.of(b)} = {text.of(y)}"
            case ast.Return(value=ast.Tuple(elts=[a, b])):
                yield statement, f"return {text.of(b)}, {text.of(a)}"


class _Both(ast.stmt):
    """Two statements that follow one another."""

    def __init__(self, first: ast.stmt, second: ast.stmt) -> None:
        super().__init__()
        self.lineno, self.col_offset = first.lineno, first.col_offset
        self.end_lineno, self.end_col_offset = second.end_lineno, second.end_col_offset


def _commute(first: ast.stmt, second: ast.stmt) -> bool:
    """Whether two statements add to something, neither of them what the other changes."""
    both = (first, second)
    if not all(isinstance(s, ast.AugAssign) and isinstance(s.op, ast.Add | ast.Sub) for s in both):
        return False
    written = _names(first, ast.Store) | _names(second, ast.Store)
    return not any(written & _names(s.value, ast.Load) for s in both if isinstance(s, ast.AugAssign))


def _is_conversion(statement: ast.stmt) -> bool:
    """Whether a statement only makes an array of what may be a list, as numpy itself does where it has to."""
    return isinstance(statement, ast.Assign) and name_of(statement.value) in ("asarray", "astype")


def _is_shared(name: str, text: Text) -> bool:
    """Whether a name may stand for an array that others hold too."""
    if name in text.outer_arguments:
        return True
    for node in ast.walk(text.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=other)], value=ast.Name() | ast.Subscript()) if other == name:
                return True
            case ast.Assign(targets=[ast.Name(id=other)], value=value) if other == name and name_of(value) == "asarray":
                return True
            case ast.Call(func=ast.Attribute(attr="append"), args=[ast.Name(id=other)]) if other == name:
                return True
    return False


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    """Return the names that are read (Load) or bound (Store) in a node; what is changed in place is both."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        found.add(node.target.id)
    if context is ast.Store:  # x[i] = 0 changes x, and so may x.append(0)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
        changed = [t.value for t in targets if isinstance(t, ast.Subscript)]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            changed += [node.value.func.value] if isinstance(node.value.func, ast.Attribute) else []
        found |= {n.id for n in changed if isinstance(n, ast.Name)}
    return found


def _is_bound_before(statement: ast.stmt, text: Text) -> bool:
    """Whether every name that a statement binds has a value already, as an argument or from an earlier statement."""
    names = _names(statement, ast.Store)
    earlier: set[str] = set()
    for node in ast.walk(text.tree):
        if isinstance(node, ast.arg):
            earlier.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.lineno < statement.lineno:
            earlier.add(node.id)
    return names <= earlier


STATEMENTS: tuple[Callable[[list[ast.stmt], Text], Iterator[Edit]], ...] = (
    update_forgotten,
    guard_forgotten,
    in_place,
    copy_dropped,
    wrong_order,
)
