"""Containers that the program's side and the judge's both hold, and mean by one number.

Whoever speaks says what has become of them since the other spoke. Those among the arguments of the function under
test have numbers below zero and are forgotten after its call; those that an object of the program is given, or hands
out, go on being one container on both sides, as long as there is room.
"""

import array
import collections
from operator import is_

from .values import base_of, is_mutable, update

_MOST, _MOST_ITEMS = 200, 5000  # of those that last: all are looked at with every question


class Shared:
    def __init__(self):
        self.objects = {}  # by number
        self._numbers = {}  # by id
        self._seen = {}  # by number: what was in it when it was last told of
        self._lasting = self._items = self._passing = 0

    def number_of(self, x, t, lasts):
        """`lasts`: whether a container that has no number yet is given one for good, or for this question alone; None:
        it is given none. An instance of a class of the program's is given one for good."""
        n = self._numbers.get(id(x))
        if n is not None or not is_mutable(t):
            return n
        if lasts or base_of(t) is not t:
            items = len(_contents(x))
            if self._lasting < _MOST and self._items + items <= _MOST_ITEMS:
                self._items += items
                self._lasting += 1
                return self._add(self._lasting - 1, x)
        if lasts is None:
            return None
        self._passing += 1
        return self._add(-self._passing, x)

    def _add(self, n, x):
        self.objects[n] = x
        self._numbers[id(x)] = n
        return n

    def tell(self, encoder):
        """What is new or has changed, as data by number; the encoder may find more of them meanwhile. Nothing counts as
        told where it raises."""
        told, seen, looked, lasts = {}, {}, 0, encoder.lasts
        while looked < len(self.objects):
            for n in list(self.objects)[looked:]:
                looked += 1
                contents = _contents(self.objects[n])
                if not _are_same(contents, self._seen.get(n)):
                    encoder.lasts = True if n >= 0 else lasts  # what is in one that lasts, does
                    told[n] = encoder.contents(self.objects[n])
                    seen[n] = contents
        self._seen.update(seen)
        return told

    def hear(self, told, decoder):
        """Makes the containers what the other side says that they are."""
        for n, data in told.items():
            if n not in self.objects:
                self._lasting, self._passing = max(self._lasting, n + 1), max(self._passing, -n)
                self._add(n, decoder.empty(data))
        for n, data in told.items():
            update(self.objects[n], decoder.bare(data))
            self._seen[n] = _contents(self.objects[n])

    def forget(self, untold=False):
        """Those of a question that is answered; `untold`: those of one that was not asked."""
        for n in [n for n in self.objects if n < 0 or untold and n not in self._seen]:
            self._numbers.pop(id(self.objects.pop(n)), None)
            self._seen.pop(n, None)
        self._passing = 0


def _contents(x):
    """What a container holds, to be compared with what it held; read by the built-in type's own methods."""
    if type(x) is list:
        return tuple(x)
    base = base_of(type(x))
    if issubclass(base, dict):
        keys = (collections.OrderedDict if base is collections.OrderedDict else dict).__iter__(x)
        return (*keys, *dict.values(x))
    if base is bytearray or base is array.array:
        return base.__getitem__(x, slice(None))
    return tuple(base.__iter__(x))


def _are_same(contents, others):
    if others is None or type(contents) is not tuple:
        return contents == others
    return len(contents) == len(others) and all(map(is_, contents, others))
