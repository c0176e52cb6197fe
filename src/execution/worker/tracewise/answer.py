"""What the program's interpreter says, rebuilt field by field where it leaves the program's reach.

Anything may stand there, since the program can replace what writes it. Values stay data here; `decode` checks them.
"""

import re

_LONGEST_TEXT = 200_000
_LONGEST_NAME = 200
_MOST_LOCALS = 10_000
_MOST_BASES = 100


class Broken(RuntimeError):
    """An answer of another shape than the program's side gives."""

    def __init__(self):
        super().__init__('the program broke the code that reports on it')


def read_answer(said):
    """An answer to one of the judge's questions."""
    _object(said)
    answer = {name: said[name] for name in ('value', 'missing') if name in said}
    if 'exceptionClass' in said:
        answer['exceptionClass'] = _bases(said['exceptionClass'])
    if 'raised' in said:
        answer['raised'] = _exception(said['raised'])
    if 'objects' in said:
        answer['objects'] = {_number(n): data for n, data in _object(said['objects']).items()}
    if 'rendered' in said:
        answer['rendered'] = _text(said['rendered'])
    if 'returnedLocals' in said:
        answer['returnedLocals'] = [_name(name) for name in _list(said['returnedLocals'])]
    if 'locals' in said:
        answer['locals'] = {_name(name): _text(data) for name, data in _object(said['locals']).items()}
    return answer


def read_report(said):
    """What is said of a program as it was loaded, or as it ran its own test."""
    _object(said)
    report = {}
    if 'notParsable' in said:
        report = {'notParsable': _name(said['notParsable']), 'message': _text(said.get('message')), 'line': _line(said.get('line'))}
    if 'raised' in said:
        report['raised'] = _raised(said['raised'])
    return report


def _raised(said):
    _object(said)
    return {
        'type': _name(said.get('type')),
        'message': _text(said.get('message')),
        'line': _line(said.get('line')),
        'assertion': said.get('assertion') is True,
    }


def _exception(said):
    """One that the judge makes again."""
    exception = dict(_raised(said), bases=_bases(said.get('bases')), says=[_name(name) for name in _list(said.get('says', []))])
    exception.update((name, said.get(name)) for name in ('args', 'attributes', 'object'))
    exception['cause'] = None if said.get('cause') is None else _exception(said['cause'])
    return exception


def _bases(said):
    return [tuple(_name(part) for part in _list(base)) for base in _list(said)[:_MOST_BASES]]


def _object(said):
    return said if type(said) is dict else _broken()


def _list(said):
    return said[:_MOST_LOCALS] if type(said) is list else _broken()


def _text(said):
    return said[:_LONGEST_TEXT] if type(said) is str else _broken()


def _name(said):
    return said[:_LONGEST_NAME] if type(said) is str else _broken()


def _line(said):
    return said if said is None or type(said) is int and 0 <= said < 1 << 31 else _broken()


def _number(said):
    return int(said) if re.fullmatch('-?[0-9]{1,8}', said) else _broken()


def _broken():
    raise Broken
