import { github } from './github.ts';
import type { Provider } from './types.ts';

const providers: Readonly<Record<Provider['id'], Provider>> = { github };

/**
 * The provider of this id, or null. `id` comes from a caller: only own keys count, so `constructor` and `__proto__` name
 * no provider.
 */
export function provider(id: string): Provider | null {
	return Object.hasOwn(providers, id) ? providers[id as Provider['id']] : null;
}
