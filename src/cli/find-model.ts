import { existsSync } from 'node:fs';
import { TracewiseError } from '../errors.ts';
import { parseModelSource } from '../models/model-source.ts';
import { type ResolvedModel, type ResolveModelOptions, resolveModel } from '../models/resolve-model.ts';
import { PullView } from './pull-view.ts';

/** A model for a command: a download is shown on stderr, unless `quiet`. */
export async function findModel(
  model: string,
  { quiet, ...options }: Pick<ResolveModelOptions, 'signal' | 'sha256'> & { quiet: boolean },
): Promise<ResolvedModel> {
  // Neither a path nor a name that is known: a name with a slip in it, most likely.
  if (parseModelSource(model).kind === 'file' && !/[\\/]|\.gguf$/i.test(model) && !existsSync(model)) {
    throw new TracewiseError(
      'ERR_OPTIONS',
      `Expected a model but there is none of the name ${model}, and no such file; \`tracewise models list\` has the names`,
    );
  }
  const view = new PullView(process.stderr);
  options.signal?.addEventListener('abort', () => view.interrupt(), { once: true });
  try {
    return await resolveModel(model, {
      ...options,
      ...(!quiet && { onProgress: (progress) => view.show(progress) }),
    });
  } finally {
    view.end();
  }
}
