import { isLlamaLibrary } from './find-libraries.ts';

/**
 * The path of the libllama that this process has already mapped, by us or by node-llama-cpp. A second one
 * beside it would share half of its symbols by luck, so the first one is the one to use.
 */
export function mappedLibrary(): string | undefined {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
  // Where Node has it: network addresses are looked up by name otherwise, which can take seconds.
  const { excludeNetwork } = report;
  if (excludeNetwork !== undefined) report.excludeNetwork = true;
  try {
    const { sharedObjects } = report.getReport() as unknown as { sharedObjects: string[] };
    return sharedObjects.find(isLlamaLibrary);
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}
