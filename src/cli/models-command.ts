import { cacheFolder } from '../cache-folder.ts';
import { TracewiseError } from '../errors.ts';
import { type ListedModel, listModels } from '../models/list-models.ts';
import { modelFolder } from '../models/model-files.ts';
import { readRecord } from '../models/model-record.ts';
import { parseModelSource } from '../models/model-source.ts';
import { removeModel } from '../models/remove-model.ts';
import { type VerifiedFile, verifyModel } from '../models/verify-model.ts';
import { exitCodes } from './exit-codes.ts';
import { findModel } from './find-model.ts';
import { interruptible } from './interruptible.ts';
import { printable } from './printable.ts';
import { sizeText } from './size-text.ts';

/** `tracewise models list`: the catalogue and what is here; returns the exit code. */
export async function listCommand({ json }: { json?: boolean }): Promise<number> {
  const models = await listModels();
  if (json) print(models);
  else {
    process.stdout.write(`${table([['MODEL', 'SIZE', 'LICENCE', 'STATE'], ...models.map(row)])}\n`);
    process.stdout.write(`\nin ${modelFolder(cacheFolder())}; the embedded model needs no pull\n`);
  }
  return exitCodes.done;
}

/** `tracewise models pull`: prints the path. */
export function pullCommand(
  model: string,
  { sha256, quiet = false }: { sha256?: string; quiet?: boolean },
): Promise<number> {
  return interruptible(async (signal) => {
    if (parseModelSource(model).kind !== 'hub') {
      throw new TracewiseError(
        'ERR_OPTIONS',
        `Expected a name of \`tracewise models list\`, or hf:owner/repository/file.gguf, but received ${model}, which is not downloaded`,
      );
    }
    const { path } = await findModel(model, { signal, quiet, ...(sha256 !== undefined && { sha256 }) });
    process.stdout.write(`${path}\n`);
    return exitCodes.done;
  });
}

/** `tracewise models verify`: reads the models through, all pulled ones by default. */
export function verifyCommand(models: string[], { json }: { json?: boolean }): Promise<number> {
  return interruptible(async (signal) => {
    const names = models.length > 0 ? models : await namesHere();
    const results: { model: string; files: VerifiedFile[] }[] = [];
    for (const model of names) {
      const files = await verifyModel(model, { signal });
      results.push({ model, files });
      if (!json) for (const file of files) process.stdout.write(`${printable(verdict(model, file))}\n`);
    }
    if (json) print(results);
    else if (names.length === 0) process.stdout.write('no model was pulled\n');
    return results.every(({ files }) => files.every(isRight)) ? exitCodes.done : exitCodes.damaged;
  });
}

/** `tracewise models rm`. */
export async function removeCommand(models: string[]): Promise<number> {
  for (const model of models) {
    const bytes = await removeModel(model);
    process.stdout.write(`removed ${printable(model)}: ${sizeText(bytes)} are free\n`);
  }
  return exitCodes.done;
}

/** Those with a record, whole or not; what has only begun to come has nothing to be held to. */
async function namesHere(): Promise<string[]> {
  const models = await listModels();
  const records = await Promise.all(models.map(({ path }) => readRecord(path)));
  return models.filter((_, i) => records[i]).map(({ name }) => name);
}

function row({ name, state, bytes, totalBytes, licence }: ListedModel): string[] {
  const share = state === 'partial' ? ` (${sizeText(bytes)} here)` : '';
  return [
    printable(name),
    totalBytes === null ? 'unknown' : sizeText(totalBytes),
    licence ?? 'see its page',
    state === 'absent' ? '' : `${state}${share}`,
  ];
}

function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function isRight({ expected, found }: VerifiedFile): boolean {
  return expected !== null && expected === found;
}

const wordOf = {
  given: 'the hash given at the pull',
  catalogue: "the catalogue's hash",
  server: "the server's hash",
  'first pull': 'its hash at the first pull',
};

function verdict(model: string, file: VerifiedFile): string {
  const { path, expected, expectedFrom, found } = file;
  if (isRight(file)) return `right    ${model}: ${found} (${wordOf[expectedFrom!]})`;
  const due = expected === null ? 'it did not come' : `expected ${expected} (${wordOf[expectedFrom!]})`;
  return `damaged  ${model}: ${due}, found ${found ?? 'no file that can be read'} at ${path}; remove it and pull it again`;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
