import { type LogicalLine, logicalLines } from '../lines/logical-lines.ts';
import { bindImport } from './program-imports.ts';
import { codeOnly } from './python-text.ts';
import { readDocstring } from './read-docstring.ts';
import { type Doctests, readDoctests } from './read-doctests.ts';

/** The doctest examples of a file: of its own docstring, of its functions, its classes and their methods. */
export function fileDoctests(source: string, programModule?: string): Doctests {
  const lines = logicalLines(source);
  const found = lines.flatMap((line, i) => {
    const header = lines[i - 1];
    if (header !== undefined && !isHeaderOf(header, line)) return [];
    const docstring = readDocstring(line.text);
    if (!docstring.includes('>>>')) return [];
    const examples = programModule === undefined ? docstring : withoutImports(docstring, programModule);
    return [readDoctests(examples, { prints: header !== undefined && onlyPrints(header, lines.slice(i)) })];
  });
  return {
    tests: found.flatMap(({ tests }) => tests),
    leftOut: found.flatMap(({ leftOut }) => leftOut),
  };
}

function isHeaderOf(header: LogicalLine, line: LogicalLine): boolean {
  return /^\s*(?:async\s+def|def|class)\b/.test(header.text) && line.indent > header.indent;
}

/** An example may import the program that it stands in. */
function withoutImports(docstring: string, programModule: string): string {
  return docstring.replace(/^(\s*>>> )((?:from|import)\b.*)$/gm, (line, prompt, statement) => {
    const bound = bindImport(statement, docstring, programModule);
    return bound === undefined ? line : `${prompt}${bound || 'pass'}`;
  });
}

/** A function that prints and returns nothing: what its examples show is what it prints. */
function onlyPrints(header: LogicalLine, after: readonly LogicalLine[]): boolean {
  const end = after.findIndex(({ indent }) => indent <= header.indent);
  const body = codeOnly((end < 0 ? after : after.slice(0, end)).map(({ text }) => text).join('\n'));
  return /\bprint\s*\(/.test(body) && !/\byield\b|\breturn[ \t]+(?!None\b)\S/.test(body);
}
