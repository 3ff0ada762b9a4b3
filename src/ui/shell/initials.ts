/** Two letters in place of a picture. */
export const initials = (name: string) =>
	name
		.split(/\s+/)
		.map((word) => word.slice(0, 1))
		.slice(0, 2)
		.join('')
		.toUpperCase();
