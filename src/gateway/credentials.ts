import { type Refusal, refuse } from '#core/refusals';
import { err, ok, type Result } from '#core/result';
import { actorOf } from './actor.ts';
import type { Deps } from './deps.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller } from './ports/caller.ts';
import type { CredentialInfo, SealedCredential } from './ports/credentials.ts';

const PROVIDER = 'github';

/**
 * Shapes of a GitHub token that v1.0.4 takes: it answers 400 to anything else. Printable ASCII only, so that a secret
 * can never break out of its header.
 */
const TOKEN = /^(?:(?:ghp|gho|ghu|ghs|github_pat)_[A-Za-z0-9_]{1,255}|[0-9a-f]{40})$/;

/**
 * Tests a PAT and stores it sealed, replacing the tenant's present one. A PAT that the provider refuses is not stored. One
 * that cannot be tested now is stored untested where there is none yet, and never takes the place of another, which may
 * well work. The secret goes nowhere else: not to the answer, the row, a log or an error.
 */
export async function putCredential(deps: Deps, caller: Caller, secret: string): Answer<CredentialInfo> {
	if (!TOKEN.test(secret)) {
		const message = 'is not shaped like a GitHub token (ghp_…, github_pat_…, gho_…, ghu_…, ghs_…)';
		return err(refuse('invalid_args', `The token ${message}.`, { errors: [{ path: 'token', message }] }));
	}
	const tested = await loginOf(deps, secret);
	if (!tested.ok && tested.error === 'credential_rejected') {
		const present = await deps.store.credential(caller.tenant.id, PROVIDER);
		return err(notStored('credential_rejected', present !== null));
	}

	const id = deps.ids.uuid();
	const now = deps.clock.now();
	const row = { tenantId: caller.tenant.id, provider: PROVIDER, credentialId: id };
	const credential: SealedCredential = {
		id,
		provider: PROVIDER,
		kind: 'pat',
		fingerprint: deps.vault.fingerprint(secret),
		login: tested.ok ? tested.value : null,
		setBy: caller.principal.person.name,
		setAt: now,
		testedAt: tested.ok ? now : null,
		sealed: await deps.vault.seal(secret, row),
	};
	const actor = await actorOf(deps, caller);
	const stored = await deps.store.putCredential({
		tenantId: caller.tenant.id,
		credential,
		onlyIfNone: !tested.ok,
		entry: (old) => ({
			action: 'credential.set',
			actor,
			ok: true,
			requestId: caller.requestId,
			detail: { provider: PROVIDER, old: old?.fingerprint ?? null, new: credential.fingerprint },
		}),
	});
	if (stored === null && !tested.ok) return err(notStored(tested.error, true));
	const { sealed: _, ...info } = credential;
	return ok(info);
}

type NoLogin = 'credential_rejected' | 'provider_not_configured' | 'provider_unreachable';

/** Whose the secret is, as the provider says; or that it refuses it, or cannot be asked now. */
async function loginOf(deps: Deps, secret: string): Promise<Result<string, NoLogin>> {
	if (!deps.upstream.configured(PROVIDER)) return err('provider_not_configured');
	const who = await deps.upstream.whoAmI(PROVIDER, secret);
	if (who.ok) return ok(who.value.login);
	return err(who.error.kind === 'unauthorized' ? 'credential_rejected' : 'provider_unreachable');
}

const NOT_STORED: Readonly<Record<NoLogin, { why: string; todo: string }>> = {
	credential_rejected: { why: 'GitHub refuses this token.', todo: '' },
	provider_not_configured: {
		why: 'The token cannot be tested: no MCP server is configured for GitHub (MCP_GITHUB_SERVER_URL).',
		todo: ' Set it again when there is one.',
	},
	provider_unreachable: {
		why: 'The token cannot be tested: GitHub’s MCP server gives no answer that can be read.',
		todo: ' Try again when it answers.',
	},
};

function notStored(code: NoLogin, isOnePresent: boolean): Refusal {
	const { why, todo } = NOT_STORED[code];
	return refuse(code, `${why} Nothing was stored${isOnePresent ? '; the present credential stays' : ''}.${todo}`);
}

/** Deletes the tenant's PAT (`credential.deleted`). What was already sent is still finished and recorded. */
export async function deleteCredential(deps: Deps, caller: Caller): Answer<null> {
	const actor = await actorOf(deps, caller);
	const deleted = await deps.store.deleteCredential({
		tenantId: caller.tenant.id,
		provider: PROVIDER,
		entry: (old) => ({
			action: 'credential.deleted',
			actor,
			ok: true,
			requestId: caller.requestId,
			detail: { provider: PROVIDER, old: old.fingerprint, new: null },
		}),
	});
	return deleted === null ? err(missing(caller)) : ok(null);
}

/** Asks the provider whose the stored PAT is and which of the pinned tools it may use; notes login and time. */
export async function testCredential(
	deps: Deps,
	caller: Caller,
): Answer<{ login: string; tools: Record<string, boolean> }> {
	const credential = await deps.store.credential(caller.tenant.id, PROVIDER);
	if (credential === null) return err(missing(caller));
	if (!deps.upstream.configured(PROVIDER)) {
		return err(refuse('provider_not_configured', 'No MCP server is configured for GitHub (MCP_GITHUB_SERVER_URL).'));
	}
	const row = { tenantId: caller.tenant.id, provider: PROVIDER, credentialId: credential.id };
	const secret = await deps.vault.open(credential.sealed, row);
	if (!secret.ok) {
		return err(
			refuse('credential_unreadable', 'The stored credential does not open with this portal’s key. Set it again.'),
		);
	}
	const who = await deps.upstream.whoAmI(PROVIDER, secret.value);
	const tools = who.ok ? await deps.upstream.usableTools(PROVIDER, secret.value) : who;
	if (!who.ok || !tools.ok) {
		const failed = who.ok ? tools : who;
		if (!failed.ok && failed.error.kind === 'unauthorized') {
			return err(refuse('credential_rejected', 'GitHub refuses the stored token. Replace it.'));
		}
		return err(refuse('provider_unreachable', 'The provider’s MCP server does not answer. Try again.'));
	}
	const { login } = who.value;
	await deps.store.noteCredentialTest({
		tenantId: caller.tenant.id,
		credentialId: credential.id,
		login,
		at: deps.clock.now(),
	});
	return ok({ login, tools: tools.value });
}

function missing(caller: Caller): Refusal {
	return refuse('credential_missing', `There is no GitHub credential for ${caller.tenant.slug}.`);
}
