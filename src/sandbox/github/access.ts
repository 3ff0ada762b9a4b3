import type { Answer } from './answers.ts';
import { badCredentials, notAccessible, notFound } from './answers.ts';
import type { Repository, Token } from './model.ts';
import type { SandboxState } from './state.ts';

/** The shapes GitHub gives its tokens; the real sidecar accepts the same ones. */
const shape = /^(ghp_|github_pat_|gho_|ghu_|ghs_)\S+$|^[a-f0-9]{40}$/;

/** Who is asking. An unknown, revoked or malformed token, and none at all, is 401 `Bad credentials`. */
export function authenticate(state: SandboxState, authorization: string | undefined): Token | Answer {
	const token = /^(?:bearer|token) (\S+)$/i.exec(authorization ?? '')?.[1];
	if (!token || !shape.test(token)) return badCredentials();
	return state.findToken(token) ?? badCredentials();
}

export const isAnswer = (value: Token | Answer): value is Answer => 'status' in value;

/**
 * Whether `token` may read or write the issues of `repository`; undefined = yes.
 * Like GitHub, a private repository that the token may not see does not exist (404), and a fine-grained token that sees it
 * but lacks the permission gets 403.
 */
export function refuse(token: Token, repository: Repository, need: 'read' | 'write'): Answer | undefined {
	if (token.fineGrained) {
		const { repositories, issues } = token.fineGrained;
		const fullName = `${repository.owner}/${repository.name}`.toLowerCase();
		const chosen = repositories === undefined || repositories.some((each) => each.toLowerCase() === fullName);
		if (!chosen) return repository.private ? notFound() : need === 'write' ? notAccessible() : undefined;
		const allowed =
			issues === 'write' || (issues === 'read' && need === 'read') || (!repository.private && need === 'read');
		return allowed ? undefined : notAccessible();
	}
	if (token.scopes.includes('repo')) return undefined;
	if (repository.private) return notFound();
	return need === 'read' || token.scopes.includes('public_repo') ? undefined : notFound();
}
