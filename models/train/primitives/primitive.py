"""The form of one primitive, the words of its option values, and option lists that several files share.

A type is a letter: L list of int, I int, S str, W list of str, B bool, T tuple of int, E set of int,
N list of lists of int, R list of (word, int) tuples, D dict word -> int, C dict int -> int (only ever a result).
"""
from typing import NamedTuple


class Primitive(NamedTuple):
    """One typed step of a synthetic task; `{{` and `}}` stand for braces in its code.

    takes, gives: type letters. outputs: names of the variable that holds the result. fragments: pieces of a
    function's name. params: {param: options, or 'k:low:high' for a fresh integer constant}.
    phrases: (phrase, {param: values}): usable when each such param has one of the values, and leaves the choice
    among them open; one that starts with '~' is for the unseen-paraphrase split. styles: code; a str is one
    expression of {x}, a list of str a block that assigns {o}. first_only: may only be the first step.
    """
    name: str
    takes: str
    gives: str
    outputs: list
    fragments: list
    params: dict
    phrases: list
    styles: list
    first_only: bool = False


COMPARISONS = ['>', '>=', '<', '<=']
ABOVE, BELOW = ['>', '>='], ['<', '<=']
ORDERS = ['', ', reverse=True']

WORDS = {
    '>': 'greater than', '>=': 'at least', '<': 'less than', '<=': 'at most',
    'sum': 'sum', 'max': 'largest value', 'min': 'smallest value', 'len': 'number of items',
    0: 'even', 1: 'odd',
    '': 'ascending', ', reverse=True': 'descending',
    'upper': 'upper case', 'lower': 'lower case', 'title': 'title case', 'swapcase': 'swapped case',
    'all': 'all', 'any': 'any',
    '" "': 'spaces', '"-"': 'dashes', '""': 'nothing', '","': 'commas',
    'isalpha': 'letters', 'isdigit': 'digits', 'isalnum': 'letters and digits', 'isupper': 'capital letters',
    '"1"': 'ones', '"0"': 'zeros',
}
