/** The whole surface of native/build/…/tracewise.node: the other side is native/src/addon.cpp. */
export interface NativeAddon {
  /** Opens the three libraries, binds llama.cpp's functions and checks the release; returns its version. */
  openLibraries(paths: LibraryPaths): string;
  /** Names of the registered backends, such as CPU and CUDA. */
  backends(): string[];
  /** Registers every backend of a folder that runs here. */
  loadBackends(folder: string): void;
  /** Registers one backend; false where it does not load. */
  loadBackend(path: string): boolean;
  devices(): NativeDevice[];
  /** `onProgress` gets 0 to 1. A cancelled load rejects. */
  loadModel(
    path: string,
    options: { gpuLayers: number; mmap: boolean },
    onProgress?: (share: number) => void,
  ): { model: Promise<NativeModel>; cancel(): void };
  createContext(model: NativeModel, options: NativeContextOptions): Promise<NativeContext>;
  /** Normalised guided logprobs, [vocabularySize]; undefined where no token can be picked. For tests. */
  mixRows(
    unconditional: Float32Array,
    conditional: Float32Array,
    options: {
      guidanceStrength: number;
      epsilon: number;
      plausibility: number;
      guidanceGate: number;
      plain?: boolean;
    },
  ): Float32Array | undefined;
  /** -1 where no token can be picked. For tests. */
  pickToken(row: Float32Array, options: NativePick & { plain?: boolean }): number;
}

/** Absolute paths. */
export interface LibraryPaths {
  readonly base: string;
  readonly ggml: string;
  readonly llama: string;
}

export interface NativeDevice {
  readonly name: string;
  readonly description: string;
  readonly isGpu: boolean;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface NativeModel {
  facts(): ModelFacts;
  /** A value of the file's metadata as text; empty where absent. */
  metadata(key: string): string;
  /** Neither a begin token nor a blank is added. */
  tokenize(text: string, special: boolean): Int32Array;
  tokenBytes(token: number): Uint8Array;
  isEndOfGeneration(token: number): boolean;
  dispose(): void;
}

export interface ModelFacts {
  readonly description: string;
  readonly vocabularySize: number;
  readonly hasTokenizer: boolean;
  readonly trainedTokens: number;
  readonly layers: number;
  readonly embeddingSize: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly parameters: number;
  readonly weightBytes: number;
  readonly isRecurrent: boolean;
  readonly isHybrid: boolean;
  readonly isDiffusion: boolean;
  readonly hasEncoder: boolean;
  readonly hasDecoder: boolean;
  /** Whether texts begin with the begin token. */
  readonly addsBegin: boolean;
  /** Whether texts begin with a blank (SentencePiece). */
  readonly addsSpacePrefix: boolean;
  readonly beginToken: number;
  readonly beginText?: string;
  readonly endText?: string;
  readonly chatTemplate?: string;
}

export interface NativeContextOptions {
  readonly contextTokens: number;
  readonly batchTokens: number;
  readonly maxSequences: number;
  /** Rows of logits in one decode; at least `maxSequences`. */
  readonly maxOutputs: number;
  readonly threads: number;
  /** -1: llama.cpp decides. */
  readonly flashAttention: -1 | 0 | 1;
  readonly cacheType: 'f16' | 'bf16' | 'f32' | 'q8_0';
}

/** Every method but `abort` and `dispose` throws while a step runs. */
export interface NativeContext {
  facts(): { contextTokens: number; batchTokens: number; maxSequences: number };
  /** Throws for rows that llama.cpp would end the process for, and while another step runs. */
  step(step: NativeStep): Promise<NativeStepResult>;
  /** Ends the running step within its decode, where the backend looks (the CPU does). */
  abort(): void;
  /** Lets `to` name the cells of `from` at the positions [begin, end). */
  shareCells(from: number, to: number, begin: number, end: number): void;
  removeCells(sequence: number, begin: number): void;
  /** Freed when the running step has ended. */
  dispose(): void;
}

/** Rows of one call, in order; the first five arrays' shapes are [rows] but for `decodeSizes`. */
export interface NativeStep {
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  readonly sequences: Int32Array;
  /** 1 where the row's logits are wanted. */
  readonly outputs: Int8Array;
  /** Rows of each llama_decode; they add up to all rows. */
  readonly decodeSizes: Int32Array;
  readonly choices: readonly NativeChoiceRequest[];
  /** Outputs, counted in their order, whose logits come back. */
  readonly copies: Int32Array;
}

export interface NativePick {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly uniform: number;
}

export interface NativeChoiceRequest extends NativePick {
  /** Outputs, counted in their order. */
  readonly row: number;
  /** -1: no pair. */
  readonly conditionalRow: number;
  readonly guidanceStrength: number;
  readonly epsilon: number;
  readonly plausibility: number;
  readonly guidanceGate: number;
  readonly topCount: number;
  /** Not -1: the next choice is only made where this one picks it. */
  readonly draftToken: number;
}

/** Logprobs in nats. */
export interface NativeChoice {
  /** -1: no token can be picked; -2: not made, since the one before left its draft. */
  readonly token: number;
  readonly unconditional: number;
  readonly conditional: number;
  readonly guided: number;
  readonly topUnconditional?: { token: number; logprob: number }[];
  readonly topConditional?: { token: number; logprob: number }[];
  readonly topGuided?: { token: number; logprob: number }[];
}

export interface NativeStepResult {
  readonly status: 'done' | 'aborted' | 'cache-full' | 'failed';
  /** The cells of a decode that did not complete are removed again. */
  readonly completedDecodes: number;
  /** What llama_decode returned. */
  readonly code: number;
  /** What llama.cpp logged where it failed. */
  readonly log: string;
  readonly choices: NativeChoice[];
  /** [copies.length * vocabularySize] */
  readonly copies: Float32Array;
}
