import type { Role } from '#ui/tenant.tsx';

/** From most to least. */
export const roles: readonly Role[] = ['ADMIN', 'MEMBER', 'AUDITOR'];

/** What a role means, beside its name. */
export const roleMeans: Readonly<Record<Role, string>> = {
	ADMIN: 'Approves, executes and changes settings',
	MEMBER: 'Proposes and previews',
	AUDITOR: 'Reads everything, changes nothing',
};

/** “an ADMIN”, “a MEMBER”. */
export const withArticle = (role: Role) => (role === 'MEMBER' ? 'a MEMBER' : `an ${role}`);

/** What a person gains and loses by a change, before it is made; empty when nothing changes. `own`: the reader is the person. */
export function changeWords(from: Role, to: Role, own = false): string {
	if (from === to) return '';
	const who = own ? 'You' : 'They';
	const links = `The links that ${own ? 'you' : 'they'} made and nobody has used yet stop working.`;
	switch (to) {
		case 'ADMIN':
			return `${who} will be able to approve and execute writes, replace the credential, switch features on and off, and add, change and remove people.`;
		case 'MEMBER':
			return from === 'ADMIN'
				? `${who} still propose and preview. ${who} no longer approve, execute, change settings or read the audit log. ${links}`
				: `${who} will be able to propose and preview. ${who} no longer read the audit log, the settings and who is in the tenant.`;
		case 'AUDITOR':
			return from === 'ADMIN'
				? `${who} still read everything, the audit log too. ${who} no longer propose, approve, execute or change settings. ${links}`
				: `${who} will read everything, the audit log too. ${who} no longer propose.`;
	}
}
