import type { Refusal } from '#core/refusals';
import type { Result } from '#core/result';

/** A refusal thrown across layers only where a framework calls us back (never inside use cases). */
export type Answer<T> = Promise<Result<T, Refusal>>;
