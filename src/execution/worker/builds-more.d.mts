/** See `builds-more.mjs`. */
export declare function buildsMore(answer: string): boolean;
