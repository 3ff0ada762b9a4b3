/** The rule of a slug, as the portal checks it. */
export const slugRule = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** A slug out of a name, to begin with: “Müller & Söhne” gives “muller-sohne”; empty when nothing is left. */
export function slugFrom(name: string): string {
	return name
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+/, '')
		.slice(0, 40)
		.replace(/-+$/, '');
}
