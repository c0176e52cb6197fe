import { type ResolvedModel, type ResolveModelOptions, resolveModel } from '../models/resolve-model.ts';
import { PullView } from './pull-view.ts';

/** A model for a command: a download is shown on stderr, unless `quiet`. */
export async function findModel(
  model: string,
  { quiet, ...options }: Pick<ResolveModelOptions, 'signal' | 'sha256'> & { quiet: boolean },
): Promise<ResolvedModel> {
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
