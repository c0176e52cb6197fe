/** Pulls a model into a cache folder and prints how far it is: `node --import tsx pull-process.ts MODEL FOLDER`. */
import { resolveModel } from '../../../src/models/resolve-model.ts';

const [, , model, cacheFolder] = process.argv;
await resolveModel(model!, { cacheFolder: cacheFolder!, onProgress: ({ bytes }) => console.log(bytes) });
