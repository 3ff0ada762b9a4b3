import { isUnavailable, sqlState } from '#adapters/store/database';
import type { KeyStore, TenantCredential } from '#adapters/store/key-store';
import { createVault, kidOf, kidOfSealed } from '#adapters/vault/vault';

export interface Roots {
	readonly present: Uint8Array;
	readonly previous: Uint8Array | null;
	readonly keyVersion: number;
}

/** Which root a credential opens under, and with the key of which name. */
export interface Standing {
	readonly credential: TenantCredential;
	readonly root: 'present' | 'previous' | 'neither';
	readonly kid: string | null;
	readonly secret: string | null;
}

const BATCH = 100;

/** Every credential, in order of id, with how it stands now. */
export async function* standings(store: KeyStore, roots: Roots): AsyncGenerator<Standing> {
	const vaults = [
		['present', createVault({ rootKey: roots.present })],
		...(roots.previous === null ? [] : [['previous', createVault({ rootKey: roots.previous })] as const]),
	] as const;
	for (let after: string | null = null; ; ) {
		const batch: TenantCredential[] = await store.sealedCredentials(after, BATCH);
		for (const credential of batch) {
			let found: Standing = { credential, root: 'neither', kid: kidOfSealed(credential.sealed), secret: null };
			for (const [root, vault] of vaults) {
				const opened = await vault.open(credential.sealed, rowOf(credential));
				if (!opened.ok) continue;
				found = { ...found, root, secret: opened.value };
				break;
			}
			yield found;
		}
		after = batch.at(-1)?.id ?? null;
		if (batch.length < BATCH) return;
	}
}

export interface Turned {
	readonly resealed: number;
	/** Were as they should be. */
	readonly kept: number;
	/** Could not be opened with what this command was given, or not be sealed anew. */
	readonly left: number;
	/** Replaced or deleted by an ADMIN, or turned by another run, since this one read them. */
	readonly changed: number;
}

export type Outcome = 'resealed' | 'left' | 'failed';

/**
 * Seals anew, under the present root and version, whatever `due` says, one credential and one audit row at a time. Killed
 * between two, the next run goes on where this one stood. A row that fails is left and named; the others go on.
 */
export async function turnKeys(input: {
	store: KeyStore;
	roots: Roots;
	action: 'credential.rewrapped' | 'credential.reencrypted';
	due: (standing: Standing) => 'reseal' | 'keep' | 'leave';
	/** `note`: the new fingerprint, or why it failed. */
	told: (standing: Standing, outcome: Outcome, note: string) => void;
}): Promise<Turned> {
	const { store, roots, action, due, told } = input;
	const vault = createVault({ rootKey: roots.present, keyVersion: roots.keyVersion });
	const counts = { resealed: 0, kept: 0, left: 0, changed: 0 };
	for await (const standing of standings(store, roots)) {
		const { credential, secret } = standing;
		const verdict = due(standing);
		if (verdict === 'keep') {
			counts.kept += 1;
			continue;
		}
		if (verdict === 'leave' || secret === null) {
			counts.left += 1;
			told(standing, 'left', '');
			continue;
		}
		const fingerprint = vault.fingerprint(secret);
		const sealed = await vault.seal(secret, rowOf(credential));
		const key = { old: standing.kid, new: kidOf(roots.keyVersion) };
		const detail = { provider: credential.provider, old: credential.fingerprint, new: fingerprint, key };
		const entry = { action, actor: { kind: 'system' }, ok: true, detail } as const;
		let done: boolean;
		try {
			done = await store.reseal({ was: credential, sealed, fingerprint, entry });
		} catch (cause) {
			// Whoever may write the row chooses what its audit row would hold: one must not keep the others from the new key.
			if (isUnavailable(cause)) throw cause;
			counts.left += 1;
			told(standing, 'failed', whyFailed(cause));
			continue;
		}
		if (!done) {
			// A replaced one has a new, later id: it comes further down.
			counts.changed += 1;
			continue;
		}
		counts.resealed += 1;
		told(standing, 'resealed', fingerprint);
	}
	return counts;
}

function whyFailed(cause: unknown): string {
	if (cause instanceof RangeError) {
		return 'what the database holds of it does not fit into an audit row. Delete this row of the table credential, and set the credential again';
	}
	return `it could not be sealed anew (${sqlState(cause) ?? (cause instanceof Error ? cause.name : 'an error')})`;
}

function rowOf({ tenantId, provider, id }: TenantCredential): {
	tenantId: string;
	provider: string;
	credentialId: string;
} {
	return { tenantId, provider, credentialId: id };
}
