"""What can be read off a test's text: its call of the program, what it expects, the names it needs."""

import ast
import builtins
import importlib

_MODULES = frozenset(
    'array bisect cmath collections copy datetime decimal fractions functools heapq itertools json math numbers operator '
    'random re statistics string sys time typing unittest pytest'.split()
)
_STANDARD = {
    'Counter': 'collections', 'OrderedDict': 'collections', 'defaultdict': 'collections', 'deque': 'collections',
    'isclose': 'math', 'sqrt': 'math', 'pi': 'math', 'inf': 'math', 'nan': 'math', 'isnan': 'math',
    'Decimal': 'decimal', 'Fraction': 'fractions', 'deepcopy': 'copy', 'datetime': 'datetime', 'date': 'datetime',
    'timedelta': 'datetime',
}  # fmt: skip


def bound_names(tree):
    """Names that a test binds itself, at any level."""
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split('.')[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return bound


def loaded_names(tree):
    """Names that a test reads and does not bind itself; builtins among them."""
    loads = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return loads - bound_names(tree)


def source_modules(tree):
    """Modules that a test imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or '')
    return found


def standard_name(name):
    """The standard library's object of that name, which a test means when it says `math` or `Counter`."""
    if name in _STANDARD:
        return getattr(importlib.import_module(_STANDARD[name]), name)
    return importlib.import_module(name) if name in _MODULES else None


def call_of(tree, entry_point):
    """The first call of the entry point in a test; without a name, the first call of what is no builtin."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    if entry_point is not None:
        calls = [call for call in calls if call.func.id == entry_point]
    else:
        # A program may define a function of a built-in's name, but a test rarely calls only that.
        own = loaded_names(tree)
        calls = [call for call in calls if call.func.id in own]
        calls = [c for c in calls if not hasattr(builtins, c.func.id) and standard_name(c.func.id) is None] or calls
    return min(calls, key=lambda call: (call.lineno, call.col_offset), default=None)


def expected_of(tree, call):
    """What the `assert` that a test ends with says the call returns; None where it does not say."""
    if call is None or not tree.body or not isinstance(tree.body[-1], ast.Assert):
        return None
    return _expected(tree.body[-1].test, call)


def _expected(test, call):
    if test is call:
        return ast.Constant(True)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and test.operand is call:
        return ast.Constant(False)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(test.ops[0], (ast.Eq, ast.Is)):
            return _other(left, right, call)
        tolerance = isinstance(test.ops[0], (ast.Lt, ast.LtE)) and isinstance(left, ast.Call) and len(left.args) == 1
        if tolerance and isinstance(left.args[0], ast.BinOp) and isinstance(left.args[0].op, ast.Sub):
            return _other(left.args[0].left, left.args[0].right, call)
    if isinstance(test, ast.Call) and test is not call and len(test.args) >= 2:
        name = test.func.attr if isinstance(test.func, ast.Attribute) else getattr(test.func, 'id', '')
        if name == 'isclose':
            return _other(test.args[0], test.args[1], call)
    return None


def _other(left, right, call):
    other = right if left is call else left if right is call else None
    if isinstance(other, ast.Call) and ast.unparse(other.func) in ('pytest.approx', 'approx') and other.args:
        other = other.args[0]
    if other is None or any(isinstance(n, ast.Name) and n.id == call.func.id for n in ast.walk(other)):
        return None
    return other
