import type { AnswerOf } from '#api/contract/routes';
import type { Trouble } from '#cli/http/trouble';
import { err, ok, type Result } from '#core/result';
import type { StepDone, StepTrouble } from './report.ts';
import type { Asker, Smoke } from './subject.ts';

type Prereqs = AnswerOf<'GET /api/mcp/prereqs'>;
type Flags = AnswerOf<'GET /api/flags'>;

const RETRY_MS = 1_000;

/** Signed in, ADMIN of the tenant, and everything that a write needs is on; else what is red, and how to make it green. */
export async function prerequisites(smoke: Smoke): Promise<Result<StepDone<Asker>, StepTrouble>> {
	const { portal, options } = smoke;
	const deadline = smoke.now() + options.waitMs;
	let isSignedIn = false;
	for (let told = false; ; told = true) {
		const looked = await look(smoke);
		if (looked.ok || !looked.error.mayPass || smoke.now() >= deadline || smoke.stop.aborted) return looked;
		if (!told) smoke.tell(`Waiting up to ${options.waitMs / 1000} s: ${looked.error.reason}`);
		await smoke.pause(RETRY_MS);
		if (smoke.stop.aborted) return looked;
	}

	async function look({ options: { tenant } }: Smoke): Promise<Result<StepDone<Asker>, Red>> {
		// Once: each time would leave a session behind.
		const signedIn = isSignedIn ? ok(null) : await portal.signIn();
		if (!signedIn.ok) return err(fromTrouble(signedIn.error));
		isSignedIn = true;
		const me = await portal.call('GET /api/me', {});
		if (!me.ok) return err(explainToken(fromTrouble(me.error), options.credentials.kind));
		const member = me.value.memberships.find((one) => one.tenant === tenant);
		if (member === undefined) return err(notMember(me.value, tenant));
		if (member.role !== 'ADMIN') return err(notAdmin(me.value, tenant, member.role));
		const scopes = missingScopes(me.value);
		if (scopes !== null) return err(scopes);

		const query = { tenant };
		const prereqs = await portal.call('GET /api/mcp/prereqs', { query });
		if (!prereqs.ok) return err(fromTrouble(prereqs.error));
		const flags = await portal.call('GET /api/flags', { query });
		if (!flags.ok) return err(fromTrouble(flags.error));
		const red = [
			...redOf(prereqs.value, flags.value, `${options.address.origin}/t/${tenant}/settings`),
			...redForToken(me.value, flags.value),
		];
		const [first] = red;
		if (first !== undefined) {
			return err({
				...first,
				reason: red.map(({ reason }) => reason).join(' '),
				mayPass: red.every(({ mayPass }) => mayPass),
			});
		}
		const { login } = prereqs.value.credential;
		const note = `${me.value.user.email} is ADMIN of ${tenant}; the credential is ${login ?? 'set'}’s; the MCP server answers, no drift`;
		return ok({ value: { me: me.value, tenantId: member.tenantId, memberId: member.memberId }, note });
	}
}

/** `mayPass`: it may be only that something has not started yet. */
type Red = StepTrouble & { readonly mayPass: boolean };

function fromTrouble(trouble: Trouble): Red {
	const starting = trouble.status === 502 || trouble.status === 503 || trouble.status === 504;
	return { ...trouble, mayPass: starting || trouble.code === 'unreachable' || trouble.code === 'timeout' };
}

function explainToken(red: Red, kind: 'person' | 'token'): Red {
	if (kind !== 'token' || red.code !== 'unauthenticated') return red;
	return {
		...red,
		reason:
			'The token is not live here: expired, revoked, cut short, or of another portal. Make one under Settings → API tokens.',
	};
}

function notMember(me: AnswerOf<'GET /api/me'>, tenant: string): Red {
	const others = me.memberships.map((one) => one.tenant).join(', ');
	const where = others === '' ? 'You belong to no tenant.' : `You belong to: ${others}.`;
	const platform = me.platformAdmin ? ' A platform admin is not thereby a member.' : '';
	return {
		code: 'tenant_not_found',
		reason: `${me.user.email} does not belong to a tenant ${tenant}. ${where}${platform} An ADMIN of it adds you under Settings → Members.`,
		mayPass: false,
	};
}

function notAdmin(me: AnswerOf<'GET /api/me'>, tenant: string, role: string): Red {
	return {
		code: 'role_required',
		reason: `${me.user.email} is ${role} in ${tenant}; the smoke test executes a write and reads the audit log, which takes an ADMIN.`,
		mayPass: false,
	};
}

function missingScopes(me: AnswerOf<'GET /api/me'>): Red | null {
	if (me.via !== 'token') return null;
	const missing = (['read', 'propose', 'execute'] as const).filter((scope) => me.scopes?.includes(scope) !== true);
	if (missing.length === 0) return null;
	return {
		code: 'scope_required',
		reason: `The token lacks the scope ${missing.join(' and ')}; it needs read, propose and execute. An ADMIN who is signed in can make one with execute, for at most 24 h, while mcp.execute-tokens is on.`,
		mayPass: false,
	};
}

function redForToken(me: AnswerOf<'GET /api/me'>, { flags }: Flags): Red[] {
	const flag = flags.find((one) => one.flag === 'mcp.execute-tokens');
	if (me.via !== 'token' || flag?.effective === true) return [];
	return [
		{
			code: 'scope_required',
			reason:
				'Execution by token is off (flag mcp.execute-tokens): sign in instead (--email), or have an ADMIN switch it on.',
			mayPass: false,
		},
	];
}

/** Everything that stands between this tenant and a write, each with its fix. */
function redOf(prereqs: Prereqs, { flags, agentDispatch }: Flags, settings: string): Red[] {
	const red: Red[] = [];
	if (!prereqs.gateway.ok) {
		const flag = flags.find((one) => one.flag === 'mcp.gateway');
		const fix =
			flag?.global === false
				? 'It is off everywhere: a platform admin switches it on.'
				: `An ADMIN switches it on: ${settings}/kill-switch.`;
		red.push({
			code: 'feature-disabled',
			reason: `The flag mcp.gateway is off${whoAndWhy(flag)}. ${fix}`,
			mayPass: false,
		});
	}
	if (!prereqs.agentDispatch.ok) {
		red.push({
			code: 'agent_dispatch_disabled',
			reason: `agentDispatchEnabled is off for this tenant${whoAndWhy(agentDispatch)}. An ADMIN switches it on: ${settings}/kill-switch.`,
			mayPass: false,
		});
	}
	if (!prereqs.credential.ok) {
		red.push({
			code: 'credential_missing',
			reason: `The tenant has no GitHub credential. An ADMIN sets a PAT: ${settings}/integrations.`,
			mayPass: false,
		});
	}
	if (prereqs.upstream.drift.length > 0) {
		red.push({
			code: 'tool_definition_changed',
			reason: `The MCP server’s tools are not the pinned ones: ${prereqs.upstream.drift.join(', ')}. Run the version that the portal pins (github-mcp-server v1.0.4), with the tools of the portal and its plain address, not /readonly.`,
			mayPass: false,
		});
	} else if (!prereqs.upstream.ok) {
		red.push({
			code: 'provider_unreachable',
			reason:
				'The GitHub MCP server does not answer the portal, or none is set. Check MCP_GITHUB_SERVER_URL, the sidecar’s pod and the NetworkPolicy between them. The portal looks once a minute: --wait 90 waits for that.',
			mayPass: true,
		});
	}
	return red;
}

function whoAndWhy(last: { by: string | null; at: string | null; reason: string | null } | undefined): string {
	if (last === undefined || last.by === null) return '';
	return ` (${last.by}${last.at === null ? '' : `, ${last.at}`}${last.reason === null ? '' : `: ${last.reason}`})`;
}
