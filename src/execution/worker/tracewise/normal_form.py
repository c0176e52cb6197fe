"""The first text that parses, and its normal form. Nothing is run."""

import ast


def first_that_parses(attempts):
    for index, text in enumerate(attempts):
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
            continue
        try:
            return {'index': index, 'normalized': normal_form(tree)}
        except (ValueError, RecursionError):
            return {'index': index, 'normalized': text.strip()}
    return None


def normal_form(tree):
    """Comments and layout are gone in the tree; docstrings go here, a body of nothing else becomes `pass`."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and _has_docstring(node):
            del node.body[0]
            if not node.body and not isinstance(node, ast.Module):
                node.body.append(ast.Pass())
    return ast.unparse(ast.fix_missing_locations(tree)).strip()


def _has_docstring(node):
    first = node.body[0] if node.body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
