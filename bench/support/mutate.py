"""Writes mutants of programs. stdin: a JSON list of [seed, level, program, donor]; stdout: a JSON list of texts.

Levels: `tree` moves expressions and statements between two programs, `tokens` and `bytes` edit the text.
"""

import ast
import copy
import json
import random
import re
import sys


def mutate(seed, level, program, donor):
    draw = random.Random(seed)
    if level == 'tree':
        try:
            return in_tree(draw, ast.parse(program), ast.parse(donor))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            level = 'tokens'
    return in_tokens(draw, program, donor) if level == 'tokens' else in_bytes(draw, program)


def in_tree(draw, tree, donor):
    for _ in range(draw.randint(1, 3)):
        kind = draw.choice((ast.expr, ast.stmt))
        places, gifts = places_of(tree, kind), places_of(donor, kind)
        if not places or not gifts:
            continue
        holder, field, index = draw.choice(places)
        giver, given, at = draw.choice(gifts)
        gift = copy.deepcopy(getattr(giver, given) if at is None else getattr(giver, given)[at])
        if index is None:
            setattr(holder, field, gift)
        elif kind is ast.stmt and draw.random() < 0.3:
            getattr(holder, field).insert(index, gift)
        elif kind is ast.stmt and draw.random() < 0.3 and len(getattr(holder, field)) > 1:
            del getattr(holder, field)[index]
        else:
            getattr(holder, field)[index] = gift
    return ast.unparse(ast.fix_missing_locations(tree))


def places_of(tree, kind):
    """Where nodes of a kind stand; of expressions only those that are read."""
    places = []
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
                if isinstance(child, kind) and isinstance(getattr(child, 'ctx', ast.Load()), ast.Load):
                    places.append((node, field, index))
    return places


def in_tokens(draw, program, donor):
    tokens, gifts = (re.findall(r'\w+|\s+|[^\w\s]', text) for text in (program, donor))
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(tokens) or 1)
        edit = draw.randrange(4)
        if edit == 0:
            del tokens[at : at + 1]
        elif edit == 1:
            tokens.insert(at, draw.choice(tokens or ['']))
        elif edit == 2:
            tokens[at : at + 1] = [draw.choice(gifts or [''])]
        else:
            other = draw.randrange(len(tokens) or 1)
            tokens[at : at + 1], tokens[other : other + 1] = tokens[other : other + 1], tokens[at : at + 1]
    return ''.join(tokens)


def in_bytes(draw, program):
    data = bytearray(program.encode('utf-8', 'replace'))
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(data) or 1)
        edit = draw.randrange(3)
        if edit == 0:
            del data[at : at + 1]
        elif edit == 1:
            data.insert(at, draw.randrange(256))
        elif data:
            data[at] ^= 1 << draw.randrange(8)
    return data.decode('utf-8', 'replace')


print(json.dumps([mutate(*job) for job in json.load(sys.stdin)]))
