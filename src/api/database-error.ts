/** SQLSTATE classes and socket errors that mean “no database now”, not “a bug”. */
const UNAVAILABLE = /^(?:08|53|57P0[1-5]|58)|^(?:ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENOSPC)/;

/** Whether an error (or one that it wraps) says that the database cannot be reached or cannot write. */
export function isDatabaseUnavailable(error: unknown): boolean {
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
		const { code } = cause as { code?: unknown };
		if (typeof code === 'string' && UNAVAILABLE.test(code)) return true;
		if (
			/timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/i.test(
				cause.message,
			)
		) {
			return true;
		}
	}
	return false;
}
