"""The wire: exact round trips, caps, and no bytes whatever that crash the decoder or make it allocate beyond its cap."""

import contextlib
import math
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.box import wire

SMALL = wire.Caps(size=1 << 16, depth=6, items=500)
SMALL_WIDE = wire.Caps(size=1 << 16, depth=8, items=500, wide=True)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**300), 2**300)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary(max_size=50)
)
numbers = st.sampled_from(sorted(wire.DTYPES)).map(np.dtype)
arrays = hnp.arrays(numbers, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
generators = st.integers(0, 2**64).map(np.random.default_rng)
keys = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
values = st.recursive(
    scalars | arrays | arrays.map(lambda a: a.flat[0] if a.size else a) | generators,
    lambda inner: st.lists(inner, max_size=4)
    | st.lists(inner, max_size=4).map(tuple)
    | st.dictionaries(keys, inner, max_size=4)
    | st.sets(keys, max_size=4)
    | st.frozensets(keys, max_size=4),
    max_leaves=12,
)


def identical(a, b) -> bool:
    """The same type and the same value, bit for bit (NaN equals NaN, 0.0 differs from -0.0)."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, np.random.Generator):
        return a.bit_generator.state == b.bit_generator.state
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[k], b[k]) for k in a)
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, complex):
        return identical(a.real, b.real) and identical(a.imag, b.imag)
    return a == b


@given(values)
@settings(max_examples=300, deadline=None)
def test_round_trip_is_exact(value):
    assert identical(wire.decode(wire.encode(value)), value)


@given(values)
@settings(max_examples=100, deadline=None)
def test_arrays_come_back_fresh_and_writable(value):
    got = wire.decode(wire.encode([value, np.arange(3.0)]))[1]
    got[0] = 7.0
    assert got.flags.owndata or got.base.flags.owndata


HOMES = {"builtins", "collections", "datetime", "numpy"}
"""Where the types of plain data come from; of what other courses send, pandas as well."""


def is_data(value: object, homes: set[str]) -> bool:
    """Whether a value and all that it holds is of a type from `homes`, and nothing that could be called."""
    if type(value).__module__.partition(".")[0] not in homes or callable(value):
        return False
    inside = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list | tuple | set | frozenset) else []
    return all(is_data(item, homes) for item in inside)


def refused_or_data(data: bytes) -> bool:
    """Under narrow and wide caps: a WireError (any other error is the test's failure), or data."""
    for caps in (SMALL, SMALL_WIDE):
        with contextlib.suppress(wire.WireError):
            if not is_data(wire.decode(data, caps), HOMES | {"pandas"} if caps.wide else HOMES):
                return False
    return True


@given(st.binary(max_size=400))
@settings(max_examples=1500, deadline=None)
def test_random_bytes_never_crash(data):
    assert refused_or_data(data)


@given(values, st.data())
@settings(max_examples=500, deadline=None)
def test_damaged_values_never_crash(value, data):
    """Closer to real attacks: a valid message with some bytes changed, cut or repeated."""
    raw = bytearray(wire.encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert refused_or_data(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    assert refused_or_data(bytes(raw))


words = st.sampled_from(
    ["array", "series", "frame", "index", "range", "levels", "iterator", "moment", "string", "Timestamp", "NaT", "defaultdict", "Counter",
     "deque", "date", "datetime", "category", "str", "string", "Int64", "boolean", "|O", "O", "<U3", "<U9999999", "|S2", "<M8[ns]", "int64",
     "float64", "bool", "Sparse[float64]", "period[D]", "ns", "D", "int"]
)  # fmt: skip
vectors = hnp.arrays(st.sampled_from(["i8", "i1", "f8", "b1"]).map(np.dtype), st.integers(0, 3))
atoms = st.none() | st.booleans() | st.integers(-3, 10**19) | st.floats() | words | st.text(max_size=3) | vectors
likely = st.recursive(atoms, lambda inner: st.lists(inner, max_size=3) | st.lists(inner, min_size=1, max_size=4).map(tuple), max_leaves=12)
columns = st.tuples(words, st.lists(atoms, max_size=3) | vectors) | st.tuples(st.just("range"), st.tuples(*[st.integers(-3, 10**19)] * 3))
indexes = columns.flatmap(lambda c: st.tuples(st.just(c[0]), st.just(c[1]), atoms))
forged = (
    st.tuples(words, likely, likely, likely) | st.tuples(words, likely) | st.tuples(st.just("index"), indexes)
    | st.tuples(st.just("series"), atoms, indexes, columns) | st.tuples(st.just("frame"), indexes, indexes, st.lists(columns, max_size=3))
    | st.tuples(st.just("array"), st.lists(st.integers(0, 10**12), max_size=3).map(tuple), columns)
)  # fmt: skip


@given(forged)
@settings(max_examples=500, deadline=None)
def test_forged_parts_of_what_other_courses_send_never_crash(parts):
    """Nearer to pandas than random bytes: parts that fit now and then."""
    assert refused_or_data(b"W" + wire.encode(parts))


HOSTILE = {
    "a list that announces four billion items": b"l" + b"\xff" * 4,
    "a string that announces four gigabytes": b"s" + b"\xff" * 4,
    "an array of 2**63 rows": b"A\x03<f8\x01" + struct.pack(">Q", 2**63),
    "an array of 2**40 rows and no bytes": b"A\x03<f8\x02" + struct.pack(">QQ", 2**40, 2**40),
    "an empty array with a side of 2**62": b"A\x03<f8\x02" + struct.pack(">QQ", 0, 2**62),
    "255 dimensions": b"A\x03<f8\xff" + struct.pack(">255Q", *[1] * 255),
    "an integer of 64 KB": b"i\xff\xff" + b"\x7f" * 65535,
    "lists nested a thousand deep": b"l\0\0\0\1" * 1000 + b"N",
    "an object dtype": b"A\x02|O\x01" + struct.pack(">Q", 1) + b"\0" * 8,
    "a string dtype": b"A\x03<U1\x01" + struct.pack(">Q", 1) + b"\xff" * 4,
    "a key that cannot be hashed": b"D\0\0\0\1" + b"l\0\0\0\0" + b"N",
    "a set of arrays": b"S\0\0\0\1" + b"A\x03<f8\x00" + b"\0" * 8,
    "a generator with an even increment": b"G" + bytes(37),
    "two values": b"NN",
    "nothing": b"",
    "a pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_without_allocating(name):
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            wire.decode(HOSTILE[name])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


def test_memory_is_bounded_by_the_cap():
    """The most wasteful message there is: a frame full of one-byte items."""
    caps = wire.Caps(size=1 << 20, items=100_000)
    raw = b"l" + struct.pack(">I", 100_000) + b"N" * 100_000
    tracemalloc.start()
    assert len(wire.decode(raw, caps)) == 100_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * caps.size
    with pytest.raises(wire.WireError):
        wire.decode(b"l" + struct.pack(">I", 100_001) + b"N" * 100_001, caps)


def test_colliding_keys_are_refused():
    colliding = {k * (2**61 - 1): None for k in range(1, 30)}
    assert len({hash(k) for k in colliding}) == 1
    with pytest.raises(wire.WireError, match="one hash"):
        wire.decode(wire.encode(colliding))


def test_a_bool_is_always_zero_or_one():
    raw = bytearray(wire.encode(np.array([True, False])))
    raw[-1] = 0xFE
    assert wire.decode(raw).tobytes() == b"\1\1"


class Claims(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class Sub(np.ndarray):
    pass


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Claims(3), "class Claims"),
        (np.zeros(2).view(Sub), "array of class Sub"),
        (np.array([1, None], dtype=object), "dtype object"),
        (np.array(["a"]), "dtype <U1"),
        (np.zeros(1, [("a", "f8")]), "dtype"),
        ((x for x in ()), "a generator"),
        (len, "a function or class"),
        (object(), "class object"),
        (np.random.Generator(np.random.MT19937(1)), "PCG64"),
        (np.random.RandomState(1), "default_rng"),
        (np.broadcast_to(0.0, (1 << 20, 1 << 10)), "an array of 8192 MB"),
        (1 << 5000, "an integer"),
        ([0] * 600_000, "items"),
        (np.ma.array([1.0]), "array of class MaskedArray"),
    ],
)
def test_only_plain_data_is_sent(value, words):
    with pytest.raises(wire.Unsendable, match=words):
        wire.encode(value)


def test_a_cycle_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(wire.Unsendable, match="nested"):
        wire.encode(loop)


def test_a_long_double_becomes_the_nearest_double():
    got = wire.decode(wire.encode(np.array([1, 2], np.longdouble) / 3))
    assert got.dtype == np.float64
    assert np.array_equal(got, np.array([1, 2]) / 3)


@given(st.integers(0, 2**64), st.integers(0, 20))
@settings(max_examples=50, deadline=None)
def test_a_generator_goes_on_where_it_was(seed, drawn):
    rng = np.random.default_rng(seed)
    rng.integers(0, 10, size=drawn, dtype=np.uint32)
    other = wire.decode(wire.encode(rng))
    assert np.array_equal(rng.normal(size=5), other.normal(size=5))
    assert np.array_equal(rng.integers(0, 9, 5, dtype=np.uint32), other.integers(0, 9, 5, dtype=np.uint32))


def test_generators_can_be_left_out_to_compare_the_rest():
    a, b = np.random.default_rng(1), np.random.default_rng(2)
    assert wire.encode((1, a), generators=False) == wire.encode((1, b), generators=False)
    assert wire.encode((1, a)) != wire.encode((1, b))
    assert wire.generators_in(([a, {"k": b}], 3)) == [a, b]
