"""Tasks in MBPP's form: a chain of typed primitives, a text that may leave details open, asserts that settle them.

A task is drawn from one of three splits. `train` never holds a pair of neighbouring primitives, nor a whole
composition, of the other two; `heldout` has at least one of either; `unseen` is as `heldout`, in words (leads,
phrases, function names) that no other split uses.
"""

import copy
import hashlib
import itertools
import re
from dataclasses import dataclass, field, replace

from execution import within_time
from primitives import ARGUMENT_NAMES, PRIMITIVES, WORDS, Primitive, random_value

SPLITS = ('train', 'heldout', 'unseen')
LEADS = ('Write a function to ', 'Write a python function to ', 'Write a function that will ')
UNSEEN_LEADS = ('Implement a helper that can ', 'Please code a routine to ')
JOINS = (', then ', ' and ', ' and then ', ', after that ')
NAMES = ('solve', 'process', 'compute', 'transform', 'get_result', 'find_value', 'make')
UNSEEN_NAMES = ('handle', 'derive', 'obtain', 'produce_answer', 'evaluate', 'work_out', 'my_func')
TYPE_WORDS = {'L': 'list', 'S': 'string', 'W': 'list of words', 'I': 'number', 'T': 'tuple', 'E': 'set', 'N': 'nested list',
              'R': 'list of pairs', 'D': 'dictionary'}  # fmt: skip
DISTRACTORS = ('The input is never empty.', 'Use plain Python.', 'Do not print anything.', 'The {type} must not be changed.',
               'Keep it short.', 'The {type} may be long.', 'Assume a valid {type}.')  # fmt: skip
ARGUMENT_TYPES = {'L': 0.34, 'S': 0.16, 'W': 0.16, 'I': 0.1, 'T': 0.06, 'E': 0.04, 'N': 0.06, 'R': 0.04, 'D': 0.04}
LENGTHS = {'train': {1: 0.15, 2: 0.5, 3: 0.3, 4: 0.05}, 'heldout': {2: 0.6, 3: 0.34, 4: 0.06}}
LOCAL_NAMES = {'v', 'i', 'j', 'a', 'b', 'c', 'w', 'd', 'key', 'n_', 'acc', 'seen', 'k', 'ranked'}
TAKEN_NAMES = {'sum', 'max', 'min', 'len', 'range', 'abs', 'reversed', 'sorted', 'str', 'text', 'total', 'index', 'set', 'list',
               'dict', 'tuple', 'map', 'filter', 'pow', 'round', 'bin', 'hex', 'zip', 'any', 'all', 'format', 'hash', 'next'}  # fmt: skip
BY_INPUT = {kind: [p for p in PRIMITIVES if p.takes == kind] for kind in ARGUMENT_NAMES}
SHOWN, HIDDEN = 3, 5


def digest(text):
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16)


def is_held_out(names):
    """Of a composition: whether training must not see it."""
    pairs = zip(names, names[1:])
    return len(names) > 1 and (any(digest('pair ' + '>'.join(p)) % 12 == 0 for p in pairs) or digest('>'.join(names)) % 10 == 0)


@dataclass
class Step:
    primitive: Primitive
    params: dict
    phrase: str
    open: dict  # parameter -> the values that the text allows
    style: int
    output: str


def fill(code, x, o, params):
    """`code` with its names and parameters; a parameter may hold `{x}` or another parameter itself."""
    values = dict(params, x=x, o=o)
    for _ in range(3):
        filled = re.sub(r'\{\{|\}\}|\{(\w+)\}', lambda m: str(values.get(m[1], m[0])), code)
        if filled == code:
            break
        code = filled
    return code.replace('{{', '{').replace('}}', '}')


@dataclass
class Task:
    steps: list
    arguments: list  # (name, type)
    name: str
    inline: bool  # whether the last step is returned without a name
    text: str = ''
    shown: list = field(default_factory=list)  # (arguments, result)
    hidden: list = field(default_factory=list)

    def lines(self):
        """The reference's lines, and of each the index of its step (-1: the header)."""
        lines, owners, x = [], [], self.arguments[0][0]
        for i, step in enumerate(self.steps):
            code = step.primitive.styles[step.style]
            if isinstance(code, str):
                expression = fill(code, x, step.output, step.params)
                is_last = i == len(self.steps) - 1
                code = [f'return {expression}' if is_last and self.inline else f'{step.output} = {expression}']
            else:
                code = [fill(line, x, step.output, step.params) for line in code]
            lines += code
            owners += [i] * len(code)
            x = step.output
        if not lines[-1].startswith('return '):
            lines.append(f'return {x}')
            owners.append(len(self.steps) - 1)
        header = f'def {self.name}({", ".join(name for name, _ in self.arguments)}):'
        return [header] + ['    ' + line for line in lines], [-1] + owners

    def source(self):
        return '\n'.join(self.lines()[0])

    def names(self):
        return [step.primitive.name for step in self.steps]

    def with_params(self, params):
        steps = [replace(step, params=p) for step, p in zip(self.steps, params)]
        return replace(self, steps=steps)

    def alternatives(self, rng, limit=12):
        """Programs that the text allows besides the reference."""
        choices = [(i, name, values) for i, step in enumerate(self.steps) for name, values in step.open.items()]
        found = []
        for values in itertools.product(*(values for _, _, values in choices)):
            params = [dict(step.params) for step in self.steps]
            for (i, name, _), value in zip(choices, values):
                params[i][name] = value
            if any(p != step.params for p, step in zip(params, self.steps)):
                found.append(self.with_params(params))
        return rng.sample(found, limit) if len(found) > limit else found

    def asserts(self, cases):
        return [f'assert {self.name}({", ".join(map(repr, arguments))}) == {result!r}' for arguments, result in cases]

    def as_json(self):
        return {
            'text': self.text, 'name': self.name, 'asserts': self.asserts(self.shown), 'hidden': self.asserts(self.hidden),
            'code': self.source(), 'composition': '>'.join(self.names()),
            'open': sum(len(step.open) for step in self.steps),
        }  # fmt: skip


def compiled(source, name):
    space = {}
    exec(compile(source, '<task>', 'exec'), space)
    return space[name]


def make_task(rng, split='train'):
    while True:
        task = _draw(rng, split)
        try:
            if task is not None and within_time(lambda: _add_cases(rng, task)):
                return task
        except TimeoutError:
            continue


def weighted(rng, weights):
    return rng.choices(list(weights), list(weights.values()))[0]


def _draw(rng, split):
    primitives = _chain(rng, split)
    if primitives is None:
        return None
    kind = primitives[0].takes
    arguments, used, steps = [(ARGUMENT_NAMES[kind][0], kind)], {ARGUMENT_NAMES[kind][0]} | LOCAL_NAMES, []
    for primitive in primitives:
        params = {name: draw_param(rng, options) for name, options in primitive.params.items()}
        phrase = _phrase(rng, primitive, params, split)
        if phrase is None:
            return None
        if len(arguments) == 1 and isinstance(params.get('k'), int) and rng.random() < 0.12:
            arguments.append(('k', primitive.params['k']))
            params['k'] = 'k'
        free = [name for name in primitive.outputs if name not in used]
        output = rng.choice(free) if free else next(n for j in range(2, 9) if (n := f'{primitive.outputs[0]}{j}') not in used)
        used.add(output)
        style = 0 if rng.random() < 0.7 else rng.randrange(len(primitive.styles))
        steps.append(Step(primitive, params, phrase[0], phrase[1], style, output))
    task = Task(steps, arguments, _name(rng, primitives, used, split), rng.random() < 0.5)
    task.text = _text(rng, task, split)
    return task


def _chain(rng, split):
    """Primitives of which each takes what the one before gives; None where the draw led nowhere."""
    length = weighted(rng, LENGTHS['train' if split == 'train' else 'heldout'])
    kind = weighted(rng, ARGUMENT_TYPES)
    chain = []
    for i in range(length):
        following = [p for p in BY_INPUT.get(kind, ()) if p not in chain and not (i and p.first_only)]
        if not following:
            return None
        chain.append(rng.choice(following))
        kind = chain[-1].gives
    return chain if is_held_out([p.name for p in chain]) == (split != 'train') else None


def draw_param(rng, options):
    if isinstance(options, str):
        _, low, high = options.split(':')
        return rng.randint(int(low), int(high))
    return rng.choice(options)


def _phrase(rng, primitive, params, split):
    """A phrase that is true of these parameters, and what it leaves open; None where there is none."""
    fitting = [(text, choices) for text, choices in primitive.phrases if all(params[p] in v for p, v in choices.items())]
    kept = [entry for entry in fitting if entry[0].startswith('~')]
    fitting = kept if split == 'unseen' and kept else [entry for entry in fitting if not entry[0].startswith('~')]
    vague = [entry for entry in fitting if any(len(values) > 1 for values in entry[1].values())]
    exact = [entry for entry in fitting if entry not in vague]
    if not fitting:
        return None
    text, choices = rng.choice(vague if vague and (not exact or rng.random() < 0.5) else exact)
    return text.lstrip('~'), {name: values for name, values in choices.items() if len(values) > 1}


def _worded(step, is_first):
    text = step.phrase
    for name, value in step.params.items():
        text = text.replace('{%s_w}' % name, str(WORDS.get(value, value))).replace('{%s}' % name, str(value))
    if is_first and step.primitive.takes == 'I':
        text = text.replace('the result', 'n').replace('its digits', 'the digits of n')
        for verb, preposition in (('add', 'to'), ('subtract', 'from')):
            text = text.replace(f'{verb} {step.params.get("k")}', f'{verb} {step.params.get("k")} {preposition} n')
    return text


def _text(rng, task, split):
    first, *others = [_worded(step, i == 0) for i, step in enumerate(task.steps)]
    lead = rng.choice(UNSEEN_LEADS if split == 'unseen' else LEADS)
    text = lead + first + ''.join(rng.choice(JOINS) + other for other in others) + '.'
    if rng.random() < 0.15:
        text += ' ' + rng.choice(DISTRACTORS).replace('{type}', TYPE_WORDS[task.arguments[0][1]])
    return text


def _name(rng, primitives, used, split):
    if split == 'unseen':
        return rng.choice(UNSEEN_NAMES)
    fragments = [rng.choice(p.fragments) for p in primitives]
    name = rng.choice(NAMES) if rng.random() < 0.25 else '_'.join(fragments[-2:] if rng.random() < 0.7 else fragments[:1])
    return 'get_' + name if name in TAKEN_NAMES or name in used else name


def _add_cases(rng, task):
    """Draws inputs and keeps a set of shown ones that no other reading of the text passes; false where none is found."""
    constants = [p for step in task.steps if isinstance(p := step.params.get('k'), int)]
    function = compiled(task.source(), task.name)
    rivals = [compiled(other.source(), task.name) for other in task.alternatives(rng)]
    for _ in range(4):
        cases = []
        for _ in range(30):
            arguments = [random_value(rng, kind, constants) for _, kind in task.arguments]
            first = arguments[0]
            if len(arguments) == 2 and isinstance(first, list) and all(type(v) is int for v in first) and rng.random() < 0.5:
                first[rng.randrange(len(first))] = arguments[1]
            before = repr(arguments)
            try:
                result = function(*arguments)
            except Exception:
                continue
            if before == repr(arguments) and _is_plain(result) and all(case[0] != arguments for case in cases):
                cases.append((arguments, result))
            if len(cases) == SHOWN + HIDDEN:
                break
        shown, hidden = cases[:SHOWN], cases[SHOWN:]
        if len(hidden) == HIDDEN and _tells(shown) and not any(passes(rival, shown) for rival in rivals):
            task.shown, task.hidden = shown, hidden
            return True
    return False


def _is_plain(result):
    text = repr(result)
    return result is not None and len(text) <= 60 and (not isinstance(result, float) or len(text) <= 7) and not (
        type(result) is int and abs(result) > 99_999)  # fmt: skip


def _tells(shown):
    results = [result for _, result in shown]
    empty = sum(not result and not isinstance(result, (bool, int)) for result in results)
    return len({repr(r) for r in results}) >= (2 if isinstance(results[0], bool) else SHOWN) and empty <= 1


def passes(function, cases):
    try:
        return all(repr(function(*copy.deepcopy(arguments))) == repr(result) for arguments, result in cases)
    except Exception:
        return False
