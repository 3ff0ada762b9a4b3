import { canonicalJson } from '#core/canonical-json';
import { concatBytes, type Sha256, toHex, utf8 } from '#core/sha256';

/**
 * Hex SHA-256(salt ‖ JCS of `{"email","name"}`): what an entry says about who acted, in place of the name. The salt (16
 * random bytes per person) lies in the directory beside name and email. While it is there anybody who may read it can check
 * a name; once it is erased the commitment says nothing, and the chain still verifies. Throws on another salt length.
 */
export function actorCommit(person: { name: string; email: string }, salt: Uint8Array, sha256: Sha256): string {
	if (salt.length !== 16) throw new RangeError('a salt has 16 bytes');
	return toHex(sha256(concatBytes(salt, utf8(canonicalJson({ email: person.email, name: person.name })))));
}
