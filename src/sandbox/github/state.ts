import { createFaults, type Faults } from './faults.ts';
import type { Comment, Data, Issue, LoggedRequest, Repository, Token } from './model.ts';
import { nextNumber, whole } from './model.ts';
import { readState, writeState } from './persist.ts';
import { seed } from './seed.ts';

export type SandboxState = {
	/** Makes a token known. Its account exists from then on. */
	addToken(token: Token): void;
	/** From now on the token is answered with 401. */
	revokeToken(token: string): void;
	findToken(token: string): Token | undefined;

	addRepository(fullName: string, options?: { private?: boolean; issuesEnabled?: boolean }): void;
	setIssuesEnabled(fullName: string, enabled: boolean): void;
	/** The old name redirects to the new one, which is made when it does not exist. */
	transferRepository(from: string, to: string): void;
	/** Moves an issue to another repository, where it gets a new number, which is given; without `to` it is deleted. */
	removeIssue(from: string, number: number, to?: string): number | null;
	repositories(): readonly Repository[];
	/** Names are case-insensitive, as on GitHub. */
	repository(owner: string, name: string): Repository | undefined;

	/** Copies, for assertions; oldest first. */
	issues(owner: string, repo: string): Issue[];
	comments(owner: string, repo: string, number: number): Comment[];
	/** How many requests changed something since the start. */
	writes(): number;
	requests: LoggedRequest[];

	faults: Faults;
	/** Search finds an issue or comment only this long after it was written. */
	searchLagMs: number;
	/** Lets every request waiting on a `hold` fault go on. */
	release(): void;
	/** Resolves at `release()`. */
	held(): Promise<void>;

	nextId(): number;
	userId(login: string): number;
	now(): Date;
	/** Now, as GitHub writes it. */
	stamp(): string;
	/** Call after each change: counts the write and, with a state file, saves before the answer leaves. */
	changed(): void;
};

const split = (fullName: string): [string, string] => {
	const [owner, name, ...rest] = fullName.split('/');
	if (!owner || !name || rest.length > 0) throw new Error(`not owner/name: ${fullName}`);
	return [owner, name];
};

/** The sandbox's memory. With `stateFile` it survives a restart; tokens, faults and the request log never do. */
export function createState(options: { now: () => Date; stateFile?: string }): SandboxState {
	const data: Data = (options.stateFile && readState(options.stateFile)) || seed();
	const tokens = new Map<string, Token>();
	let writes = 0;
	let waiting: (() => void)[] = [];

	const save = () => {
		if (options.stateFile) writeState(options.stateFile, data);
	};
	const find = (owner: string, name: string) =>
		data.repositories.find(
			(each) => each.owner.toLowerCase() === owner.toLowerCase() && each.name.toLowerCase() === name.toLowerCase(),
		);
	const need = (fullName: string): Repository => {
		const found = find(...split(fullName));
		if (!found) throw new Error(`no repository ${fullName}`);
		return found;
	};
	const nextId = () => data.nextId++;

	const state: SandboxState = {
		addToken(token) {
			tokens.set(token.token, token);
			state.userId(token.login);
		},
		revokeToken: (token) => void tokens.delete(token),
		findToken: (token) => tokens.get(token),

		addRepository(fullName, { private: hidden = true, issuesEnabled = true } = {}) {
			const [owner, name] = split(fullName);
			if (find(owner, name)) return;
			const empty = { description: '', movedTo: null, labels: [], issues: [] };
			data.repositories.push({ id: nextId(), owner, name, private: hidden, issuesEnabled, ...empty });
			save();
		},
		setIssuesEnabled(fullName, enabled) {
			need(fullName).issuesEnabled = enabled;
			save();
		},
		transferRepository(from, to) {
			const old = need(from);
			state.addRepository(to, { private: old.private });
			old.movedTo = to;
			save();
		},
		removeIssue(from, number, to) {
			const old = need(from);
			const at = old.issues.findIndex((each) => each.number === number);
			const [issue] = at < 0 ? [] : old.issues.splice(at, 1);
			if (!issue) throw new Error(`no issue ${from}#${number}`);
			const target = to === undefined ? null : need(to);
			if (target !== null) target.issues.push(Object.assign(issue, { number: nextNumber(target) }));
			old.left = { ...old.left, [number]: target === null ? '' : `${to}/${issue.number}` };
			save();
			return target === null ? null : issue.number;
		},
		repositories: () => data.repositories,
		repository: find,

		issues: (owner, repo) => structuredClone(find(owner, repo)?.issues ?? []),
		comments: (owner, repo, number) =>
			structuredClone(find(owner, repo)?.issues.find((each) => each.number === number)?.comments ?? []),
		writes: () => writes,
		requests: [],

		faults: createFaults(),
		searchLagMs: 0,
		release() {
			for (const go of waiting) go();
			waiting = [];
		},
		held: () => new Promise((resolve) => waiting.push(resolve)),

		nextId,
		userId(login) {
			data.users[login] ??= 1000 + Object.keys(data.users).length;
			return data.users[login];
		},
		now: options.now,
		stamp: () => whole(options.now()),
		changed() {
			writes += 1;
			save();
		},
	};
	save();
	return state;
}
