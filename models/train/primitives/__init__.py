"""The typed primitives of which the synthetic training tasks are composed."""
from .lists import LISTS
from .numbers import NUMBERS
from .primitive import WORDS, Primitive
from .strings import STRINGS
from .tables import TABLES
from .types import ARGUMENT_NAMES, random_value
from .words import LISTS_OF_WORDS

PRIMITIVES: list[Primitive] = [*LISTS, *NUMBERS, *STRINGS, *LISTS_OF_WORDS, *TABLES]
