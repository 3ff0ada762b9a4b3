import type { AnswerOf } from '#api/contract/routes';

export type AuditPage = AnswerOf<'GET /api/audit'>;
export type AuditRow = AuditPage['entries'][number];

/** What the list shows of an entry. The text is the truth: this is read from it, and a text that does not parse is shown as it is. */
export interface ReadEntry {
	readonly at: string | undefined;
	readonly action: string;
	readonly ok: boolean | undefined;
	readonly code: string | undefined;
	readonly prev: string | undefined;
	readonly argsSha: string | undefined;
	readonly executionId: string | undefined;
	readonly actorId: string | undefined;
	readonly actorKind: string | undefined;
	readonly actorRole: string | undefined;
	readonly url: string | undefined;
	readonly why: string | undefined;
	readonly method: string | undefined;
	/** What a change changed, as the row tells it; its keys depend on the action. */
	readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Who acted on this page, by id. Names are not in the hashed bytes: they come beside them, from a directory. One that was
 * erased there is told apart by the end of the id (its first digits are time).
 */
export function actorsOf(
	page: AuditPage | undefined,
	me: { id: string; name: string },
): Readonly<Record<string, string>> {
	const ids = new Set((page?.entries ?? []).flatMap((row) => readEntry(row.entry).actorId ?? []));
	return Object.fromEntries(
		[...ids].map((id) => [id, id === me.id ? me.name : (page?.actors[id] ?? `…${id.slice(-8)}`)]),
	);
}

/** The actors on this page that are tokens. */
export const tokensOf = (page: AuditPage | undefined): ReadonlySet<string> =>
	new Set(
		(page?.entries ?? []).flatMap((row) => {
			const { actorKind, actorId } = readEntry(row.entry);
			return actorKind === 'token' && actorId !== undefined ? [actorId] : [];
		}),
	);

const asObject = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const asText = (value: unknown) => (typeof value === 'string' ? value : undefined);

function parsed(text: string): Record<string, unknown> {
	try {
		return asObject(JSON.parse(text));
	} catch {
		return {};
	}
}

export function readEntry(text: string): ReadEntry {
	const entry = parsed(text);
	const actor = asObject(entry.actor);
	const detail = asObject(entry.detail);
	return {
		at: asText(entry.at),
		action: asText(entry.action) ?? 'not readable',
		ok: typeof entry.ok === 'boolean' ? entry.ok : undefined,
		code: asText(entry.code),
		prev: asText(entry.prev),
		argsSha: asText(entry.argsSha),
		executionId: asText(entry.executionId),
		actorId: asText(actor.id),
		actorKind: asText(actor.kind),
		actorRole: asText(actor.role),
		url: asText(asObject(entry.artifact).url),
		why: asText(detail.why),
		method: asText(detail.method),
		detail,
	};
}

/** A tool by its name, or by name and method where the method makes another write of it. */
const tools: Readonly<Record<string, string>> = {
	issue_write: 'Open issue',
	'issue_write update': 'Set labels',
	add_issue_comment: 'Comment',
	merge_pull_request: 'Merge pull request',
};
const settings: Readonly<Record<string, string>> = {
	'flag.set': 'Feature switched',
	'dispatch.set': 'Agent dispatch switched',
	'targets.set': 'Targets changed',
	'credential.set': 'Credential set',
	'credential.deleted': 'Credential deleted',
	'token.created': 'Token created',
	'token.revoked': 'Token revoked',
	'tenant.created': 'Tenant created',
	'access.member.set': 'Member changed',
	'access.member.removed': 'Member removed',
	'member.invited': 'Link for a new member made',
	'member.joined': 'Member joined by their link',
	'invitation.set': 'Role of an unused link changed',
	'invitation.withdrawn': 'Link withdrawn',
	'credential.rewrapped': 'Credential moved to the new root key',
	'credential.reencrypted': 'Credential sealed anew',
	'access.platform-admin.set': 'Platform admin made',
};

const onOff = (value: unknown) => (value === true ? 'on' : value === false ? 'off' : undefined);

/** An action in words; the list of actions is open, so an unknown one keeps its own name. */
export function actionWords(entry: ReadEntry): string {
	const tool = /^mcp\.(tool|reconcile|resolve)\.(?:[a-z0-9-]+\.)?([\w]+)$/.exec(entry.action);
	if (tool) {
		const called = tool[2] ?? '';
		const name =
			tools[`${called} ${entry.method ?? ''}`] ?? tools[called] ?? (called === 'unknown' ? 'Unknown tool' : called);
		if (tool[1] === 'reconcile') return `${name}, looked for later`;
		if (tool[1] === 'resolve') return `${name}, settled by a person`;
		return entry.code === 'replayed' ? `${name}, already done` : name;
	}
	const to = onOff(entry.detail.new);
	if (to && entry.action === 'flag.set') return `${asText(entry.detail.flag) ?? 'A feature'} ${to}`;
	if (to && entry.action === 'dispatch.set') return `Agent dispatch ${to}`;
	return settings[entry.action] ?? entry.action;
}

/** An id is told by its end: its first digits are time. */
const idEnd = (id: unknown) => (typeof id === 'string' ? `…${id.slice(-8)}` : undefined);

const verdicts: Readonly<Record<string, string>> = {
	CONFIRMED: 'it happened',
	ABSENT: 'it did not happen',
	NEEDS_HUMAN: 'a person has to say',
};

const namesOf = (value: unknown): readonly string[] =>
	Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];

/** `+acme/ledger −acme/*`; an empty list narrows nothing, which a difference alone would not say. */
function targetsChange(before: readonly string[], after: readonly string[]): string {
	if (after.length === 0) return 'all that the credential reaches';
	const has = (list: readonly string[], name: string) => list.some((one) => one.toLowerCase() === name.toLowerCase());
	const changes = [
		...after.filter((name) => !has(before, name)).map((name) => `+${name}`),
		...before.filter((name) => !has(after, name)).map((name) => `−${name}`),
	];
	if (changes.length === 0) return 'the same again';
	return changes.length > 4 ? `${changes.slice(0, 4).join(' ')} and ${changes.length - 4} more` : changes.join(' ');
}

/** What a setting was changed to, beyond what {@link actionWords} says: a fingerprint, a role, scopes. */
export function changeOf({ action, detail }: ReadEntry): string | undefined {
	const before = asObject(detail.old);
	const after = asObject(detail.new);
	if (/^mcp\.(?:reconcile|resolve)\./.test(action)) {
		const verdict = verdicts[String(detail.new)];
		return verdict !== undefined && detail.checked === false ? `${verdict}, unchecked` : verdict;
	}
	switch (action) {
		case 'targets.set':
			return targetsChange(namesOf(detail.old), namesOf(detail.new));
		case 'credential.set':
		case 'credential.rewrapped':
		case 'credential.reencrypted':
			return asText(detail.new);
		case 'credential.deleted':
			return asText(detail.old);
		case 'token.created':
			return [idEnd(detail.token), asText(detail.scopes)].filter(Boolean).join(': ') || undefined;
		case 'token.revoked':
			return idEnd(detail.token);
		case 'tenant.created':
			return asText(after.slug);
		case 'access.member.removed':
			return idEnd(before.userId);
		case 'invitation.withdrawn':
			return idEnd(before.invitation);
		case 'member.invited':
		case 'invitation.set':
			return [idEnd(after.invitation), asText(after.role)].filter(Boolean).join(': ') || undefined;
		case 'member.joined':
		case 'access.member.set': {
			const role = asText(after.role);
			if (role === undefined) return undefined;
			return `${idEnd(after.userId) ?? 'a person'} is ${role}${before.role ? `, was ${String(before.role)}` : ''}`;
		}
		case 'access.platform-admin.set':
			return idEnd(after.userId);
		default:
			return undefined;
	}
}

/** `acme/payments-api#1043`, from the artifact's address. */
export function targetOf(entry: ReadEntry): string | undefined {
	const found = entry.url && /\/([\w.-]+\/[\w.-]+)\/(?:issues|pull)\/(\d+)/.exec(entry.url);
	return found ? `${found[1]}#${found[2]}` : undefined;
}

export const byteLength = (text: string) => new TextEncoder().encode(text).length;
