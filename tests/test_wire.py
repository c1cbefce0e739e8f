"""The wire: data comes back as it was, what is no data is refused by name, bytes of strangers only raise WireError."""

import json
import tracemalloc
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.wire import (
    DTYPES,
    MAX_BODY,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_NDIM,
    MAX_NODES,
    PREFIX,
    Handle,
    NotData,
    Remote,
    Seed,
    WireError,
    body_sizes,
    decode,
    describe,
    encode,
)

QUICK = settings(deadline=None, max_examples=150)

dtypes = st.sampled_from(sorted(DTYPES.values(), key=str))
numbers = st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.complex_numbers()
texts = st.text() | st.characters(categories=["Cs"])  # a lone surrogate too; JSON joins a pair of them
keys = st.none() | numbers | texts | st.binary(max_size=8) | st.tuples(st.integers(0, 9), texts)
references = (
    st.builds(Handle, st.integers(0, 2**64), st.text(max_size=80))
    | st.builds(Remote, st.integers(0, 2**31))
    | st.builds(Seed, st.integers(0, 2**128))
)
shapes = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
leaves = (
    keys
    | references
    | dtypes.flatmap(lambda dtype: arrays.arrays(dtype, shapes))
    | dtypes.flatmap(lambda dtype: arrays.arrays(dtype, ())).map(lambda array: array[()])
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


def split(frame):
    """Cut a frame into header and body as its prefix announces."""
    header, body = body_sizes(frame[: PREFIX.size])
    assert len(frame) == PREFIX.size + header + body
    return frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header :]


def sent(value):
    return decode(*split(encode(value)))


def same(one, other):
    """Whether two values are equal to the bit, nan and the sign of zero included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, complex):
        return same((one.real, one.imag), (other.real, other.imag))
    if isinstance(one, float):
        return repr(one) == repr(other)
    return one == other


def frame(tree, body=b""):
    """Write a frame by hand."""
    return json.dumps(tree).encode(), body


# ---- what is data ----------------------------------------------------------------------------------------------


@given(values)
@QUICK
def test_every_value_comes_back_as_it_was(value):
    arrived = sent(value)
    assert same(arrived, value)
    assert encode(arrived) == encode(value)


@pytest.mark.parametrize("code", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (1,) * MAX_NDIM])
def test_every_dtype_crosses_in_every_shape(code, shape):
    array = np.ones(shape, dtype=code)
    assert same(sent(array), array)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda a: a[::2, ::-1], id="strided"),
        pytest.param(lambda a: a.T, id="transposed"),
        pytest.param(lambda a: np.broadcast_to(a[0], (5, 4)), id="broadcast"),
        pytest.param(lambda a: a.astype(">f8"), id="big-endian"),
        pytest.param(lambda a: a.astype(np.longdouble), id="longdouble"),
        pytest.param(lambda a: a.astype(np.clongdouble), id="clongdouble"),
    ],
)
def test_any_layout_of_an_array_crosses(make):
    array = make(np.arange(12.0).reshape(3, 4))
    arrived = sent(array)
    np.testing.assert_array_equal(arrived, array)
    assert arrived.dtype in (np.float64, np.complex128)
    assert arrived.flags.c_contiguous
    assert arrived.flags.writeable


def test_an_array_is_copied_from_the_frame():
    header, body = split(encode(np.zeros(3)))
    body = bytearray(body)
    array = decode(header, body)
    body[:] = b"\xff" * len(body)
    np.testing.assert_array_equal(array, 0)


def test_numpy_scalars_stay_numpy_scalars():
    assert same(sent(np.float32(0.1)), np.float32(0.1))
    assert same(sent(np.bool_(True)), np.bool_(True))
    assert same(sent(np.longdouble(0.5)), np.float64(0.5))


def test_a_seed_makes_the_same_generator_on_both_sides():
    seed = Seed(2**70 + 1)
    np.testing.assert_array_equal(sent(seed).rng().random(4), seed.rng().random(4))


# ---- what is not -----------------------------------------------------------------------------------------------


class Sneaky(float):
    pass


class Measured(np.float64):
    pass


class Matrix(np.ndarray):
    pass


Point = namedtuple("Point", "x y")


NOT_DATA = {
    "subclass of float": (Sneaky(1), r"an object of class \S*\.Sneaky"),
    "subclass of a numpy scalar": (Measured(1), r"an object of class \S*\.Measured"),
    "subclass of ndarray": (np.zeros(2).view(Matrix), r"an object of class \S*\.Matrix"),
    "masked array": (np.ma.masked_array([1.0]), r"an object of class numpy\S*\.MaskedArray"),
    "named tuple": (Point(1, 2), r"an object of class \S*\.Point"),
    "ordered dict": (OrderedDict(a=1), r"an object of class collections\.OrderedDict"),
    "set": ({1, 2}, "a set"),
    "range": (range(3), "a range"),
    "function": (lambda: None, "a function"),
    "class": (object, "a type"),
    "bytearray": (bytearray(b"x"), "a bytearray"),
    "set as key": ({frozenset(): 1}, "a frozenset"),
    "objects": (np.array([None]), "an array of dtype object"),
    "words": (np.array(["a"]), "an array of dtype <U1"),
    "word": (np.str_("a"), "an array of dtype <U1"),
    "dates": (np.zeros(2, "M8[s]"), r"an array of dtype datetime64\[s\]"),
    "records": (np.zeros(2, [("x", "f8")]), r"an array of dtype \[\('x', '<f8'\)\]"),
    "axes": (np.zeros((1,) * (MAX_NDIM + 1)), "an array with 9 axes"),
    "huge array": (np.broadcast_to(0.0, (2**20, 2**20)), "an array of 8388608 MB; at most 256 MB can be sent"),
    "many arrays": ([bytes(MAX_BODY // 2 + 1)] * 2, "more than 256 MB of arrays"),
    "long text": ("x" * MAX_HEADER, "more than 4 MB of text and lists"),
    "long list": ([0] * MAX_NODES, "a structure of more than 200000 items"),
    "long int": (2**64, "an int that does not fit in 64 bits"),
    "negative int": (-(2**63) - 1, "an int that does not fit in 64 bits"),
}


@pytest.mark.parametrize("case", NOT_DATA)
def test_what_is_not_data_is_named(case):
    value, reason = NOT_DATA[case]
    with pytest.raises(NotData, match=rf"^{reason}$"):
        encode(value)


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"x": v}], ids=["list", "tuple", "dict"])
def test_a_structure_may_be_so_deep_and_no_deeper(wrap):
    value = 1.0
    for _ in range(MAX_DEPTH):
        value = wrap(value)
    assert sent(value) == value
    with pytest.raises(NotData, match=r"^a structure nested too deeply, or one that contains itself$"):
        encode(wrap(value))


@pytest.mark.parametrize("endless", [[], {}], ids=["list", "dict"])
def test_a_structure_that_contains_itself_is_refused(endless):
    endless.append(endless) if isinstance(endless, list) else endless.setdefault("x", endless)
    with pytest.raises(NotData, match="contains itself"):
        encode(endless)


def test_describing_a_value_runs_none_of_its_code():
    class Loud:
        def __getattribute__(self, name):
            raise AssertionError(name)

        def __repr__(self):
            raise AssertionError

    assert describe(Loud()).endswith("Loud")
    assert [describe(value) for value in (3, 0.5, None)] == ["an int", "a float", "None"]


# ---- bytes of strangers ----------------------------------------------------------------------------------------


def test_a_frame_must_start_with_the_magic_bytes():
    with pytest.raises(WireError, match=r"^a frame does not start with the magic bytes$"):
        body_sizes(PREFIX.pack(b"HTTP", 0, 0))


@pytest.mark.parametrize("sizes", [(MAX_HEADER + 1, 0), (0, MAX_BODY + 1), (2**32 - 1, 2**64 - 1)])
def test_announced_sizes_are_refused_before_a_byte_is_read(sizes):
    with pytest.raises(WireError, match=rf"^a frame announces {sizes[0]} \+ {sizes[1]} bytes, more than allowed$"):
        body_sizes(PREFIX.pack(b"AGW1", *sizes))


def nested(depth, wrap=lambda tree: [tree]):
    tree = 0
    for _ in range(depth):
        tree = wrap(tree)
    return tree


IRREGULAR = {
    "header: a frame cannot be read: UnicodeDecodeError": (b'"\xff"', b""),
    "empty: a frame cannot be read: JSONDecodeError": (b"", b""),
    "deep: a frame cannot be read: RecursionError": (b"[" * 100_000, b""),
    "digits: a frame cannot be read: ValueError": (b"9" * 10_000, b""),
    "complex: a frame cannot be read: OverflowError": frame({"c": [10**400, 0]}),
    "key: a frame cannot be read: TypeError": frame({"d": [[{"t": [[]]}, 0]]}),
    "shape: a frame cannot be read: ValueError": frame({"a": ["<f8", [0, 2**30, 2**30, 2**30]]}),
    "nested: a frame is nested too deeply or has too many items": frame(nested(MAX_DEPTH + 2)),
    "tuples: a frame is nested too deeply or has too many items": frame(nested(MAX_DEPTH + 2, lambda t: {"t": [t]})),
    "dicts: a frame is nested too deeply or has too many items": frame(
        nested(MAX_DEPTH + 2, lambda t: {"d": [[0, t]]})
    ),
    "items: a frame is nested too deeply or has too many items": frame([0] * MAX_NODES),
    "int: a frame holds an int outside 64 bits": frame(2**64),
    "negative: a frame holds an int outside 64 bits": frame(-(2**63) - 1),
    "untagged: a frame holds an object that is not one tagged value": frame({}),
    "two tags: a frame holds an object that is not one tagged value": frame({"t": [], "b": 0}),
    "tag: a frame holds an unknown kind of value": frame({"x": 1}),
    "tuple: a frame holds an unknown kind of value": frame({"t": "abc"}),
    "size: a frame holds an unknown kind of value": frame({"b": -1}),
    "bool size: a frame holds an unknown kind of value": frame({"b": True}, b"x"),
    "id: a frame holds an unknown kind of value": frame({"f": -1}),
    "seed: a frame holds an unknown kind of value": frame({"r": -1}),
    "handle: a frame holds an unknown kind of value": frame({"o": [-1, "C"]}),
    "class: a frame holds an unknown kind of value": frame({"o": [1, 2]}),
    "row: a frame holds a dict row that is not a pair": frame({"d": [[1, 2, 3]]}),
    "no row: a frame holds a dict row that is not a pair": frame({"d": [7]}),
    "list key: a frame holds a dict key that is not a plain value": frame({"d": [[[], 0]]}),
    "handle key: a frame holds a dict key that is not a plain value": frame({"d": [[{"o": [1, "C"]}, 0]]}),
    "objects: a frame holds an array of a dtype that may not cross": frame({"a": ["|O", [1]]}, bytes(8)),
    "words: a frame holds an array of a dtype that may not cross": frame({"n": "float64"}, bytes(8)),
    "axes: a frame holds an array with an impossible shape": frame({"a": ["<f8", [1] * 9]}, bytes(8)),
    "minus: a frame holds an array with an impossible shape": frame({"a": ["<f8", [-1]]}, bytes(8)),
    "half: a frame holds an array with an impossible shape": frame({"a": ["<f8", [1.0]]}, bytes(8)),
    "long: a frame holds an array with an impossible shape": frame({"a": ["<f8", [0, 2**31]]}),
    "short: a frame is shorter than its arrays": frame({"a": ["<f8", [2]]}, bytes(15)),
    "bytes: a frame is shorter than its arrays": frame({"b": 2}, b"x"),
    "huge: a frame is shorter than its arrays": frame({"a": ["<f8", [2**31 - 1] * 8]}, bytes(8)),
    "more: a frame has bytes that no array claims": frame({"b": 1}, b"xy"),
}


@pytest.mark.parametrize("case", IRREGULAR)
def test_an_irregular_frame_is_one_sentence(case):
    with pytest.raises(WireError) as caught:
        decode(*IRREGULAR[case])
    assert str(caught.value) == case.partition(": ")[2]


def test_what_an_array_announces_is_refused_before_it_is_allocated():
    header, body = frame([{"a": ["<f8", [2**31 - 1, 2**31 - 1]]}, {"b": 2**62}])
    tracemalloc.start()
    with pytest.raises(WireError):
        decode(header, body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_the_name_of_a_class_is_cut():
    assert decode(*frame({"o": [1, "C" * 1000]})) == Handle(1, "C" * 80)


@given(st.binary(max_size=200), st.binary(max_size=50))
@QUICK
def test_random_bytes_only_raise_wire_errors(header, body):
    assert_only_wire_errors(header, body)


json_trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(sorted(DTYPES)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("tdcbanofr"), inner, max_size=2),
    max_leaves=20,
)


@given(json_trees, st.binary(max_size=40))
@QUICK
def test_random_trees_only_raise_wire_errors(tree, body):
    assert_only_wire_errors(json.dumps(tree).encode(), body)


@given(values, st.data())
@QUICK
def test_damaged_frames_only_raise_wire_errors(value, data):
    header, body = map(bytearray, split(encode(value)))
    for _ in range(data.draw(st.integers(1, 3))):
        part = data.draw(st.sampled_from([header, body]))
        at = data.draw(st.integers(0, len(part)))
        match data.draw(st.sampled_from(["cut", "insert", "change"])):
            case "cut":
                del part[at:]
            case "insert":
                part[at:at] = data.draw(st.binary(min_size=1, max_size=4))
            case "change":
                part[at : at + 1] = data.draw(st.binary(min_size=1, max_size=1))
    assert_only_wire_errors(bytes(header), body)


@given(st.binary(min_size=PREFIX.size, max_size=PREFIX.size))
@QUICK
def test_random_prefixes_only_raise_wire_errors(prefix):
    try:
        header, body = body_sizes(prefix)
    except WireError:
        return
    assert header <= MAX_HEADER
    assert body <= MAX_BODY


def assert_only_wire_errors(header, body):
    """Decode; whatever comes out without a WireError must be data."""
    try:
        value = decode(header, body)
    except WireError:
        return
    encode(value)
