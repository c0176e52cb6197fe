import { open } from 'node:fs/promises';
import { TracewiseError } from '../errors.ts';
import { gigabytes } from '../gigabytes.ts';
import { machineMemory } from './machine-memory.ts';

/**
 * Looks at a model file before llama.cpp does, for a better word on what is wrong with it.
 * Throws a TracewiseError (ERR_MODEL_LOAD). `inMemory`: the weights must fit the machine's own memory.
 */
export async function checkModelFile(path: string, { inMemory }: { inMemory: boolean }): Promise<void> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    const what = cause.code === 'ENOENT' ? 'there is no such file' : cause.message;
    throw failure(path, `${what}; check \`modelPath\``, cause);
  });
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw failure(path, 'it is a directory; name the file in it');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    if (bytesRead < 4 || buffer.toString('latin1') !== 'GGUF') {
      const start = JSON.stringify(buffer.toString('latin1', 0, bytesRead));
      throw failure(path, `it starts with ${start}; name a model in the GGUF format`);
    }
    if (inMemory && stats.size > machineMemory()) {
      throw failure(
        path,
        `its ${gigabytes(stats.size)} do not fit the ${gigabytes(machineMemory())} of memory here; take a smaller model or a smaller quantisation`,
      );
    }
  } finally {
    await file.close();
  }
}

function failure(path: string, what: string, cause?: unknown): TracewiseError {
  return new TracewiseError('ERR_MODEL_LOAD', `Expected a model file at ${path} but ${what}`, {
    cause,
    details: { path },
  });
}
