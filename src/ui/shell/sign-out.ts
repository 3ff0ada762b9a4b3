/** Ends the session, then leaves by a full load, so that nothing of it stays in memory. */
export async function signOut(onFail: () => void) {
	try {
		const answer = await fetch('/api/auth/sign-out', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{}',
		});
		if (!answer.ok && answer.status !== 401) return onFail();
		sessionStorage.clear();
		location.assign('/sign-in');
	} catch {
		onFail();
	}
}
