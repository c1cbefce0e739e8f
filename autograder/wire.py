"""The only language spoken across the sandbox's boundary: plain data in self-describing frames.

A frame is a 16-byte prefix (magic, header length, body length), a JSON header holding one value as a
tree, and the raw bytes of the arrays in the order in which the tree names them. There is no pickle and
no code in either direction, and sizes, types and shapes are checked before anything is allocated.

The tree writes None, bool, int, float and str as JSON does and lists as JSON lists; every other type is an
object with one key:

========================  ==================================================
``{"t": [...]}``          tuple
``{"d": [[k, v], ...]}``  dict
``{"c": [re, im]}``       complex
``{"b": n}``              bytes; n bytes of the body
``{"a": [dtype, shape]}`` array; its items in row-major order in the body
``{"n": dtype}``          numpy scalar; one item in the body
``{"o": [id, class]}``    :class:`Handle`, an object that stays in the sandbox
``{"f": id}``             :class:`Remote`, a function that stays on the trusted side
``{"r": seed}``           :class:`Seed`, a random generator to be made on arrival
========================  ==================================================

This module runs on both sides, so it imports the standard library and numpy only.
"""

import json
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["PREFIX", "Handle", "NotData", "Remote", "Seed", "WireError", "body_sizes", "decode", "encode", "read"]

MAGIC: Final = b"AGW1"
PREFIX: Final = struct.Struct("<4sIQ")
MAX_HEADER: Final = 4 << 20
MAX_BODY: Final = 256 << 20
MAX_DEPTH: Final = 16
MAX_NODES: Final = 200_000
MAX_NDIM: Final = 8
INT_RANGE: Final = range(-(2**63), 2**64)
LEAVES: Final = frozenset({type(None), bool, float, str})  # written as JSON writes them
DTYPES: Final = {
    np.dtype(code).str: np.dtype(code)
    for code in ("?", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16")
}


_JSON: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False)  # what it is given is a tree


class WireError(Exception):
    """Bytes that do not form a valid frame."""


class NotData(Exception):
    """A value that may not cross the boundary; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Handle:
    """An object of the student's that stays in the sandbox; the trusted side holds its number."""

    id: int
    cls: str = "object"


@dataclass(frozen=True, slots=True)
class Remote:
    """A function of the test's that stays on the trusted side; the sandbox holds its number."""

    id: int


@dataclass(frozen=True, slots=True)
class Seed:
    """A random generator that crosses as its seed, so both sides can make the same one."""

    seed: int

    def rng(self) -> np.random.Generator:
        """Return a new generator in its first state."""
        return np.random.default_rng(self.seed)


def encode(value: Any) -> bytes:
    """Write one value as a frame.

    Types are matched exactly: a subclass of ``ndarray`` or ``float`` is not data, since it could carry
    behaviour. Raises :class:`NotData` naming the offending type.
    """
    buffers: list[bytes] = []
    budget = _Budget()
    tree = _plain(value, buffers, budget, 0)
    header = _JSON.encode(tree).encode("ascii")
    body = sum(map(len, buffers))
    for size, limit, what in ((len(header), MAX_HEADER, "text and lists"), (body, MAX_BODY, "arrays")):
        if size > limit:
            raise NotData(f"more than {limit >> 20} MB of {what}")
    return b"".join([PREFIX.pack(MAGIC, len(header), body), header, *buffers])


def body_sizes(prefix: bytes) -> tuple[int, int]:
    """Return the sizes of header and body announced by a 16-byte prefix, or raise :class:`WireError`."""
    magic, header, body = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise WireError("a frame does not start with the magic bytes")
    if header > MAX_HEADER or body > MAX_BODY:
        raise WireError(f"a frame announces {header} + {body} bytes, more than allowed")
    return header, body


def decode(header: bytes, body: bytes | bytearray) -> Any:
    """Read the value of one frame; anything irregular raises :class:`WireError`, nothing else does."""
    try:
        tree = json.loads(header.decode("utf-8"))
        reader = _Reader(memoryview(body))
        value = reader.value(tree, 0)
    except (ValueError, RecursionError, OverflowError, TypeError, MemoryError) as error:
        raise WireError(f"a frame cannot be read: {type(error).__name__}") from None
    if reader.used != len(body):
        raise WireError("a frame has bytes that no array claims")
    return value


def read(frame: bytes) -> Any:
    """Read the value of one whole frame; anything irregular raises :class:`WireError`."""
    header, _ = body_sizes(frame[: PREFIX.size])
    start = PREFIX.size + header
    return decode(frame[PREFIX.size : start], frame[start:])


class _Budget:
    """Counts nodes so that a huge or endless structure is refused early."""

    __slots__ = ("nodes",)

    def __init__(self) -> None:
        self.nodes = 1  # the root

    def spend(self, count: int) -> bool:
        self.nodes += count
        return self.nodes <= MAX_NODES


def _plain(value: Any, buffers: list[bytes], budget: _Budget, depth: int) -> Any:
    """Turn a value into its JSON tree, appending array bytes to ``buffers``."""
    kind = type(value)
    if kind in LEAVES:
        return value
    if kind is int:
        if value not in INT_RANGE:
            raise NotData("an int that does not fit in 64 bits")
        return value
    if kind is list:
        return _plain_items(value, buffers, budget, depth + 1)
    if kind is tuple:
        return {"t": _plain_items(value, buffers, budget, depth + 1)}
    if kind is dict:
        return {"d": [_plain_items(pair, buffers, budget, depth + 1) for pair in value.items()]}
    if kind is complex:
        return {"c": [value.real, value.imag]}
    if kind is bytes:
        buffers.append(value)
        return {"b": len(value)}
    if kind is np.ndarray:
        data = _plain_array(value)
        buffers.append(data.tobytes())
        return {"a": [data.dtype.str, list(data.shape)]}
    if kind is Handle:
        return {"o": [value.id, value.cls]}
    if kind is Remote:
        return {"f": value.id}
    if kind is Seed:
        return {"r": value.seed}
    if kind.__module__ == "numpy" and isinstance(value, np.generic):
        data = _plain_array(np.asarray(value))
        buffers.append(data.tobytes())
        return {"n": data.dtype.str}
    raise NotData(describe(value))


def _plain_items(values: list[Any] | tuple[Any, ...], buffers: list[bytes], budget: _Budget, depth: int) -> list[Any]:
    """Turn each item into its tree; the many that are leaves without a further call."""
    if values and depth > MAX_DEPTH:
        raise NotData("a structure nested too deeply, or one that contains itself")
    if not budget.spend(len(values)):
        raise NotData(f"a structure of more than {MAX_NODES} items")
    return [value if type(value) in LEAVES else _plain(value, buffers, budget, depth) for value in values]


def _plain_array(array: NDArray[Any]) -> NDArray[Any]:
    """Return the array in one of the dtypes that may cross."""
    if array.nbytes > MAX_BODY:
        raise NotData(f"an array of {array.nbytes >> 20} MB; at most {MAX_BODY >> 20} MB can be sent")
    if array.dtype == np.longdouble or array.dtype == np.clongdouble:  # wider than any platform-independent type
        array = array.astype(np.float64 if array.dtype.kind == "f" else np.complex128)
    dtype = DTYPES.get(array.dtype.newbyteorder("<").str)
    if dtype is None:
        raise NotData(f"an array of dtype {array.dtype}")
    if array.ndim > MAX_NDIM:
        raise NotData(f"an array with {array.ndim} axes")
    return array.astype(dtype, copy=False)


def describe(value: Any) -> str:
    """Name a value's type in words a student understands, without calling any of its code."""
    kind = type(value)
    if value is None:
        return "None"
    if kind.__module__ == "builtins":
        return f"{'an' if kind.__name__[0] in 'aeiou' else 'a'} {kind.__name__}"
    return f"an object of class {kind.__module__}.{kind.__qualname__}"


class _Reader:
    """Rebuilds values from a tree, taking array bytes from the body in order."""

    def __init__(self, body: memoryview) -> None:
        self.body = body
        self.used = 0
        self.budget = _Budget()

    def take(self, size: int) -> memoryview:
        if size > len(self.body) - self.used:
            raise WireError("a frame is shorter than its arrays")
        part = self.body[self.used : self.used + size]
        self.used += size
        return part

    def value(self, tree: Any, depth: int) -> Any:
        if type(tree) in LEAVES:
            return tree
        if isinstance(tree, int):
            if tree not in INT_RANGE:
                raise WireError("a frame holds an int outside 64 bits")
            return tree
        if isinstance(tree, list):
            return self.items(tree, depth + 1)
        if not isinstance(tree, dict) or len(tree) != 1:
            raise WireError("a frame holds an object that is not one tagged value")
        ((tag, content),) = tree.items()
        return self.tagged(tag, content, depth)

    def tagged(self, tag: str, content: Any, depth: int) -> Any:
        match tag, content:
            case "t", list():
                return tuple(self.items(content, depth + 1))
            case "d", list():
                return dict(self.pairs(content, depth))
            case "c", [float() | int() as re, float() | int() as im]:
                return complex(re, im)
            case "b", int() if _count(content):
                return bytes(self.take(content))
            case "a", [str() as code, list() as shape]:
                return self.array(code, shape)
            case "n", str():
                return self.array(content, []).reshape(())[()]
            case "o", [int() as number, str() as name] if _count(number):
                return Handle(number, name[:80])
            case "f", int() if _count(content):
                return Remote(content)
            case "r", int() if _count(content):
                return Seed(content)
        raise WireError("a frame holds an unknown kind of value")

    def items(self, trees: list[Any], depth: int) -> list[Any]:
        if (trees and depth > MAX_DEPTH + 1) or not self.budget.spend(len(trees)):
            raise WireError("a frame is nested too deeply or has too many items")
        return [tree if type(tree) in LEAVES else self.value(tree, depth) for tree in trees]

    def pairs(self, rows: list[Any], depth: int) -> Iterator[tuple[Any, Any]]:
        for row in rows:
            if not isinstance(row, list) or len(row) != 2:
                raise WireError("a frame holds a dict row that is not a pair")
            key, value = self.items(row, depth + 1)
            if not isinstance(key, (str, bytes, int, float, complex, tuple, np.generic, type(None))):
                raise WireError("a frame holds a dict key that is not a plain value")
            yield key, value

    def array(self, code: str, shape: list[Any]) -> NDArray[Any]:
        dtype = DTYPES.get(code)
        if dtype is None:
            raise WireError("a frame holds an array of a dtype that may not cross")
        if len(shape) > MAX_NDIM or not all(_count(n) and n < 2**31 for n in shape):
            raise WireError("a frame holds an array with an impossible shape")
        part = self.take(math.prod(shape) * dtype.itemsize)
        return np.frombuffer(part, dtype=dtype).reshape(shape).copy()


def _count(number: Any) -> bool:
    return type(number) is int and number >= 0
