import { z } from 'zod';
import { slug as slugShape } from '#api/contract/schemas';
import { ROLES, type Role } from '#core/access/roles';
import { err, ok, type Result } from '#core/result';
import { noteOnConnection, type PortalAddress, readAddress } from './address.ts';
import type { CommandIo } from './command-io.ts';
import { readOptions } from './options.ts';
import { type Credentials, type PortalClient, portalClient } from './portal-client.ts';
import { printable } from './printable.ts';
import type { Trouble } from './trouble.ts';

const CONNECTION = `  --url <address>       the portal’s own address, PORTAL_URL to the letter
  --connect <address>   connect here instead, and still ask for the name in --url
  --email <address>     signs in, with the password in PORTAL_PASSWORD
  --timeout <seconds>   how long one request may take (60)
  A private CA: NODE_EXTRA_CA_CERTS=/path/ca.pem`;

const ABOUT_LINK = `Whoever has to set or give a password first gets a one-time link, the only line on stdout. Hand it over on a
way that nobody else reads: it is shown once, and whoever uses it first is let in.`;

const TENANT_HELP = `portal tenants add: makes a tenant and its first ADMIN. Takes a platform admin.

  PORTAL_PASSWORD=… portal tenants add --url https://portal.example.com --email root@example.com \\
    --slug acme --name "Acme Inc" --admin-email ada@example.com

  --slug <slug>         stands in addresses: 1 to 40 of a–z, 0–9 and “-”; it cannot be changed
  --name <name>         what people read
  --admin-email <address>
${CONNECTION}

${ABOUT_LINK}`;

const MEMBER_HELP = `portal members add: adds a person to a tenant. Takes an ADMIN of the tenant.

  PORTAL_PASSWORD=… portal members add --url https://portal.example.com --tenant acme --email ada@example.com \\
    --member-email ben@example.com --name "Ben Ochoa" --role MEMBER

  --tenant <slug>
  --member-email <address>, --name <name>
  --role <role>         ADMIN approves, executes and changes settings; MEMBER proposes; AUDITOR reads
${CONNECTION}

${ABOUT_LINK}`;

const connectionSpec = { url: 'text', connect: 'text', timeout: 'text', email: 'text', help: 'switch' } as const;
const tenantSpec = { ...connectionSpec, slug: 'text', name: 'text', 'admin-email': 'text' } as const;
const memberSpec = { ...connectionSpec, tenant: 'text', 'member-email': 'text', name: 'text', role: 'text' } as const;

/** `portal tenants add`. Gives the exit code, 0 or 1; a new ADMIN's one-time link is the only line on stdout. */
export async function addTenant(args: readonly string[], io: CommandIo): Promise<number> {
	const read = readOptions(args, tenantSpec);
	if (read.ok && read.value.help) return help(io, TENANT_HELP);
	if (!read.ok) return usage(io, read.error, 'portal tenants add --help');
	const { slug, name, 'admin-email': adminEmail } = read.value;
	const session = readSession(read.value, io);
	if (!session.ok) return usage(io, session.error, 'portal tenants add --help');
	if (slug === undefined || name === undefined || adminEmail === undefined) {
		return usage(io, '--slug, --name and --admin-email are needed.', 'portal tenants add --help');
	}
	if (!slugShape.safeParse(slug).success) {
		return usage(io, '--slug must be 1 to 40 of a–z, 0–9 and “-”, not at its ends.', 'portal tenants add --help');
	}
	return signedIn(session.value, io, async (portal) => {
		const made = await portal.call('POST /api/tenants', { body: { slug, name, adminEmail } });
		return made.ok ? ok({ ...made.value, what: `Tenant ${slug} is made`, who: adminEmail, as: 'its ADMIN' }) : made;
	});
}

/** `portal members add`. Gives the exit code, 0 or 1; a new person's one-time link is the only line on stdout. */
export async function addMember(args: readonly string[], io: CommandIo): Promise<number> {
	const read = readOptions(args, memberSpec);
	if (read.ok && read.value.help) return help(io, MEMBER_HELP);
	if (!read.ok) return usage(io, read.error, 'portal members add --help');
	const { tenant, name, role, 'member-email': email } = read.value;
	const session = readSession(read.value, io);
	if (!session.ok) return usage(io, session.error, 'portal members add --help');
	if (tenant === undefined || email === undefined || name === undefined || role === undefined) {
		return usage(io, '--tenant, --member-email, --name and --role are needed.', 'portal members add --help');
	}
	if (!isRole(role)) return usage(io, `--role must be one of ${ROLES.join(', ')}.`, 'portal members add --help');
	return signedIn(session.value, io, async (portal) => {
		const made = await portal.call('POST /api/members', { query: { tenant }, body: { email, name, role } });
		return made.ok ? ok({ ...made.value, what: `${email} is added to ${tenant}`, who: email, as: role }) : made;
	});
}

interface Made {
	readonly link?: string | undefined;
	readonly expiresAt?: string | undefined;
	readonly what: string;
	readonly who: string;
	readonly as: string;
}

interface Session {
	readonly address: PortalAddress;
	readonly credentials: Credentials;
}

function readSession(
	given: { readonly url?: string; readonly connect?: string; readonly timeout?: string; readonly email?: string },
	io: CommandIo,
): Result<Session, string> {
	const address = readAddress(given);
	if (!address.ok) return address;
	if (given.email === undefined) return err('--email is missing: who signs in.');
	const password = io.env.PORTAL_PASSWORD ?? '';
	if (password === '') return err('PORTAL_PASSWORD is not set: the password that belongs to --email.');
	return ok({ address: address.value, credentials: { kind: 'person', email: given.email, password } });
}

/** Signs in, does the one thing, signs out, and says what came of it. */
async function signedIn(
	{ address, credentials }: Session,
	io: CommandIo,
	work: (portal: PortalClient) => Promise<Result<Made, Trouble>>,
): Promise<number> {
	const portal = portalClient(address, credentials, new AbortController().signal);
	const tell = (line: string): void => io.err(printable(line, portal.secrets()));
	const note = noteOnConnection(address);
	if (note !== null) tell(note);
	const into = await portal.signIn();
	const made = into.ok ? await work(portal) : into;
	await portal.signOut();
	if (!made.ok) {
		tell(`[${made.error.code}] ${made.error.reason}${fieldsOf(made.error)}`);
		return 1;
	}
	const { link, expiresAt, what, who, as } = made.value;
	if (link === undefined) {
		tell(`${what}. ${who} has an account here and is ${as} from now on: no link is needed.`);
		return 0;
	}
	const start = `${address.origin}/join#`;
	// Who copies it into a message or a shell must not copy more than a link.
	if (!link.startsWith(start) || !/^[A-Za-z0-9_-]{32,128}$/.test(link.slice(start.length))) {
		tell(
			`${what}, but the link in the answer is not ${start} and a secret: it is not shown. Withdraw it under Settings → Members.`,
		);
		return 1;
	}
	tell(
		`${what}. This link makes ${who} ${as}${expiresAt === undefined ? '' : `, until ${expiresAt}`}. Hand it to nobody else; it is shown once:`,
	);
	io.out(link);
	return 0;
}

const fieldErrors = z.array(z.object({ path: z.string(), message: z.string() }));

function fieldsOf({ body }: Trouble): string {
	const errors = fieldErrors.safeParse(body?.errors);
	return errors.success ? errors.data.map(({ path, message }) => ` ${path} ${message}.`).join('') : '';
}

function isRole(text: string): text is Role {
	return (ROLES as readonly string[]).includes(text);
}

function help(io: CommandIo, text: string): number {
	io.out(text);
	return 0;
}

function usage(io: CommandIo, sentence: string, how: string): number {
	io.err(`${printable(sentence)}\nHow it is used: ${how}`);
	return 1;
}
