"""Primitives that take a dict: D word -> int, C the counts of numbers."""
from .primitive import Primitive

TABLES = [
    Primitive('d_keys', 'D', 'W', ['keys'], ['keys', 'common'], {'op': ['>', '=='], 'n': [1]},
        [('list the keys counted more than once', {'op': ['>']}), ('list the keys counted exactly once', {'op': ['==']}),
         ('list the keys chosen by their count', {'op': ['>', '==']})],
        ['[key for key in {x} if {x}[key] {op} {n}]']),
    Primitive('d_size', 'D', 'I', ['size'], ['size', 'entries'], {},
        [('return the number of entries', {}), ('count the entries', {})], ['len({x})']),
    Primitive('d_top', 'D', 'I', ['top'], ['top', 'highest'], {'f': ['max', 'min']},
        [('return the {f_w} of the counts', {}), ('return the extreme count', {'f': ['max', 'min']})], ['{f}({x}.values())']),
]
