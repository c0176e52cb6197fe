"""What can be read off a test's text: its call of the program, what it expects, the names it needs."""

import ast
import builtins
import importlib
import sys

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


def nodes_of(tree):
    """All nodes of a tree but contexts and operators; `ast.walk` takes several times longer."""
    found = [tree]
    for node in found:
        for child in node.__dict__.values():
            if type(child) is list:
                found += [part for part in child if isinstance(part, ast.AST)]
            elif isinstance(child, ast.AST) and type(child)._fields:
                found.append(child)
    return found


def bound_names(nodes):
    """Names that a test binds itself, at any level."""
    bound = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
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


def loaded_names(nodes):
    """Names that a test reads and does not bind itself; builtins among them."""
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)} - bound_names(nodes)


def why_inside(nodes, names):
    """Why a test cannot be run apart from the program, where its text says so; else None."""
    modules = source_modules(nodes)
    if 'asyncio' in modules | names:
        return 'an event loop runs the program'
    if _KINDS & (modules | names):
        return KIND
    if _PATCHING & modules or any(map(_alters_program, nodes)):
        return 'the test alters what the program uses'
    return None


def asks_type(nodes):
    """Whether a test looks at the class of a value, which for an object of the program is a stand-in's."""
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr == '__class__':
            return True
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'type' and len(node.args) == 1:
            return True
    return False


# What asks a stand-in's class, and so would learn nothing of the program's object.
_KINDS = frozenset({'callable', 'hasattr', 'inspect', 'types', 'collections.abc'})
KIND = 'the test asks what kind of object it is given'
_PATCHING = frozenset({'mock', 'unittest.mock'})
_PATCHED = frozenset({'stdin', 'stdout', 'stderr', 'input', 'print', 'argv'})


def _alters_program(node):
    """Whether a test gives the program other streams or another `input`."""
    if isinstance(node, ast.Attribute):
        return node.attr in _PATCHED and isinstance(node.ctx, ast.Store)
    if not isinstance(node, ast.Call):
        return False
    function = getattr(node.func, 'attr', getattr(node.func, 'id', ''))
    if function == 'setattr':
        return any(isinstance(arg, ast.Constant) and str(arg.value).split('.')[-1] in _PATCHED for arg in node.args[:2])
    return function in ('redirect_stdout', 'redirect_stderr')


def source_modules(nodes):
    """Modules that a test imports, and `module.name` for what it takes of one."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or '')
            found.update('%s.%s' % (node.module, alias.name) for alias in node.names)
    return found


def standard_name(name):
    """The standard library's object of that name, which a test means when it says `math` or `Counter`."""
    if name in _STANDARD:
        return getattr(importlib.import_module(_STANDARD[name]), name)
    return importlib.import_module(name) if name in _MODULES else None


_RAISING = frozenset(
    '_csv _queue asyncio.exceptions binascii builtins concurrent.futures._base configparser copy dataclasses decimal '
    'email.errors ipaddress json.decoder queue re shutil statistics struct subprocess tarfile unittest.case urllib.error '
    'xml.etree.ElementTree zipfile zlib zoneinfo._common'.split()
)


def standard_exception(module, name):
    """The exception of that name of Python or its library; None where there is none, or nobody has imported it."""
    found = sys.modules[module].__dict__.get(name) if module in _RAISING and module in sys.modules else None
    return found if type(found) is type and issubclass(found, BaseException) and found.__name__ == name else None


_HARMLESS = frozenset(
    'abs all any bin bool bytes chr complex dict divmod enumerate filter float frozenset hash hex int isinstance iter len list '
    'map max min next oct ord pow range repr reversed round set sorted str sum tuple zip AssertionError Exception '
    'IndexError KeyError TypeError ValueError ZeroDivisionError'.split()
)
_ALTERING = (
    ast.Import, ast.ImportFrom, ast.ClassDef, ast.AsyncFunctionDef, ast.Global, ast.Nonlocal, ast.Delete, ast.Await, ast.With,
)  # fmt: skip


def leaves_nothing(nodes, loaded):
    """Whether running a test changes nothing outside it: it reaches no module but `math`, no built-in that alters
    anything, and no attribute but those of public names, which it only reads."""
    for node in nodes:
        if isinstance(node, _ALTERING):
            return False
        if isinstance(node, ast.Attribute) and (node.attr[:1] == '_' or not isinstance(node.ctx, ast.Load)):
            return False
    modules = _MODULES - {'math'}
    return all(name not in modules and (name in _HARMLESS or not hasattr(builtins, name)) for name in loaded)


def call_of(nodes, entry_point, loaded):
    """The first call of the entry point in a test; without a name, the first call of what is no builtin."""
    calls = [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    if entry_point is not None:
        calls = [call for call in calls if call.func.id == entry_point]
    else:
        # A program may define a function of a built-in's name, but a test rarely calls only that.
        calls = [call for call in calls if call.func.id in loaded and call.func.id != '__import__']
        calls = [c for c in calls if not hasattr(builtins, c.func.id) and standard_name(c.func.id) is None] or calls
    return min(calls, key=lambda call: (call.lineno, call.col_offset), default=None)


def position_of(call):
    """As `co_positions` tells it."""
    return call.lineno, call.end_lineno, call.col_offset, call.end_col_offset


def deciding_calls(nodes, names):
    """Where those calls of a function of these names stand that an assert's outcome hangs on alone: any other in that
    assert gives them their arguments."""
    found = set()
    for node in nodes:
        if not _asserts(node):
            continue
        own = nodes_of(node)
        calls = [n for n in own if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in names]
        if calls and not any(isinstance(n, _REPEATING) for n in own) and set(calls) <= set(nodes_of(calls[0])):
            found.add(position_of(calls[0]))
    return found


def identifies(nodes):
    """Whether a test compares two values of which it writes out neither: both may be objects of the program, and then it is
    the program's word whether they are one."""
    for node in nodes:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and getattr(node.func, 'attr', '')[:6] == 'assert':
            sides = node.args
        else:
            continue
        if sum(any(map(_is_named, nodes_of(side))) for side in sides) > 1:
            return True
    return False


def _is_named(node):
    return isinstance(node, ast.Name) and not hasattr(builtins, node.id)


_REPEATING = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


def _asserts(node):
    """Whether it is an `assert`, or a call of a method that asserts."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return getattr(node.value.func, 'attr', '')[:6] == 'assert'
    return isinstance(node, ast.Assert)


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
    if other is None or any(isinstance(n, ast.Name) and n.id == call.func.id for n in nodes_of(other)):
        return None
    return other
