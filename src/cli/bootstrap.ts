import { BOOTSTRAP_LINK_MS, signBootstrapLink } from '#adapters/vault/bootstrap-link';
import { deriveKey } from '#adapters/vault/derive-key';
import { rootKeyFromSecret } from '#adapters/vault/root-key';
import { readCommandEnv } from '#src/env';
import type { CommandIo } from './http/command-io.ts';
import { readOptions } from './http/options.ts';

export const BOOTSTRAP_HELP = `portal bootstrap: prints the link with which the first platform admin sets name and password

  PORTAL_URL=… PORTAL_SECRET=… portal bootstrap --email ops@example.com

  --email <address>     whose account it will be; or PORTAL_ADMIN_EMAIL

The settings are those of the running portal (in Kubernetes: kubectl exec deploy/karc-portal -- portal bootstrap …).
The database is not needed. The link works for an hour, and only while there is no platform admin. Whoever has it
can become one: hand it over as you would a password.

Exit: 0 printed, 1 not`;

/** `portal bootstrap`: signs a one-time link; whether it still counts is found out when it is used. */
export async function bootstrap(args: readonly string[], io: CommandIo, now: Date = new Date()): Promise<number> {
	const refuse = (why: string): number => {
		io.err(`${why}\nHow it is used: portal bootstrap --help`);
		return 1;
	};
	const options = readOptions(args, { email: 'text' });
	if (!options.ok) return refuse(options.error);
	const given = options.value.email;
	// Through the same check as the setting, which it stands in for.
	const env = readCommandEnv(given === undefined ? io.env : { ...io.env, PORTAL_ADMIN_EMAIL: given });
	if (!env.ok) return refuse(env.error);
	const { url, secret, adminEmail } = env.value;
	if (adminEmail === null) return refuse('Whose link? Give --email <address>, or set PORTAL_ADMIN_EMAIL.');
	if (url === null) return refuse('PORTAL_URL is not set: the address under which people reach the portal.');
	if (secret === null) return refuse('PORTAL_SECRET is not set: the secret that the portal runs with.');
	const rootKey = rootKeyFromSecret(secret);
	if (!rootKey.ok) return refuse(rootKey.error.message);
	const link = signBootstrapLink(adminEmail, deriveKey(rootKey.value, 'bootstrap', 1), now);
	// The link alone on stdout, so that a script can take it.
	io.out(`${url}/join#${link.secret}`);
	io.err(
		`For ${adminEmail}: works for ${BOOTSTRAP_LINK_MS / 60_000} minutes, until ${link.expiresAt.toISOString()}, while there is no platform admin.`,
	);
	return 0;
}
