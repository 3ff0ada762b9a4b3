const prefix = '/.well-known/oauth-protected-resource';
const route = /^(\/mcp)?(\/readonly|\/insiders|\/x\/[^/]+(\/readonly)?)?\/?$/;

const scopes = [
	'repo',
	'read:org',
	'read:user',
	'user:email',
	'read:packages',
	'write:packages',
	'read:project',
	'project',
	'gist',
	'notifications',
	'workflow',
	'codespace',
];

/** The OAuth metadata of the resource at this path (RFC 9728), open to all; undefined when the path is not one of its own. */
export function metadata(path: string, origin: string, githubUrl: string): string | undefined {
	if (!path.startsWith(prefix) || !route.test(path.slice(prefix.length))) return undefined;
	const resource = path.slice(prefix.length) || '/';
	return `${JSON.stringify({
		resource: `${origin}${resource}`,
		authorization_servers: [`${githubUrl}/login/oauth`],
		scopes_supported: scopes,
		bearer_methods_supported: ['header'],
		resource_name: 'GitHub MCP Server',
	})}\n`;
}

/** Where a 401 points to. */
export const challenge = (path: string, origin: string): string =>
	`Bearer resource_metadata="${origin}${prefix}${path === '/' ? '' : path}"`;
