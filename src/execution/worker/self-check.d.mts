/** See `self-check.mjs`. */
export declare function checkLock(program: object, judge: object, limits: object): void;
