import { TracewiseError } from '../errors.ts';
import { logicalLines } from '../lines/logical-lines.ts';
import { codeOnly, noNameBefore, pythonName } from './python-text.ts';

const supported =
  '`from MODULE import NAME [as OTHER]`, or `import MODULE [as OTHER]` and then `MODULE.NAME`';

/**
 * A test file without its imports of the program, which has no file where tests run: its names are simply there.
 * What an import calls otherwise is bound instead. `program`: the module's full name, its folders first.
 * Throws ERR_TASK for an import that cannot be bound so.
 */
export function bindProgramImports(source: string, program: string): string {
  let bound = '';
  let end = 0;
  for (const line of logicalLines(source)) {
    const written = line.text.trim();
    // Where the program lies is of no matter here, and a file to reckon it from there is none.
    const statement = /^sys\.path\.(?:insert|append)\s*\(/.test(written)
      ? ''
      : bindImport(written, source, program);
    if (statement === undefined) continue;
    const blanks = line.text.slice(0, line.indent);
    bound += `${source.slice(end, line.start)}${blanks}${statement || (line.indent > 0 ? 'pass' : '')}`;
    end = line.end;
  }
  return bound + source.slice(end);
}

/** One statement in the place of an import; undefined where it imports nothing of the program. */
export function bindImport(statement: string, source: string, program: string): string | undefined {
  if (!/^(?:from|import)\b/.test(statement)) return undefined;
  let isOfProgram = false;
  const statements = codeOnly(statement)
    .replace(/\\\n/g, ' ')
    .split(';')
    .flatMap((part) => {
      const { from, names } = readImport(part.trim());
      return names.flatMap(({ name, as }) => {
        const other = as === undefined ? '' : ` as ${as}`;
        if (from === undefined ? isSame(name, program) : isSame(join(from, name), program)) {
          isOfProgram = true;
          if (from === undefined && as === undefined && name.includes('.')) throw unsupported(part);
          return namespaceOf(as ?? name, source);
        }
        if (from === undefined) return names.length > 0 ? [`import ${name}${other}`] : [];
        if (!isSame(from, program)) return [`from ${from} import ${name}${other}`];
        isOfProgram = true;
        return as === undefined || as === name ? [] : [`${as} = ${name}`];
      });
    });
  return isOfProgram ? statements.join('; ') : undefined;
}

interface Imported {
  readonly name: string;
  readonly as: string | undefined;
}

/** `from` is undefined for a plain `import`. */
function readImport(statement: string): { from: string | undefined; names: Imported[] } {
  const [, from, list = ''] =
    /^from\s+([^\s]+?)\s*import\b\s*([\s\S]*)$/.exec(statement) ??
    /^import(\b)\s*([\s\S]*)$/.exec(statement) ??
    [];
  const names = list
    .replace(/[()]/g, '')
    .split(',')
    .map((one) => one.trim().split(/\s+as\s+/))
    .filter(([name]) => name !== '')
    .map(([name, as]) => ({ name: name!, as }));
  return { from: from === '' ? undefined : from, names };
}

function join(from: string, name: string): string {
  return from.endsWith('.') ? `${from}${name}` : `${from}.${name}`;
}

/** `prog`, `sub.prog` and `.prog` are the program `…/sub/prog.py`. */
function isSame(module: string, program: string): boolean {
  const name = module.replace(/^\.+/, '');
  return name !== '' && (program === name || program.endsWith(`.${name}`));
}

/** The module as an object that has what the source takes from it. */
function namespaceOf(name: string, source: string): string[] {
  const code = codeOnly(source)
    .split('\n')
    .filter((line) => !/^\s*(?:>>>\s*)?(?:from|import)\b/.test(line))
    .join('\n');
  const uses = new RegExp(
    `(?<!\\.\\s*)${noNameBefore}${name}\\b(?!\\s*=[^=])(\\s*\\.\\s*(${pythonName}))?(\\s*=(?!=))?`,
    'gu',
  );
  const names = new Set<string>();
  for (const [use, , attribute, assigned] of code.matchAll(uses)) {
    if (attribute === undefined || assigned !== undefined) throw unsupported(use);
    names.add(attribute);
  }
  const fields = [...names].map((attribute) => `${attribute}=${attribute}`).join(', ');
  return names.size > 0 ? [`${name} = __import__('types').SimpleNamespace(${fields})`] : [];
}

function unsupported(received: string): TracewiseError {
  return new TracewiseError(
    'ERR_TASK',
    `Expected tests that take names from the program but received \`${received.trim()}\`; write ${supported}`,
  );
}
