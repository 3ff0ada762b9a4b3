import { type PortalAddress, readAddress, readSeconds } from '#cli/http/address';
import { readOptions } from '#cli/http/options';
import type { Credentials } from '#cli/http/portal-client';
import { err, ok, type Result } from '#core/result';

export interface SmokeOptions {
	readonly address: PortalAddress;
	readonly credentials: Credentials;
	readonly tenant: string;
	readonly owner: string;
	readonly repo: string;
	readonly skipFlag: boolean;
	/** Milliseconds to wait for a portal, or its MCP server, that is not there yet. */
	readonly waitMs: number;
}

const spec = {
	url: 'text',
	connect: 'text',
	tenant: 'text',
	owner: 'text',
	repo: 'text',
	email: 'text',
	token: 'text',
	timeout: 'text',
	wait: 'text',
	json: 'switch',
	'skip-flag': 'switch',
	help: 'switch',
} as const;

/** Reads the command's arguments. The error is a sentence; it repeats no value, which may be a secret. */
export function readSmokeOptions(
	args: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): Result<SmokeOptions, string> {
	const read = readOptions(args, spec);
	if (!read.ok) return read;
	const { tenant, owner, repo, email, 'skip-flag': skipFlag, ...rest } = read.value;
	const address = readAddress(rest);
	if (!address.ok) return address;
	if (tenant === undefined) return err('--tenant is missing: the tenant’s slug, as in /t/<slug>.');
	if (owner === undefined || repo === undefined) {
		return err('--owner and --repo are missing: the repository in which a test issue is opened.');
	}
	if (owner.includes('/') || repo.includes('/'))
		return err('--owner and --repo are two names: --owner acme --repo payments-api.');
	const credentials = readCredentials(email, rest.token, env);
	if (!credentials.ok) return credentials;
	const wait = readSeconds(rest.wait, '--wait', 0);
	if (!wait.ok) return wait;
	return ok({
		address: address.value,
		credentials: credentials.value,
		tenant,
		owner,
		repo,
		skipFlag: skipFlag === true,
		waitMs: wait.value * 1000,
	});
}

function readCredentials(
	email: string | undefined,
	argument: string | undefined,
	env: Readonly<Record<string, string | undefined>>,
): Result<Credentials, string> {
	if (email !== undefined) {
		if (argument !== undefined) return err('Give --email or --token, not both.');
		const password = env.PORTAL_SMOKE_PASSWORD ?? '';
		if (password === '') return err('PORTAL_SMOKE_PASSWORD is not set: the password that belongs to --email.');
		return ok({ kind: 'person', email, password });
	}
	const token = (argument ?? env.PORTAL_SMOKE_TOKEN ?? '').trim();
	if (token === '') {
		return err('Say who asks: --email with PORTAL_SMOKE_PASSWORD set, or a portal token in PORTAL_SMOKE_TOKEN.');
	}
	// Else it would be an invalid header, and an error whose text we do not choose.
	if (!/^[\x21-\x7e]+$/.test(token)) return err('The token holds characters that no token has.');
	return ok({ kind: 'token', token });
}
