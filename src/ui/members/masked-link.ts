/** The address may be seen, what stands behind # may not. */
export const maskedLink = (link: string) => `${link.slice(0, link.indexOf('#') + 1)}${'•'.repeat(16)}`;
