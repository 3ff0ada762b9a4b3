import { z } from 'zod';

/** Larger than any e-mail and password can be. */
const MOST_BYTES = 4096;

/** better-auth's further fields (callbackURL, rememberMe) are left out: nothing here redirects, and every session is alike. */
const credentials = z.object({ email: z.string().max(320), password: z.string().max(1024) });

export type SignInBody = z.infer<typeof credentials>;

/** Reads the body of a sign-in, at most a few KiB of it, since anybody may send one. Null when it is not one. */
export async function readSignIn(request: Request): Promise<SignInBody | null> {
	const text = await readText(request);
	if (text === null) return null;
	try {
		return credentials.safeParse(JSON.parse(text)).data ?? null;
	} catch {
		return null;
	}
}

async function readText(request: Request): Promise<string | null> {
	if (request.body === null) return null;
	const decoder = new TextDecoder();
	let size = 0;
	let text = '';
	// Leaving the loop cancels the rest of the body.
	for await (const chunk of request.body) {
		size += chunk.byteLength;
		if (size > MOST_BYTES) return null;
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}
