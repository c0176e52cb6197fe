"""The typed primitives of which the synthetic training tasks are composed."""
from .groups import GROUPS
from .lists import LISTS
from .nested import NESTED
from .numbers import NUMBERS
from .primitive import WORDS, Primitive
from .strings import STRINGS
from .tables import TABLES
from .types import ARGUMENT_NAMES, random_value
from .words import LISTS_OF_WORDS

PRIMITIVES: list[Primitive] = [*LISTS, *NUMBERS, *STRINGS, *LISTS_OF_WORDS, *GROUPS, *NESTED, *TABLES]
