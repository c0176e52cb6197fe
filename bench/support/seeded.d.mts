export function seeded(start: number): () => number;
