"""Source text and its syntax tree: replace a node and leave the rest of the text as its author wrote it."""

import ast
import warnings
from collections.abc import Iterator

ATOMS = (ast.Name, ast.Constant, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Set)

Edit = tuple[ast.AST, str]
"""A node, and the text to put in its place."""


class Text:
    """Source text with its syntax tree. Raises SyntaxError for what is not Python."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self.code = source.encode()
        self._starts = [0]
        for line in self.code.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        nodes = list(ast.walk(self.tree))
        self.even = {id(part) for node in nodes for part in _even(node)}
        """Nodes of whose value only the size matters: they are squared, or their absolute value is taken."""
        self.ranked = {id(part) for node in nodes for part in _ranked(node)}
        """Nodes of whose values only the order matters: the place of the largest or smallest is looked for."""
        self.summed = {id(part) for node in nodes for part in _summed(node)}
        """Nodes of which all values are added up, as a product of vectors does by itself."""
        self.spread = {id(part) for node in nodes for part in _spread(node)}
        """Nodes that numpy spreads over the shape of another, adding new axes in front by itself."""
        self.outer_arguments = {argument.arg for argument in _arguments(self.tree.body)}
        """Arguments of functions and methods, without those of functions inside them."""
        self.changed = {name for node in nodes for name in _changed(node)}
        """Names of arrays that are changed in place."""
        self.caps = {id(part) for node in nodes for part in _caps(node)}
        """Numbers of steps of loops that end by themselves before."""

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node's text starts and ends, in bytes."""
        start = self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end

    def of(self, node: ast.AST) -> str:
        """Return the text of a node, without parentheses around it."""
        start, end = self.span(node)
        return self.code[start:end].decode()

    def operand(self, node: ast.AST) -> str:
        """Return the text of a node fit to stand beside any operator."""
        return self.of(node) if isinstance(node, ATOMS) else f"({self.of(node)})"

    def call(self, function: ast.AST, arguments: list[str]) -> str:
        """Return the text of a call."""
        return f"{self.of(function)}({', '.join(arguments)})"

    def arguments(self, call: ast.Call) -> list[str]:
        """Return the texts of a call's arguments, positional ones first."""
        return [self.of(part) for part in (*call.args, *call.keywords)]

    def edited(self, edit: Edit) -> str | None:
        """Return the source after an edit, with parentheses where they are needed; None if that is not Python."""
        node, new = edit
        start, end = self.span(node)
        before, after = self.code[:start].decode(), self.code[end:].decode()
        plain, safe = before + new + after, f"{before}({new}){after}"
        parsed = _parsed(plain)
        if isinstance(node, ast.expr) and (meant := _parsed(safe)):
            return plain if parsed == meant else safe
        return plain if parsed else None

    def bodies(self) -> Iterator[list[ast.stmt]]:
        """Yield every list of statements."""
        for node in ast.walk(self.tree):
            for name in ("body", "orelse", "finalbody"):
                body = getattr(node, name, None)
                if isinstance(body, list) and body:
                    yield body


def _even(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(op=ast.Pow(), left=left, right=ast.Constant(value=2)):
            yield left
        case ast.Call(func=ast.Attribute(attr="abs"), args=[argument]):
            yield argument


def _ranked(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="argmin" | "argmax"), args=[value, *_]):
            yield value
        case ast.Call(func=ast.Attribute(value=value, attr="argmin" | "argmax")):
            yield value


def _summed(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="sum"), args=[value], keywords=[]):
            yield value


def _spread(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), left=left, right=right):
            yield from (left, right)


def _arguments(body: list[ast.stmt]) -> Iterator[ast.arg]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            yield from statement.args.args
        elif isinstance(statement, ast.ClassDef):
            yield from _arguments(statement.body)


def _changed(node: ast.AST) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    for target in targets:
        match target:
            case ast.Subscript(value=ast.Name(id=name)):
                yield name
            case ast.Name(id=name) if isinstance(node, ast.AugAssign):
                yield name


def _caps(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=arguments)) if stops(node):
            yield from arguments


def stops(loop: ast.For) -> bool:
    """Whether a loop has a break of its own."""
    inner = [n for n in ast.walk(loop) if isinstance(n, ast.For | ast.While) and n is not loop]
    theirs = {id(n) for part in inner for n in ast.walk(part) if isinstance(n, ast.Break)}
    return any(isinstance(n, ast.Break) and id(n) not in theirs for n in ast.walk(loop))


def fingerprint(source: str) -> str | None:
    """Return what two texts of the same program have in common; None for text that is not a program."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of calls of a number, say: that is what a fault may be
            compile(source, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return _parsed(source)


def _parsed(source: str) -> str | None:
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return None
