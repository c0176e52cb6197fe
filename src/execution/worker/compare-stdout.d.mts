/** See `compare-stdout.mjs`. */
export declare function isExpectedStdout(actual: string, expected: string): boolean;
