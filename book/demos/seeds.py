"""Chance as the demos' JavaScript has it (toolkit/random.js), so that a kernel and a page start from the same place."""

from collections.abc import Callable

_MASK = 0xFFFFFFFF


def seeded(seed: int) -> Callable[[], float]:
    """A function that draws from [0, 1): mulberry32 by Tommy Ettinger (public domain)."""
    counter = seed & _MASK

    def draw() -> float:
        nonlocal counter
        counter = (counter + 0x6D2B79F5) & _MASK
        bits = ((counter ^ counter >> 15) * (counter | 1)) & _MASK
        bits ^= (bits + (((bits ^ bits >> 7) * (bits | 61)) & _MASK)) & _MASK
        return (bits ^ bits >> 14) / 2**32

    return draw


def choose(n: int, count: int, draw: Callable[[], float]) -> list[int]:
    """`count` different integers out of 0..n-1 in random order: the head of a Fisher–Yates shuffle."""
    indices = list(range(n))
    for i in range(count):
        other = i + int(draw() * (n - i))
        indices[i], indices[other] = indices[other], indices[i]
    return indices[:count]
