interface Waiting<Job, Result> {
	readonly job: Job;
	readonly resolve: (result: Result) => void;
	readonly reject: (reason: unknown) => void;
}

/**
 * Group commit: while one batch of a key is under way, what comes for that key waits, and then goes together, up to `max`
 * at once and in the order it came. Two jobs with one `subject` never share a batch: the second has to see what the first
 * did. `run` answers for each job; what it throws is every job's failure.
 */
export function inBatches<Job, Result>(
	options: { max: number; subject: (job: Job) => string | null },
	run: (key: string, jobs: readonly Job[]) => Promise<PromiseSettledResult<Result>[]>,
): (key: string, job: Job) => Promise<Result> {
	const queues = new Map<string, Waiting<Job, Result>[]>();

	function take(queue: Waiting<Job, Result>[]): Waiting<Job, Result>[] {
		const subjects = new Set<string>();
		const barrier = queue.findIndex(({ job }) => {
			const subject = options.subject(job);
			if (subject === null) return false;
			if (subjects.has(subject)) return true;
			subjects.add(subject);
			return false;
		});
		return queue.splice(0, Math.min(barrier === -1 ? queue.length : barrier, options.max));
	}

	async function work(key: string, queue: Waiting<Job, Result>[]): Promise<void> {
		while (queue.length > 0) {
			const batch = take(queue);
			try {
				const results = await run(
					key,
					batch.map(({ job }) => job),
				);
				for (const [i, waiting] of batch.entries()) {
					const result = results[i];
					if (result === undefined) waiting.reject(new Error('a batch did not answer for all its jobs'));
					else if (result.status === 'fulfilled') waiting.resolve(result.value);
					else waiting.reject(result.reason);
				}
			} catch (error) {
				for (const waiting of batch) waiting.reject(error);
			}
		}
		queues.delete(key);
	}

	return (key, job) =>
		new Promise((resolve, reject) => {
			const queue = queues.get(key);
			if (queue !== undefined) {
				queue.push({ job, resolve, reject });
				return;
			}
			const fresh = [{ job, resolve, reject }];
			queues.set(key, fresh);
			void work(key, fresh);
		});
}
