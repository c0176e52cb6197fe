"""Argument names and small random inputs, one a type."""
ARGUMENT_NAMES = {
    'L': ['nums'], 'S': ['text'], 'W': ['words'], 'I': ['n'], 'T': ['items'], 'E': ['group'], 'N': ['rows'],
    'R': ['pairs'], 'D': ['table'],
}
VOCABULARY = (
    'apple banana cat dog egg fish game house ice jar kite lemon moon nest orange pear queen rose sun tree '
    'up van water box yes zoo Anna Bob level noon radar stats data code Python test star area east tool '
    'see seat are to a at on of the sea tea toe rate stone arena eat best').split()
MARKS = ['!', '?', ',', '.', '7', '42', '3', '10']


def numbers(rng, constants):
    high = rng.choice([9, 9, 15, 20])
    values = [rng.randint(-6 if rng.random() < 0.15 else 0, high) for _ in range(rng.randint(3, 6))]
    if rng.random() < 0.35:
        values[rng.randrange(len(values))] = values[rng.randrange(len(values))]
    if constants and rng.random() < 0.6:
        values[rng.randrange(len(values))] = rng.choice(constants)
    return values


def number(rng, constants):
    return rng.choice(constants) if constants and rng.random() < 0.3 else rng.randint(0, 20)


def text(rng, constants):
    words = [rng.choice(VOCABULARY) for _ in range(rng.choice([1, 1, 2, 2, 3]))]
    if rng.random() < 0.2:
        words[rng.randrange(len(words))] += rng.choice(MARKS)
    return ' '.join(words)


def words(rng, constants):
    values = [rng.choice(VOCABULARY) for _ in range(rng.randint(3, 5))]
    return values + [rng.choice(values)] if rng.random() < 0.25 else values


def rows(rng, constants):
    return [[number(rng, constants) for _ in range(rng.randint(1, 4))] for _ in range(rng.randint(2, 4))]


def pairs(rng, constants):
    values = [(rng.choice(VOCABULARY), number(rng, constants)) for _ in range(rng.randint(3, 4))]
    if rng.random() < 0.3:
        values[-1] = (values[0][0], values[-1][1])
    return values


GENERATORS = {
    'L': numbers, 'S': text, 'W': words, 'N': rows, 'R': pairs,
    'I': lambda rng, constants: rng.randint(4, 40),
    'T': lambda rng, constants: tuple(numbers(rng, constants)),
    'E': lambda rng, constants: {number(rng, constants) for _ in range(rng.randint(3, 6))},
    'D': lambda rng, constants: {
        word: number(rng, constants) for word in rng.sample(VOCABULARY, rng.randint(3, 4))},
}


def random_value(rng, type, constants=()):
    """A small random value of a type letter, or of 'k:low:high'. `constants`: numbers worth meeting in it."""
    if type in GENERATORS:
        return GENERATORS[type](rng, constants)
    low, high = map(int, type.split(':')[1:])
    return rng.randint(low, high)
