const CODES = { SIGTERM: 143, SIGINT: 130 } as const;

/**
 * Ends the process at once when it is told to, while `work` runs. As the first process of a container it has no default
 * for these signals, and would go on until it is killed. A transaction that this cuts off is rolled back by PostgreSQL.
 */
export async function endOnSignal<T>(work: () => Promise<T>): Promise<T> {
	const handlers = Object.entries(CODES).map(([signal, code]) => [signal, () => process.exit(code)] as const);
	for (const [signal, end] of handlers) process.on(signal, end);
	try {
		return await work();
	} finally {
		for (const [signal, end] of handlers) process.off(signal, end);
	}
}
