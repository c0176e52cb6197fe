"""What can be read off a program's text."""

import ast

from .test_source import nodes_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def reaches(source, name):
    """Whether a program's own statements use a name, directly or within the functions that they name."""
    tree = ast.parse(source)
    functions = {node.name: node for node in nodes_of(tree) if isinstance(node, _FUNCTIONS)}
    seen, pending = set(), list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, _FUNCTIONS) and not node.name.startswith('__'):
            pending += node.decorator_list
            continue
        used = getattr(node, 'id', getattr(node, 'attr', None))
        if used is not None and used not in seen:
            seen.add(used)
            pending += functions[used].body if used in functions else []
        pending += ast.iter_child_nodes(node)
    return name in seen
