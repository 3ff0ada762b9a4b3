import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addMember, addTenant } from '#cli/http/people';
import { PASSWORD } from '#test/support/portal';
import { runCommand, type ServedPortal, servePortal } from './rig.ts';

let served: ServedPortal;
beforeAll(async () => {
	served = await servePortal();
});
afterAll(() => served.close());
beforeEach(() => served.middle.meddle(() => undefined));

const env = { PORTAL_PASSWORD: PASSWORD };
const as = (email: string) => ['--url', served.origin, '--connect', served.middle.url, '--email', email];

function tenant(slug: string, adminEmail: string, by = 'admin@demo.local') {
	const args = [...as(by), '--slug', slug, '--name', 'Some Tenant', '--admin-email', adminEmail];
	return runCommand(addTenant, args, env);
}

function member(email: string, role = 'MEMBER', by = 'admin@demo.local') {
	const args = [...as(by), '--tenant', 'demo', '--member-email', email, '--name', 'Kim Park', '--role', role];
	return runCommand(addMember, args, env);
}

const join = (link: string) =>
	served.portal.anonymous.post('/api/join', {
		secret: link.split('#')[1],
		name: 'Somebody New',
		password: 'a-password-of-theirs',
	});

describe('portal tenants add', () => {
	it('makes a tenant; stdout is its ADMIN’s one-time link and nothing else, and the link lets them in', async () => {
		const ran = await tenant('first', 'first@example.test');
		expect(ran).toMatchObject({ exit: 0, out: expect.stringMatching(/^http:\/\/localhost:3000\/join#[\w-]+$/) });
		expect(ran.err).toMatch(
			/Tenant first is made\. This link makes first@example\.test its ADMIN, until 20.*shown once/,
		);
		expect((await join(ran.out)).body).toEqual({ email: 'first@example.test', tenant: 'first' });
		expect(served.middle.seen.at(-1)).toBe('POST /api/auth/sign-out');
	});

	it('refuses a slug that is taken, and says so', async () => {
		const ran = await tenant('demo', 'second@example.test');
		expect(ran).toMatchObject({ exit: 1, out: '' });
		expect(ran.err).toMatch(/^\[slug_taken\] .*Choose another slug/);
	});

	it('refuses who is no platform admin', async () => {
		expect((await tenant('third', 'third@example.test', 'member@demo.local')).err).toMatch(/^\[role_required\]/);
	});
});

describe('portal members add', () => {
	it('gives a new person a one-time link on stdout, good for the role that was asked for', async () => {
		const ran = await member('kim@example.test', 'AUDITOR');
		expect(ran).toMatchObject({ exit: 0, out: expect.stringMatching(/\/join#/) });
		expect((await join(ran.out)).status).toBe(200);
		const { body } = await (await served.portal.as('admin')).get('/api/members?tenant=demo');
		expect(body.members).toContainEqual(expect.objectContaining({ email: 'kim@example.test', role: 'AUDITOR' }));
	});

	it('refuses a member that there is already', async () => {
		expect((await member('member@demo.local')).err).toMatch(/^\[already_member\]/);
	});

	it('refuses who is not ADMIN there, and names what is wrong with a field', async () => {
		expect((await member('x@example.test', 'MEMBER', 'auditor@demo.local')).err).toMatch(/^\[role_required\]/);
		expect((await member('not-an-address')).err).toMatch(/^\[invalid_request\].* email /);
	});

	it('[cli-no-secret] shows no link that leads elsewhere, and nothing of the password', async () => {
		served.middle.meddle(({ path }) =>
			path === '/api/members'
				? { change: (body) => ({ ...body, link: `https://evil.test/join#${PASSWORD}` }) }
				: undefined,
		);
		const ran = await member('lee@example.test');
		expect(ran).toMatchObject({ exit: 1, out: '' });
		expect(ran.err).toMatch(/is not http:\/\/localhost:3000\/join# and a secret: it is not shown/);
		expect(ran.err).not.toMatch(/evil|sandbox-demo/);
	});

	it.each([
		'a; rm -rf ~ $(id)',
		'',
		'short',
		`${'a'.repeat(43)}\n`,
		`${'a'.repeat(43)}&x=`,
		'a'.repeat(3_000),
		'é'.repeat(43),
	])(
		'[cli-no-secret] prints a link only when its secret is one: not %j, which a shell might take for its own',
		async (secret) => {
			served.middle.meddle(({ path }) =>
				path === '/api/members'
					? { change: (body) => ({ ...body, link: `http://localhost:3000/join#${secret}` }) }
					: undefined,
			);
			const ran = await member(`odd-${randomUUID()}@example.test`);
			expect(ran).toMatchObject({ exit: 1, out: '' });
			expect(ran.err).toMatch(/@example\.test is added to demo, but .* it is not shown\. Withdraw it/);
			expect(ran.err).not.toContain('rm -rf');
		},
	);
});

describe('a connection in the clear', () => {
	const args = (...where: string[]) => [...where, '--email', 'a@b.c', '--timeout', '1'];
	const tenantArgs = ['--slug', 'acme', '--name', 'Acme', '--admin-email', 'a@b.c'];
	const memberArgs = ['--tenant', 'acme', '--member-email', 'a@b.c', '--name', 'A', '--role', 'MEMBER'];
	const connect = ['--connect', 'http://portal.invalid'];

	it.each([
		['tenants add', addTenant, tenantArgs],
		['members add', addMember, memberArgs],
	])('%s says so, also when --url is https', async (_, command, more) => {
		const ran = await runCommand(command, [...args('--url', 'https://portal.invalid', ...connect), ...more], env);
		expect(ran.err).toMatch(/^Note: the connection is http, .* in the clear\.\n\[unreachable\]/);
		const tls = await runCommand(command, [...args('--url', 'https://portal.invalid'), ...more], env);
		expect(tls.err).toMatch(/^\[unreachable\]/);
		const here = await runCommand(command, [...args('--url', 'http://127.0.0.1:1'), ...more], env);
		expect(here.err).toMatch(/^\[unreachable\]/);
	});
});

describe('a command line that cannot be run', () => {
	it.each<[string, typeof addTenant, string[], Record<string, string>, RegExp]>([
		['no address', addTenant, [], env, /--url is missing/],
		['nobody who signs in', addTenant, ['--url', 'http://a'], env, /--email is missing/],
		['no password', addTenant, ['--url', 'http://a', '--email', 'a@b.c'], {}, /PORTAL_PASSWORD is not set/],
		['no tenant’s name', addTenant, ['--url', 'http://a', '--email', 'a@b.c'], env, /--slug, --name and --admin-email/],
		[
			'a slug that is none',
			addTenant,
			['--url', 'http://a', '--email', 'a@b.c', '--slug', 'A_b', '--name', 'n', '--admin-email', 'a@b.c'],
			env,
			/--slug must be/,
		],
		[
			'a role that is none',
			addMember,
			[
				'--url',
				'http://a',
				'--email',
				'a@b.c',
				'--tenant',
				'd',
				'--member-email',
				'a@b.c',
				'--name',
				'n',
				'--role',
				'OWNER',
			],
			env,
			/--role must be one of ADMIN, MEMBER, AUDITOR/,
		],
		['a password as an option', addMember, ['--password=hunter22'], env, /no option --password/],
	])('%s: exit 1 and one sentence', async (_, command, args, environment, sentence) => {
		const ran = await runCommand(command, args, environment);
		expect(ran).toMatchObject({ exit: 1, out: '' });
		expect(ran.err).toMatch(sentence);
		expect(ran.err).not.toContain('hunter22');
	});

	it('--help tells what the link is', async () => {
		for (const command of [addTenant, addMember]) {
			expect((await runCommand(command, ['--help'], {})).out).toMatch(/one-time link, the only line on stdout/);
		}
	});
});
