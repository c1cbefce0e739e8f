"""Faults inside an expression: wrong axes, operands, functions, types, bounds and constants."""

import ast
from collections.abc import Callable, Iterator

from autograder.certify.operators.text import Edit, Text

OTHER = {
    "mean": ("sum",), "sum": ("mean",), "max": ("min", "argmax"), "min": ("max", "argmin"), "argmax": ("max", "argmin"),
    "argmin": ("min", "argmax"), "any": ("all",), "all": ("any",), "maximum": ("minimum",), "minimum": ("maximum",),
    "log": ("log2", "log10"), "exp": ("exp2",), "std": ("var",), "zeros": ("ones",), "ones": ("zeros",),
}  # fmt: skip
"""What a function of numpy, or a method of arrays, is mistaken for."""

UNDONE = {"sqrt", "abs", "exp", "log", "tanh", "square", "cumsum", "diff", "ravel", "copy", "astype", "reversed"}
"""Functions and methods that are forgotten: f(x) becomes x."""

MAKERS = {"zeros", "empty"}
LARGE, TINY = 20, 1e-3  # a number beyond is a cap or a tolerance, which one more or less does not change


def name_of(call: ast.AST) -> str:
    """Return the last part of the name of what is called, or ""."""
    if not isinstance(call, ast.Call):
        return ""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def axis(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Swap an axis, or drop it; of several, drop the first."""
    if not isinstance(node, ast.Call):
        return
    for keyword in node.keywords:
        if keyword.arg == "axis":
            rest = [text.of(part) for part in (*node.args, *node.keywords) if part is not keyword]
            yield node, text.call(node.func, rest)
            match keyword.value:
                case ast.Constant(value=int(number)):
                    yield keyword.value, "1" if number in (0, 2) else "0"
                case ast.Tuple(elts=[_, *others]) if others:
                    yield keyword.value, f"({', '.join(map(text.of, others))},)"


def keyword_dropped(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Forget keepdims, bias, ddof or prepend."""
    if not isinstance(node, ast.Call):
        return
    for keyword in node.keywords:
        if keyword.arg in ("keepdims", "bias", "ddof", "prepend"):
            rest = [text.of(part) for part in (*node.args, *node.keywords) if part is not keyword]
            yield node, text.call(node.func, rest)


def ddof(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Divide by N - 1 instead of N."""
    if (
        isinstance(node, ast.Call)
        and name_of(node) in ("std", "var")
        and not any(k.arg == "ddof" for k in node.keywords)
    ):
        yield node, text.call(node.func, [*text.arguments(node), "ddof=1"])


def transposed(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Forget a transposition, or transpose an operand of @."""
    match node:
        case ast.Attribute(attr="T", value=value):
            yield node, text.of(value)
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            for operand in (left, right):
                if _is_matrix(operand):
                    yield operand, f"{text.of(operand)}.T"


def product(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Take @ for *, * for @, or the factors of @ in the wrong order."""
    match node:
        case ast.BinOp(op=ast.MatMult(), left=left, right=right):
            yield node, f"{text.operand(left)} * {text.operand(right)}"
            if _is_matrix(left) or _is_matrix(right):
                yield node, f"{text.operand(right)} @ {text.operand(left)}"
        case ast.BinOp(op=ast.Mult(), left=left, right=right) if id(node) not in text.summed:
            yield node, f"{text.operand(left)} @ {text.operand(right)}"


def operand_dropped(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Forget a factor, a term, an exponent or a divisor: a missing 1/N, a missing shift by the maximum."""
    match node:
        case ast.BinOp(op=ast.Add() | ast.Mult(), left=left, right=right):
            yield node, text.of(left)
            yield node, text.of(right)
        case ast.BinOp(op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Pow(), left=left):
            yield node, text.of(left)


def turned_round(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Subtract or divide the wrong way round."""
    match node:
        case ast.BinOp(op=ast.Sub(), left=left, right=right) if id(node) not in text.even:
            yield node, f"{text.operand(right)} - {text.operand(left)}"
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            yield node, f"{text.operand(right)} / {text.operand(left)}"


def other_function(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Take sum for mean, max for argmax, log2 for log, and so on; a norm for its square."""
    name = name_of(node)
    for other in OTHER.get(name, ()):
        if id(node) in text.ranked and {name, other} == {"sum", "mean"}:
            continue
        match node:
            case ast.Call(func=ast.Attribute(value=value) as function):
                yield function, f"{text.of(value)}.{other}"
            case ast.Call(func=ast.Name() as function) if name in ("max", "min", "any", "all") and not other.startswith(
                "arg"
            ):
                yield function, other
    if name == "norm":
        yield node, f"{text.of(node)} ** 2"


def function_forgotten(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Forget a function: the square root, the absolute value, a conversion, a copy."""
    name = name_of(node)
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"))) | ast.Call(func=ast.Name()) if name in UNDONE:
            if len(node.args) == 1:
                yield node, text.of(node.args[0])
        case ast.Call(func=ast.Attribute(value=value)) if name in UNDONE:
            yield node, text.of(value)
        case ast.Call(args=[first, second], keywords=[]) if name in ("maximum", "minimum", "max", "min"):
            yield node, text.of(first)
            yield node, text.of(second)
        case ast.Call(args=[condition, first, second]) if name == "where":
            yield node, text.call(node.func, [text.of(condition), text.of(second), text.of(first)])


def whole_numbers(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Compute in integers instead of floats."""
    match node:
        case ast.keyword(arg="dtype", value=(ast.Name(id="float") | ast.Attribute(attr="float64")) as kind):
            yield kind, "int"
        case ast.Call(func=function, args=[_], keywords=[]) if name_of(node) in MAKERS and id(node) not in text.spread:
            yield node, f"{text.of(function)}({text.of(node.args[0])}, dtype=int)"


def broadcast(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Put the new axis in another place, or forget it."""
    match node:
        case ast.Subscript(value=value, slice=ast.Tuple(elts=parts)) if any(map(_is_new_axis, parts)):
            words = [text.of(part) if text.of(part) else ":" for part in parts]
            for i in range(len(words) - 1):
                if _is_new_axis(parts[i]) != _is_new_axis(parts[i + 1]):
                    moved = [*words[:i], words[i + 1], words[i], *words[i + 2 :]]
                    yield node, f"{text.of(value)}[{', '.join(moved)}]"
            added = _is_new_axis(parts[0]) and id(node) in text.spread
            if not added and all(_is_new_axis(part) or _is_everything(part) for part in parts):
                yield node, text.of(value)
        case ast.Subscript(value=value, slice=ast.Tuple(elts=[ast.Name() as row, ast.Name() as column])):
            yield node, f"{text.of(value)}[{column.id}, {row.id}]"


def bounds(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Start or end a slice one too early or too late, or forget a bound or the step."""
    if not isinstance(node, ast.Slice):
        return
    lower, upper, step = ("" if part is None else text.of(part) for part in (node.lower, node.upper, node.step))
    tail = f" : {step}" if step else ""
    if upper:
        yield node, f"{lower} : {tail}"
        if not _is_number(node.upper):
            yield node, f"{lower} : {upper} + 1{tail}"
            yield node, f"{lower} : {upper} - 1{tail}"
    if lower:
        yield node, f" : {upper}{tail}"
        if not _is_number(node.lower):
            yield node, f"{lower} + 1 : {upper}{tail}"
    elif upper:
        yield node, f"1 : {upper}{tail}"
    if step:
        yield node, f"{lower} : {upper}"


def loop_bounds(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Begin a loop one too late, end it one too early or too late, or take it in single steps."""
    if name_of(node) != "range" or not isinstance(node, ast.Call):
        return
    match node.args:
        case [end] if not (id(end) in text.caps and _is_number(end)):
            yield node, f"range({text.operand(end)} - 1)"
            yield node, f"range({text.operand(end)} + 1)"
            yield node, f"range(1, {text.of(end)})"
        case [start, end, *step]:
            steps = [text.of(part) for part in step]
            yield node, text.call(node.func, [text.of(start), f"{text.operand(end)} - 1", *steps])
            yield node, text.call(node.func, [text.of(start), f"{text.operand(end)} + 1", *steps])
            yield node, text.call(node.func, [f"{text.operand(start)} + 1", text.of(end), *steps])


def constants(node: ast.AST, text: Text) -> Iterator[Edit]:
    """Take a tolerance of nothing or a tenth, or a tenth of a large number; the library changes others by one."""
    match node:
        case ast.Constant(value=float(number)) if 0 < abs(number) < TINY:
            yield node, "0.0"
            yield node, "0.1"
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int(number) | float(number)) if abs(number) > LARGE and id(node) not in text.caps:
            yield node, str(int(number) // 10)


def _is_matrix(node: ast.AST) -> bool:
    """Whether an operand may have two axes: names of vectors are lower-case here, and K[i] is a row."""
    match node:
        case ast.Subscript(value=value, slice=index):
            return _is_matrix(value) and not (isinstance(index, ast.Name) and len(index.id) == 1)
        case ast.Attribute(attr="T", value=value):
            return _is_matrix(value)
        case ast.Name(id=name):
            return name[0].isupper()
    return not isinstance(node, ast.BinOp | ast.Attribute)


def _is_new_axis(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_everything(node: ast.AST) -> bool:
    return isinstance(node, ast.Slice) and node.lower is node.upper is node.step is None


def _is_number(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant))


EXPRESSIONS: tuple[Callable[[ast.AST, Text], Iterator[Edit]], ...] = (
    axis,
    keyword_dropped,
    ddof,
    transposed,
    product,
    operand_dropped,
    turned_round,
    other_function,
    function_forgotten,
    whole_numbers,
    broadcast,
    bounds,
    loop_bounds,
    constants,
)
