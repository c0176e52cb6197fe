"""Runs every primitive, in every style and with every choice of parameters, on random inputs.

  python3 models/train/check_primitives.py

All styles of a choice must agree on each result, results must have the declared type, each choice needs a phrase,
and a phrase must settle or declare open every parameter. No primitive may be constant.
Exits with 1 when it finds a fault.
"""
import copy
import itertools
import random
import re
import sys
from collections import Counter

from primitives import ARGUMENT_NAMES, PRIMITIVES, random_value

INPUTS = 60
CONSTANTS_TRIED = 3
FLOATS = {'mean'}   # the exact average
LOCALS = {'v', 'i', 'j', 'a', 'b', 'c', 'w', 'd', 'key', 'n_', 'acc', 'seen'}


def is_int(value):
    return type(value) is int


def all_of(kind, check):
    return lambda value: type(value) is kind and all(map(check, value))


def table(key):
    return lambda value: type(value) is dict and all(type(k) is key and is_int(v) for k, v in value.items())


CHECKS = {
    'I': is_int, 'B': lambda value: type(value) is bool, 'S': lambda value: type(value) is str,
    'L': all_of(list, is_int), 'T': all_of(tuple, is_int), 'E': all_of(set, is_int),
    'W': all_of(list, lambda item: type(item) is str), 'N': all_of(list, all_of(list, is_int)),
    'R': all_of(list, lambda item: type(item) is tuple and [type(part) for part in item] == [str, int]),
    'D': table(str), 'C': table(int),
}


def fill(template, values):
    for _ in range(3):
        template = re.sub(r'\{\{|\}\}|\{(\w+)\}', lambda m: str(values[m[1]]) if m[1] else m[0], template)
    return template.replace('{{', '{').replace('}}', '}')


def source(primitive, style, choice):
    values = {**choice, 'x': 'x_', 'o': 'o_'}
    lines = [f'{{o}} = {style}'] if isinstance(style, str) else style
    return '\n'.join(['def f(x_):', *('    ' + fill(line, values) for line in lines), '    return o_'])


def choices(rng, primitive):
    options = [[random_value(rng, v) for _ in range(CONSTANTS_TRIED)] if isinstance(v, str) else v
               for v in primitive.params.values()]
    return [dict(zip(primitive.params, combination)) for combination in itertools.product(*options)]


def sample_input(rng, type):
    if type == 'C':
        return dict(Counter(random_value(rng, 'L')))
    return random_value(rng, type)


def run(code, value):
    space = {}
    exec(code, space)
    try:
        return space['f'](copy.deepcopy(value))
    except Exception as error:
        return error


def check_phrases(primitive, choice):
    usable = [(p, o) for p, o in primitive.phrases if all(choice[q] in values for q, values in o.items())]
    if not any(not p.startswith('~') for p, _ in usable):
        yield f'no phrase for {choice}'
    for phrase, open_params in usable:
        for param, options in primitive.params.items():
            if len(options) > 1 and param not in open_params and not re.search(r'\{%s(_w)?\}' % param, phrase) \
                    and not any('{%s}' % param in str(v) for values in open_params.values() for v in values):
                yield f'{phrase!r} does not settle {param}'
            if param in open_params and not set(open_params[param]) <= set(options):
                yield f'{phrase!r} leaves open what is no option of {param}'


def check_names(primitive, code, outputs):
    names = set(re.findall(r'(?:^|;|for|,)\s*([a-z_]\w*)(?=\s*(?:,[^=()]*)?(?: = | in ))', code, re.M))
    for name in names & (outputs | {n for values in ARGUMENT_NAMES.values() for n in values}) - LOCALS:
        yield f'local name {name} is an output or an argument'


def check(rng, primitive, outputs):
    if primitive.takes not in CHECKS or primitive.gives not in CHECKS:
        yield 'unknown type'
        return
    seen = set()
    for choice in choices(rng, primitive):
        yield from check_phrases(primitive, choice)
        codes = [source(primitive, style, choice) for style in primitive.styles]
        for code in codes:
            yield from check_names(primitive, code, outputs)
        failures = 0
        results = []
        for value in [sample_input(rng, primitive.takes) for _ in range(INPUTS)]:
            first, *others = [run(code, value) for code in codes]
            if isinstance(first, Exception):
                failures += 1
                others = [] if all(isinstance(o, Exception) for o in others) else others
            elif not CHECKS[primitive.gives](first) and not (primitive.name in FLOATS and type(first) is float):
                yield f'{choice} on {value!r} gives {first!r}, no {primitive.gives}'
            for other in others:
                if repr(other) != repr(first):
                    yield f'{choice} on {value!r}: styles give {first!r} and {other!r}'
            results.append(repr(first))
        if failures > INPUTS // 4:
            yield f'{choice} raises on {failures} of {INPUTS} inputs, at last {first!r}'
        seen.update(results)
        if max(map(len, results)) > 400:
            yield f'{choice} gives {max(results, key=len)}'
    if len(seen) == 1:
        yield f'gives always {seen.pop()}'


def main():
    rng = random.Random(1)
    outputs = {name for p in PRIMITIVES for name in p.outputs}
    faults = [f'{p.name}: repeated name' for p in PRIMITIVES if sum(q.name == p.name for q in PRIMITIVES) > 1]
    for primitive in PRIMITIVES:
        faults += [f'{primitive.name}: {fault}' for fault in dict.fromkeys(check(rng, primitive, outputs))]
    takes, gives = Counter(p.takes for p in PRIMITIVES), Counter(p.gives for p in PRIMITIVES)
    is_open = sum(any(len(v) > 1 for _, o in p.phrases for v in o.values()) for p in PRIMITIVES)
    pairs = sum(a.gives == b.takes and a is not b and not b.first_only for a in PRIMITIVES for b in PRIMITIVES)
    print(f'primitives {len(PRIMITIVES)}; styles {sum(len(p.styles) for p in PRIMITIVES)}; '
          f'phrases {sum(len(p.phrases) for p in PRIMITIVES)}')
    print('takes', dict(takes), 'gives', dict(gives))
    print(f'with an open phrase {is_open} ({is_open / len(PRIMITIVES):.0%}); with an unseen phrase '
          f'{sum(any(t[0] == "~" for t, _ in p.phrases) for p in PRIMITIVES)}; pairs that compose {pairs}')
    print(*faults, f'faults {len(faults)}', sep='\n')
    sys.exit(bool(faults))


if __name__ == '__main__':
    main()
