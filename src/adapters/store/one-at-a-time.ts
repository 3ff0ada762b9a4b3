/** Gives a function that runs `work` after all earlier work of the same key has ended, well or badly. */
export function oneAtATime(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
	const tails = new Map<string, Promise<void>>();
	return (key, work) => {
		const result = (tails.get(key) ?? Promise.resolve()).then(work);
		const tail = result.then(
			() => {},
			() => {},
		);
		tails.set(key, tail);
		void tail.then(() => {
			if (tails.get(key) === tail) tails.delete(key);
		});
		return result;
	};
}
