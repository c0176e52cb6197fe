import type { SolveOptions } from '../options.ts';

/** A code model that is known to work with tracewise's prompts, as a file on Hugging Face. */
export interface CatalogueModel {
  /** What `--model` and `resolveModel` take for it. */
  readonly id: string;
  /** Owner and name. */
  readonly repository: string;
  readonly file: string;
  /** null where not known. */
  readonly bytes: number | null;
  /** Of the file, in hexadecimal; null where not known: then the server's word counts, see `resolveModel`. */
  readonly sha256: string | null;
  /** As the repository names it. */
  readonly licence: string;
  /** How it wants to be asked. */
  readonly options: SolveOptions;
}

/** Its file holds a chat template of its own. */
const chat = { prompt: 'chat' } as const satisfies SolveOptions;

/**
 * Recommended code models, smallest first. Bytes and hashes are those that several public projects pin for these
 * files; they were not taken from the hub by us. DeepSeek-Coder is not among them: its common GGUF files are older
 * than llama.cpp's support for its tokenizer (ggml-org/llama.cpp#5981).
 */
export const modelCatalogue: readonly CatalogueModel[] = [
  {
    id: 'qwen2.5-coder-0.5b',
    repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF',
    file: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    bytes: 491_400_064,
    sha256: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    licence: 'apache-2.0',
    options: chat,
  },
  {
    id: 'qwen2.5-coder-1.5b',
    repository: 'Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF',
    file: 'qwen2.5-coder-1.5b-instruct-q8_0.gguf',
    bytes: 1_894_532_160,
    sha256: '507de59046601282ba768a9789900e6ccf60ed93ddf346730b7c68eb0715bc47',
    licence: 'apache-2.0',
    options: chat,
  },
  {
    id: 'qwen2.5-coder-3b',
    repository: 'Qwen/Qwen2.5-Coder-3B-Instruct-GGUF',
    file: 'qwen2.5-coder-3b-instruct-q4_k_m.gguf',
    bytes: 2_104_932_800,
    sha256: '724fb256bec1ff062b2f65e4569e871ad2e95ab2a3989723d1769c54294730b7',
    // The one of the family that may not be used commercially.
    licence: 'qwen-research',
    options: chat,
  },
  {
    id: 'qwen2.5-coder-7b',
    repository: 'Qwen/Qwen2.5-Coder-7B-Instruct-GGUF',
    file: 'qwen2.5-coder-7b-instruct-q4_k_m.gguf',
    bytes: 4_683_073_536,
    sha256: '509287f78cb4d4cf6b3843734733b914b2c158e43e22a7f4bf5e963800894d3c',
    licence: 'apache-2.0',
    options: chat,
  },
  {
    id: 'qwen2.5-coder-14b',
    repository: 'Qwen/Qwen2.5-Coder-14B-Instruct-GGUF',
    file: 'qwen2.5-coder-14b-instruct-q4_k_m.gguf',
    bytes: 8_988_110_272,
    sha256: 'c1e659736d89ac1065fb495330fb824d94001974a4bfa78e7270e43476a8d940',
    licence: 'apache-2.0',
    options: chat,
  },
  {
    id: 'qwen2.5-coder-32b',
    repository: 'Qwen/Qwen2.5-Coder-32B-Instruct-GGUF',
    file: 'qwen2.5-coder-32b-instruct-q4_k_m.gguf',
    bytes: 19_851_335_872,
    sha256: '4d64b316b5e6319d9613e0d97935d9ebd631fc7e334da400d00085eca749d085',
    licence: 'apache-2.0',
    options: chat,
  },
];
