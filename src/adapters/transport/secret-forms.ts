/** A stretch of the secret this long counts as the secret. */
const STRETCH = 12;
/** A shorter one cannot be told from ordinary words; no provider issues such tokens. */
const SHORTEST = 8;

/** The secret as it may be quoted whole: plain, base64, base64url, hex. Percent and other escapes are decoded before. */
export function formsOf(secret: string): string[] {
	const bytes = Buffer.from(secret);
	return secret === '' ? [] : [secret, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
}

/**
 * Whether any twelve letters and digits in a row of the secret, or of its base64 or hex, can still be read in a text,
 * whatever stands between them and in whatever case. The last guard behind all masking, so it prefers a false alarm.
 */
export function holdsSecret(text: string, secret: string): boolean {
	const loose = lettersOf(text);
	const needles = [secret, Buffer.from(secret).toString('hex'), ...base64Of(secret)].map(lettersOf);
	return needles.some((needle) => {
		if (needle.length < SHORTEST) return false;
		for (let at = 0; at === 0 || at + STRETCH <= needle.length; at++) {
			if (loose.includes(needle.slice(at, at + STRETCH))) return true;
		}
		return false;
	});
}

/** Base64 writes three bytes in four letters, so what it makes of a secret depends on how many bytes stand before it. */
function base64Of(secret: string): string[] {
	return [0, 1, 2].map((before) =>
		Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
			.toString('base64')
			.slice(before === 0 ? 0 : 4),
	);
}

/** Full-width and other compatibility letters count as the plain ones. */
function lettersOf(text: string): string {
	return text
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[^a-z0-9]/g, '');
}
