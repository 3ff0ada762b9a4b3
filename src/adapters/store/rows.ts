import type { Actor } from '#core/audit/entry';
import type { ExecutionState } from '#core/execution/state';
import type { RefusalCode } from '#core/refusals';
import type { CredentialInfo, SealedCredential } from '#gateway/ports/credentials';
import type { Execution } from '#gateway/ports/executions';

/** What the database gives for one execution. Its CHECKs close the sets that the casts below claim. */
export interface ExecutionRow extends Record<string, unknown> {
	id: string;
	tenant_id: string;
	args_sha: string;
	epoch: number;
	provider: string;
	tool: string;
	method: string | null;
	state: string;
	code: string | null;
	reason: string | null;
	target_owner: string;
	target_repo: string;
	target_number: number | null;
	credential_id: string;
	credential_login: string | null;
	actor: string;
	approver: string;
	request_id: string;
	artifact_url: string | null;
	reserved_at: Date;
	settled_at: Date | null;
	audit_seq: number | null;
	next_check_at: Date | null;
	checks: number;
	unknown_since: Date | null;
	clean_looks: number;
	claimed_url: string | null;
	before_sha: string | null;
	after_sha: string | null;
}

export const EXECUTION_COLUMNS = `id, tenant_id, args_sha, epoch, provider, tool, method, state, code, reason,
	target_owner, target_repo, target_number, credential_id, credential_login, actor, approver, request_id, artifact_url,
	reserved_at, settled_at, audit_seq, next_check_at, checks, unknown_since, clean_looks, claimed_url, before_sha,
	after_sha`;

export function executionOf(row: ExecutionRow): Execution {
	return {
		id: row.id,
		tenantId: row.tenant_id,
		argsSha: row.args_sha,
		epoch: row.epoch,
		provider: row.provider,
		tool: row.tool,
		method: row.method,
		state: row.state as ExecutionState,
		code: row.code as RefusalCode | null,
		reason: row.reason,
		target: {
			owner: row.target_owner,
			repo: row.target_repo,
			...(row.target_number === null ? {} : { number: row.target_number }),
		},
		credentialId: row.credential_id,
		credentialLogin: row.credential_login,
		actor: JSON.parse(row.actor) as Actor,
		approver: row.approver,
		requestId: row.request_id,
		artifactUrl: row.artifact_url,
		reservedAt: row.reserved_at,
		settledAt: row.settled_at,
		auditSeq: row.audit_seq,
		nextCheckAt: row.next_check_at,
		checks: row.checks,
		unknownSince: row.unknown_since,
		cleanLooks: row.clean_looks,
		claimedUrl: row.claimed_url,
		beforeSha: row.before_sha,
		afterSha: row.after_sha,
	};
}

/** The credential's columns under names of their own, so that they can stand beside an execution's in one row. */
export interface CredentialRow extends Record<string, unknown> {
	c_id: string;
	c_provider: string;
	c_kind: 'pat';
	c_fingerprint: string;
	c_login: string | null;
	c_sealed: string;
	c_set_by: string;
	c_set_at: Date;
	c_tested_at: Date | null;
}

/** Columns of a credential table or CTE that is called `c`. */
export const CREDENTIAL_COLUMNS = `c.id AS c_id, c.provider AS c_provider, c.kind AS c_kind, c.fingerprint AS c_fingerprint,
	c.login AS c_login, c.sealed AS c_sealed, c.set_by AS c_set_by, c.set_at AS c_set_at, c.tested_at AS c_tested_at`;

export function credentialOf(row: CredentialRow): SealedCredential {
	return { ...credentialInfoOf(row), sealed: row.c_sealed };
}

export function credentialInfoOf(row: CredentialRow): CredentialInfo {
	return {
		id: row.c_id,
		provider: row.c_provider,
		kind: row.c_kind,
		fingerprint: row.c_fingerprint,
		login: row.c_login,
		setBy: row.c_set_by,
		setAt: row.c_set_at,
		testedAt: row.c_tested_at,
	};
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Ids come from addresses that anybody can type: one that is no UUID names nothing, and must not reach the database. */
export function isUuid(text: string): boolean {
	return UUID.test(text);
}
