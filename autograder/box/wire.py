"""The wire between the trusted judge and the sandbox: plain data in length-prefixed frames, and nothing else.

`encode` and `decode` know a white-list of exact types: None, `...`, bool, int, float, complex, str, bytes, list, tuple, dict, set,
frozenset, numeric NumPy arrays and scalars, and `np.random.Generator` over PCG64 (by its state). No pickle, no object dtype,
no subclass (pandas' classes only where `Caps.wide` lets them): an object that claims to equal everything cannot cross, and bytes that arrive can only become data.
Everything is capped (`Caps`), on both sides: size, depth, number of items, length of an integer, repeated hashes.

This file is copied into the sandbox and imported there without the rest of the package.
"""

import collections
import contextlib
import datetime
import itertools
import struct
import sys
import types
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

HEADER = struct.Struct(">I")
"""Length of the body that follows, in bytes."""


@dataclass(frozen=True)
class Caps:
    """What one frame may hold at most."""

    size: int = 8 << 20
    """Bytes of one encoded value."""
    depth: int = 32
    """Containers inside containers."""
    items: int = 500_000
    """Elements of lists, tuples, dicts and sets together (an array counts once)."""
    integer: int = 512
    """Bytes of one integer: short enough to print."""
    same_hash: int = 16
    """Keys of one dict or set with one hash: more would make building it quadratic."""
    room: int = 32 << 20
    """Bytes of memory, beyond those that are sent, for all that the parts of one value announce (see `weight`)."""
    wide: bool = False
    """NumPy arrays of strings, dates and plain objects, pandas' Series, Index and DataFrame, dates and times, `collections`' dicts and
    deque, and the items of a generator or an iterator may cross, too."""


CAPS = Caps()
WIDE = Caps(wide=True)
"""For assignments of other courses."""
FRAME = Caps(size=CAPS.size + (1 << 20), depth=CAPS.depth, items=20_000)
"""For requests and answers themselves: the values in them travel as `bytes`, encoded on their own."""


class WireError(Exception):
    """The bytes are not a value of this wire, or exceed its caps."""


class Unsendable(Exception):
    """The value is not plain data; the message says what it is and what to return instead."""


DTYPES = frozenset(
    ["|b1", "|i1", "|u1"] + [f"{e}{k}" for e in "<>" for k in (["i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"])]
)

_FLOAT = struct.Struct(">d")
_COMPLEX = struct.Struct(">dd")
_COUNT = struct.Struct(">I")
_SHORT = struct.Struct(">H")
_MAX_NDIM = 32


# ------------------------------------------------------------------------------------------------ encode


def encode(value: object, caps: Caps = CAPS, *, generators: bool = True) -> bytes:
    """Encode plain data.

    Parameters
    ----------
    generators : with False a Generator is encoded as a mere mark, so that two encodings tell whether *other* data changed.

    Raises
    ------
    Unsendable : the value is not plain data, or is larger than the caps.
    """
    return b"".join(_Encoder(caps, generators).run(value))


class _Encoder:
    def __init__(self, caps: Caps, generators: bool):
        self.caps, self.generators = caps, generators
        self.parts: list[bytes] = []
        self.size = self.items = 0
        self.room = caps.room

    def run(self, value: object) -> list[bytes]:
        self.value(value, 0)
        return self.parts

    def put(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self.caps.size:
            raise Unsendable(f"a value larger than {self.caps.size >> 20} MB")
        self.parts.append(part)

    def value(self, value: object, depth: int) -> None:
        kind = type(value)
        if value is None:
            self.put(b"N")
        elif value is ...:  # what an answer holds that nobody has written yet
            self.put(b"E")
        elif kind is bool:
            self.put(b"T" if value else b"F")
        elif kind is int:
            self.integer(value)
        elif kind is float:
            self.put(b"d" + _FLOAT.pack(value))
        elif kind is complex:
            self.put(b"c" + _COMPLEX.pack(value.real, value.imag))
        elif kind is str:
            self.blob(b"s", value.encode("utf-8", "surrogatepass"))
        elif kind is bytes:
            self.blob(b"b", value)
        elif kind in _SEQUENCES:
            self.sequence(_SEQUENCES[kind], value, depth)
        elif kind is dict:
            self.mapping(value, depth)
        elif self.caps.wide and (parts := wide_parts(value)) is not None:
            self.wide(parts, depth)
        elif kind is np.ndarray:
            self.array(value)
        elif kind.__module__ == "numpy" and isinstance(value, np.generic):
            self.scalar(value)
        elif kind is np.random.Generator:
            self.put(b"G" + (pack_generator(value) if self.generators else b""))
        else:
            raise Unsendable(_describe(value))

    def wide(self, parts: tuple, depth: int) -> None:
        with contextlib.suppress(OverflowError):  # a range whose length is no C integer
            self.room -= weight(parts)
            if self.room >= 0:
                self.put(b"W")
                return self.value(parts, depth + 1)
        raise Unsendable(f"a value that takes more than {self.caps.room >> 20} MB")

    def integer(self, value: int) -> None:
        length = value.bit_length() // 8 + 1
        if length > self.caps.integer:
            raise Unsendable(f"an integer of more than {self.caps.integer} bytes")
        self.put(b"i" + _SHORT.pack(length) + value.to_bytes(length, "big", signed=True))

    def blob(self, tag: bytes, data: bytes) -> None:
        if len(data) > self.caps.size:
            raise Unsendable(f"a value larger than {self.caps.size >> 20} MB")
        self.put(tag + _COUNT.pack(len(data)))
        self.put(data)

    def count(self, tag: bytes, n: int, depth: int) -> None:
        self.items += n
        if self.items > self.caps.items:
            raise Unsendable(f"more than {self.caps.items} items")
        if depth >= self.caps.depth:
            raise Unsendable(f"containers nested more than {self.caps.depth} deep")
        self.put(tag + _COUNT.pack(n))

    def sequence(self, tag: bytes, values, depth: int) -> None:
        self.count(tag, len(values), depth)
        for item in values:
            self.value(item, depth + 1)

    def mapping(self, values: dict, depth: int) -> None:
        self.count(b"D", len(values), depth)
        for key, item in values.items():
            self.value(key, depth + 1)
            self.value(item, depth + 1)

    def dtype(self, dtype: np.dtype) -> bytes:
        text = dtype.str
        if text not in DTYPES or dtype.fields is not None:
            reason = "rows of different lengths, or None or strings among the numbers" if dtype.hasobject else "not numbers"
            raise Unsendable(f"a NumPy array of dtype {str(dtype)[:60]} ({reason})")
        return bytes([len(text)]) + text.encode("ascii")

    def array(self, value: np.ndarray) -> None:
        if value.dtype.char in "gG":  # long double has no portable form: send the nearest double
            value = value.astype(np.float64 if value.dtype.char == "g" else np.complex128)
        head = self.dtype(value.dtype)
        if value.nbytes > self.caps.size:
            raise Unsendable(f"an array of {value.nbytes >> 20} MB; the limit is {self.caps.size >> 20} MB")
        self.put(b"A" + head + bytes([value.ndim]) + struct.pack(f">{value.ndim}Q", *value.shape))
        self.put(value.tobytes())

    def scalar(self, value: np.generic) -> None:
        array = np.asarray(value)
        if array.dtype.char in "gG":
            array = array.astype(np.float64 if array.dtype.char == "g" else np.complex128)
        self.put(b"n" + self.dtype(array.dtype) + array.tobytes())


_SEQUENCES = {list: b"l", tuple: b"t", set: b"S", frozenset: b"Z"}


def _describe(value: object) -> str:
    """What a value that cannot cross is, in words for the student who returned it."""
    kind = type(value)
    if kind.__name__ == "generator":
        return "a generator (did you write `yield`, or (… for …) with round brackets? return a list or an array)"
    if callable(value) and kind.__name__ in ("function", "builtin_function_or_method", "method", "type"):
        return "a function or class (are the brackets of a call missing?)"
    if isinstance(value, np.ndarray):
        return f"an array of class {kind.__name__[:60]} (make it plain with np.asarray)"
    if kind is np.random.RandomState or isinstance(value, np.random.BitGenerator):
        return f"a {kind.__name__[:60]} (use np.random.default_rng)"
    return f"an object of class {kind.__name__[:60]}, which is not plain data (numbers, lists, arrays)"


# ------------------------------------------------------------------------------------------------ decode


def decode(data: bytes | bytearray | memoryview, caps: Caps = CAPS) -> object:
    """Decode one value; the inverse of `encode`. Arrays are fresh and writable.

    Raises
    ------
    WireError : malformed, more than one value, or beyond the caps. No other exception, whatever the bytes.
    """
    if len(data) > caps.size:
        raise WireError(f"{len(data)} bytes; the limit is {caps.size}")
    decoder = _Decoder(memoryview(data), caps)
    value = decoder.value(0)
    if decoder.at != len(data):
        raise WireError("bytes after the end of the value")
    return value


class _Decoder:
    def __init__(self, data: memoryview, caps: Caps):
        self.data, self.caps, self.at, self.items, self.room = data, caps, 0, 0, caps.room

    def take(self, n: int) -> memoryview:
        if n > len(self.data) - self.at:
            raise WireError("the value ends too early")
        part = self.data[self.at : self.at + n]
        self.at += n
        return part

    def value(self, depth: int) -> object:
        read = _READERS.get(bytes(self.take(1)))
        if read is None:
            raise WireError("unknown tag")
        return read(self, depth)

    def count(self, depth: int, each: int = 1) -> int:
        """A container's length, refused before anything is allocated for it."""
        (n,) = _COUNT.unpack(self.take(4))
        self.items += n
        if self.items > self.caps.items or n * each > len(self.data) - self.at:
            raise WireError("too many items")
        if depth >= self.caps.depth:
            raise WireError("nested too deep")
        return n

    def many(self, n: int, depth: int) -> list:
        return [self.value(depth + 1) for _ in range(n)]

    def integer(self, depth: int) -> int:
        (length,) = _SHORT.unpack(self.take(2))
        if length > self.caps.integer:
            raise WireError("integer too long")
        return int.from_bytes(self.take(length), "big", signed=True)

    def text(self, depth: int) -> str:
        try:
            return str(self.blob(depth), "utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise WireError("a string that is not UTF-8") from error

    def blob(self, depth: int) -> bytes:
        (length,) = _COUNT.unpack(self.take(4))
        return bytes(self.take(length))

    def mapping(self, depth: int) -> dict:
        n = self.count(depth, each=2)
        pairs = [(self.value(depth + 1), self.value(depth + 1)) for _ in range(n)]
        self.hashable([key for key, _ in pairs])
        return dict(pairs)

    def group(self, depth: int) -> set:
        members = self.many(self.count(depth), depth)
        self.hashable(members)
        return set(members)

    def hashable(self, keys: list) -> None:
        try:
            repeated = Counter(map(hash, keys)).most_common(1)
        except TypeError as error:
            raise WireError("a key that cannot be hashed") from error
        if repeated and repeated[0][1] > self.caps.same_hash:
            raise WireError("too many keys with one hash")

    def dtype(self) -> np.dtype:
        text = bytes(self.take(self.take(1)[0])).decode("ascii", "replace")
        if text not in DTYPES:
            raise WireError("not a numeric dtype")
        return np.dtype(text)

    def array(self, depth: int) -> np.ndarray:
        dtype, ndim = self.dtype(), self.take(1)[0]
        if ndim > _MAX_NDIM:
            raise WireError("too many dimensions")
        shape = struct.unpack(f">{ndim}Q", self.take(8 * ndim))
        size = 1
        for length in shape:
            size *= length
        if max(shape, default=0) > self.caps.size or size * dtype.itemsize > self.caps.size:
            raise WireError("array too large")
        return self.numbers(dtype, size).reshape(shape)

    def numbers(self, dtype: np.dtype, size: int) -> np.ndarray:
        raw = self.take(size * dtype.itemsize)
        if dtype.kind == "b":  # a byte that is neither 0 nor 1 would be no bool at all
            return np.frombuffer(raw, np.uint8) != 0
        return np.frombuffer(raw, dtype).copy()

    def scalar(self, depth: int) -> np.generic:
        return self.numbers(self.dtype(), 1)[0]

    def wide(self, depth: int) -> object:
        if not self.caps.wide:
            raise WireError("unknown tag")
        parts = self.value(depth + 1)
        try:
            self.room -= weight(parts)
            if self.room < 0:
                raise ValueError("too large")
            return from_parts(parts, self.caps)
        except Exception as error:  # whatever pandas makes of parts that are none
            raise WireError("not the parts of an array or a frame") from error

    def generator(self, depth: int) -> np.random.Generator:
        return unpack_generator(self.take(_GENERATOR_SIZE))


_READERS = {
    b"N": lambda d, depth: None,
    b"E": lambda d, depth: ...,
    b"T": lambda d, depth: True,
    b"F": lambda d, depth: False,
    b"i": _Decoder.integer,
    b"d": lambda d, depth: _FLOAT.unpack(d.take(8))[0],
    b"c": lambda d, depth: complex(*_COMPLEX.unpack(d.take(16))),
    b"s": _Decoder.text,
    b"b": _Decoder.blob,
    b"l": lambda d, depth: d.many(d.count(depth), depth),
    b"t": lambda d, depth: tuple(d.many(d.count(depth), depth)),
    b"S": _Decoder.group,
    b"Z": lambda d, depth: frozenset(d.group(depth)),
    b"D": _Decoder.mapping,
    b"A": _Decoder.array,
    b"n": _Decoder.scalar,
    b"G": _Decoder.generator,
    b"W": _Decoder.wide,
}


# ------------------------------------------------------------------------------------------------ other courses' data


def wide_parts(value: object) -> tuple | None:
    """The plain parts of what crosses in other courses only; None for everything else."""
    kind = type(value)
    if kind in _ITERATORS:
        items = list(itertools.islice(value, MOST_ITEMS + 1))
        return "iterator", items[:MOST_ITEMS], len(items) > MOST_ITEMS
    if kind is range:
        return "range", value.start, value.stop, value.step
    if kind is np.ndarray and value.dtype.kind in "SUMmO":
        return "array", value.shape, _column(value.ravel())
    if kind is np.str_:
        return "string", str(value)
    if isinstance(value, np.dtype) and value.kind in "biufcSUMmO":
        return "dtype", value.str
    if kind is np.datetime64 or kind is np.timedelta64:
        return "moment", _column(np.asarray(value).ravel())
    if kind is collections.defaultdict:
        return "defaultdict", getattr(value.default_factory, "__name__", ""), dict(value)
    if kind in _CONTAINERS:
        return kind.__name__, (dict if issubclass(kind, dict) else list)(value)
    if kind in _CALENDAR:
        return kind.__name__, _plain_time(value).isoformat()
    if kind.__name__ == "Table" and kind.__module__ == "datascience.tables":
        return "Table", list(value.labels), [np.asarray(column) for column in value.columns]
    pandas = sys.modules.get("pandas")
    return _pandas_parts(value, pandas) if pandas is not None and kind.__module__.partition(".")[0] == "pandas" else None


_ITERATORS = (types.GeneratorType, map, filter, zip, enumerate)
MOST_ITEMS = 1000
UNFINISHED = f"a generator or iterator of more than {MOST_ITEMS} items, of which only these can leave the sandbox"
_CONTAINERS = (collections.Counter, collections.OrderedDict, collections.deque)
_FACTORIES = {kind.__name__: kind for kind in (int, float, str, bool, list, tuple, dict, set)}
_CALENDAR = (datetime.date, datetime.datetime, datetime.time)


def _plain_time(value):
    if getattr(value, "tzinfo", None) is not None:
        raise Unsendable("a time with a time zone")
    return value


def _pandas_parts(value: object, pandas) -> tuple | None:
    kind = type(value)
    if value is pandas.NaT or value is pandas.NA:
        return ("NaT" if value is pandas.NaT else "NA",)
    if kind is pandas.Timestamp and value.tzinfo is None:
        return "Timestamp", value.unit, value.asm8.view(np.int64).item()
    if kind is pandas.Timedelta:
        return "Timedelta", value.unit, value.asm8.view(np.int64).item()
    if kind is pandas.Series:
        return "series", value.name, _index(value.index), _column(value)
    if kind is pandas.DataFrame:
        return "frame", _index(value.columns), _index(value.index), [_column(value.iloc[:, i]) for i in range(value.shape[1])]
    if isinstance(value, pandas.api.extensions.ExtensionArray):
        return "values", _column(value)
    if isinstance(value, pandas.api.extensions.ExtensionDtype) and str(value) in _OWN_DTYPES:
        return "dtype", str(value)
    return ("index", _index(value)) if isinstance(value, pandas.Index) else None


def _column(values) -> tuple:
    """`(dtype, data)` of an array, a Series or an Index: numbers as a numeric array, all else as a list of plain values."""
    name = str(values.dtype)
    if isinstance(values.dtype, np.dtype):
        if values.dtype.kind in "biufc":
            return name, np.asarray(values)
        if values.dtype.kind in "Mm":
            return values.dtype.str, np.asarray(values).view(np.int64)
        if values.dtype.kind in "SUO":
            return values.dtype.str, values.tolist()
    if name == "category":
        pandas = sys.modules["pandas"]
        data = pandas.Series(values).array
        return name, (np.asarray(data.codes), bool(data.ordered), _index(data.categories))
    if name in _WITH_GAPS:
        pandas = sys.modules["pandas"]
        return name, [None if item is pandas.NA else item for item in values.tolist()]
    if name == "str":
        return name, values.tolist()
    raise Unsendable(f"pandas data of dtype {name[:60]}")


_WITH_GAPS = ("string", "boolean", *(f"{kind}{bits}" for kind in ("Int", "UInt", "Float") for bits in (8, 16, 32, 64)))
"""pandas' dtypes with a mark of their own for what is missing."""
_OWN_DTYPES = ("str", *_WITH_GAPS)
"""pandas' dtypes that their name alone describes."""


def _index(index) -> tuple:
    """`(dtype, data, name)`, of dates with their frequency; several levels as one index each."""
    kind = type(index).__name__
    if kind == "RangeIndex":
        return "range", (index.start, index.stop, index.step), index.name
    if kind == "MultiIndex":
        return "levels", [_index(index.get_level_values(i)) for i in range(index.nlevels)], None
    return *_column(index), index.name, *([index.freqstr] if kind in ("DatetimeIndex", "TimedeltaIndex") else [])


def weight(parts: object) -> int:
    """Bytes that the parts take in memory when they are put together, beyond what they take on the wire: all that a few bytes
    can announce, and what pandas needs for each object. Raises whatever there is to raise for parts that are none."""
    kind, *rest = parts
    if kind == "range":
        return 8 * len(range(*rest))
    if kind == "array":
        shape, (dtype, data) = rest
        return max(shape, default=0) + (np.dtype(dtype).itemsize * len(data) if type(data) is list else 0)
    if kind == "frame":
        names, where, columns = rest
        return OBJECT + _index_weight(names) + _index_weight(where) + COLUMN * len(columns)
    if kind == "Table":
        return OBJECT + COLUMN * len(rest[1])
    if kind == "series":
        return OBJECT + COLUMN + _index_weight(rest[1])
    if kind == "index":
        return OBJECT + _index_weight(rest[0])
    return OBJECT + COLUMN if kind == "values" else 0


OBJECT, COLUMN = 1000, 200
"""Bytes of an empty pandas object, and of each column."""


def _index_weight(index: tuple) -> int:
    dtype, data, *_ = index
    if dtype == "levels":
        return sum(map(_index_weight, data))
    return COLUMN + (8 * len(range(*data)) if dtype == "range" else 0)


def from_parts(parts: tuple, caps: Caps) -> object:
    """The inverse of `wide_parts`; raises whatever Python, NumPy or pandas raise when the parts do not fit."""
    kind, *rest = parts
    if kind in _SIMPLE:
        return _SIMPLE[kind](*rest)
    if kind == "array":
        shape, column = rest
        return _data(column, caps).reshape(shape)
    if kind == "Table":
        from datascience import Table

        labels, columns = rest
        if not all(type(label) is str for label in labels) or not all(type(column) is np.ndarray for column in columns):
            raise TypeError("no columns")
        return Table().with_columns(*(part for pair in zip(labels, columns, strict=True) for part in pair))
    if kind == "moment":
        [moment] = _data(*rest, caps)
        return moment
    import pandas

    if kind in ("NaT", "NA"):
        return getattr(pandas, kind)
    if kind in ("Timestamp", "Timedelta"):
        unit, count = rest
        plain = (np.datetime64 if kind == "Timestamp" else np.timedelta64)(count, unit)
        return getattr(pandas, kind)(plain)
    if kind == "series":
        name, where, column = rest
        return pandas.Series(_pandas_data(column, caps), index=_to_index(where, caps), name=name)
    if kind == "frame":
        names, where, columns = rest
        names, where = _to_index(names, caps), _to_index(where, caps)
        made = pandas.DataFrame({i: pandas.Series(_pandas_data(c, caps), index=where) for i, c in enumerate(columns)}, index=where)
        return made.set_axis(names, axis=1)
    if kind == "index":
        return _to_index(*rest, caps)
    if kind == "values":
        return pandas.array(_pandas_data(*rest, caps))
    raise ValueError(kind)


def _replayed(items: list, unfinished: bool) -> Iterator:
    """The items one by one, as the student's generator would give them; an endless one has an end here, and says so."""
    yield from items
    if unfinished:
        raise Unsendable(UNFINISHED)


def _iterator(items: list, unfinished: bool) -> Iterator:
    if type(items) is not list or type(unfinished) is not bool:
        raise TypeError("no items")
    return _replayed(items, unfinished)


def _dtype(name: str) -> object:
    """NumPy's, or one of pandas'."""
    if type(name) is str and name in _OWN_DTYPES:
        import pandas

        return pandas.api.types.pandas_dtype(name)
    dtype = np.dtype(name if type(name) is str else "V")
    if dtype.kind not in "biufcSUMmO":
        raise ValueError(name)
    return dtype


def _defaultdict(factory: str, items: dict) -> collections.defaultdict:
    return collections.defaultdict(_FACTORIES.get(factory), items)


_SIMPLE = {
    "iterator": _iterator, "range": range, "string": np.str_, "dtype": _dtype, "defaultdict": _defaultdict,
    "Counter": collections.Counter, "OrderedDict": collections.OrderedDict, "deque": collections.deque,
    "date": datetime.date.fromisoformat, "datetime": datetime.datetime.fromisoformat, "time": datetime.time.fromisoformat,
}  # fmt: skip


def _data(column: tuple, caps: Caps) -> np.ndarray:
    """A NumPy array that is exactly what its dtype says, and no view that reads bytes as something else."""
    name, data = column
    dtype = np.dtype(name) if type(name) is str else None
    if type(data) is np.ndarray and data.ndim == 1 and dtype is not None:
        if dtype == data.dtype:
            return data
        if dtype.kind in "Mm" and data.dtype == np.int64:
            return data.view(dtype)
    if type(data) is not list or dtype is None or dtype.kind not in "SUO" or dtype.itemsize * max(len(data), 1) > caps.room:
        raise ValueError(name)
    if dtype.kind == "O":
        _check_hashes(data, caps)
    array = np.empty(len(data), dtype)
    for i, item in enumerate(data):  # at once, NumPy would take lists among the items for another dimension
        array[i] = item
    return array


def _pandas_data(column: tuple, caps: Caps) -> object:
    import pandas

    name, data = column
    if name == "category":
        codes, ordered, categories = data
        return pandas.Categorical.from_codes(codes, _to_index(categories, caps), ordered=ordered is True)
    if name in _OWN_DTYPES:
        if type(data) is not list or not all(item is None or type(item) in (str, bool, int, float) for item in data):
            raise ValueError(name)
        return pandas.array(data, dtype=name)
    array = _data(column, caps)
    return pandas.array(array, dtype=object) if array.dtype.kind == "O" else array


def _to_index(parts: tuple, caps: Caps) -> object:
    import pandas

    dtype, data, name, *frequency = parts
    if dtype == "range":
        return pandas.RangeIndex(*data, name=name)
    if dtype == "levels":
        levels = [_to_index(level, caps) for level in data]
        return pandas.MultiIndex.from_arrays(levels, names=[level.name for level in levels])
    index = pandas.Index(_pandas_data((dtype, data), caps), name=name)
    if frequency and frequency[0] is not None:
        index.freq = frequency[0]
    return index


def _check_hashes(items: list, caps: Caps) -> None:
    """What pandas and `set` do with such a column goes by hashes: many different items of one hash would take for ever."""
    known: dict[int, list] = {}
    for item in items:
        try:
            alike = known.setdefault(hash(item), [])
        except TypeError:
            continue
        if not any(item is other or item == other for other in alike):
            alike.append(item)
            if len(alike) > caps.same_hash:
                raise ValueError("too many items with one hash")


# ------------------------------------------------------------------------------------------------ generators

_WORD = 16
_GENERATOR_SIZE = 2 * _WORD + 1 + 4


def pack_generator(rng: np.random.Generator) -> bytes:
    """The state of a Generator over PCG64 in 37 bytes: state, increment, and the half-used 64-bit word."""
    if type(rng.bit_generator) is not np.random.PCG64:
        raise Unsendable("a Generator that is not np.random.default_rng's (PCG64)")
    state = rng.bit_generator.state
    words = state["state"]
    return (
        words["state"].to_bytes(_WORD, "big")
        + words["inc"].to_bytes(_WORD, "big")
        + bytes([state["has_uint32"]])
        + state["uinteger"].to_bytes(4, "big")
    )


def unpack_generator(raw: memoryview) -> np.random.Generator:
    """A fresh Generator in the packed state; the increment must be odd, as PCG64's is."""
    state, inc = int.from_bytes(raw[:16], "big"), int.from_bytes(raw[16:32], "big")
    if inc % 2 == 0 or raw[32] > 1:
        raise WireError("not a state of PCG64")
    bits = np.random.PCG64(state)  # seeded by the state, so that `spawn` repeats too
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": state, "inc": inc},
        "has_uint32": raw[32],
        "uinteger": int.from_bytes(raw[33:37], "big"),
    }
    return np.random.Generator(bits)


def generators_in(value: object) -> list[np.random.Generator]:
    """Every Generator inside plain data, in the order in which it is encoded."""
    if type(value) is np.random.Generator:
        return [value]
    if type(value) is dict:
        return [g for pair in value.items() for part in pair for g in generators_in(part)]
    if type(value) in (list, tuple):
        return [g for part in value for g in generators_in(part)]
    return []
