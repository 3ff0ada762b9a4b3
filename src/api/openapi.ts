import { z } from 'zod';
import { refusals } from '#core/refusals';
import { type RouteSpec, routes } from './contract/routes.ts';
import { problem } from './contract/schemas.ts';

type Schema = Record<string, unknown>;

/** The one OpenAPI 3.1 document, derived from the route table (its schemas are JSON Schema 2020-12, as 3.1 wants). */
export function openApiDocument(portalUrl: string): Schema {
	const paths: Record<string, Record<string, Schema>> = {};
	for (const [key, spec] of Object.entries(routes) as [string, RouteSpec][]) {
		const [method, template] = key.split(' ') as [string, string];
		const path = template.replace(/:(\w+)/g, '{$1}');
		paths[path] = { ...paths[path], [method.toLowerCase()]: operation(key, spec, template) };
	}
	return {
		openapi: '3.1.0',
		info: {
			title: 'SARC portal, MCP Gateway',
			version: '1',
			description:
				'Propose → preview → approve → execute once → one audited row. Every refusal is problem+json with a stable code.',
		},
		servers: [{ url: portalUrl }],
		paths: { ...paths, ...signInPaths },
		components: {
			securitySchemes: {
				session: { type: 'apiKey', in: 'cookie', name: 'better-auth.session_token' },
				token: { type: 'http', scheme: 'bearer', description: 'A portal token: karc_pat_…' },
			},
			schemas: { Problem: schemaOf(problem), Code: { type: 'string', enum: Object.keys(refusals) } },
		},
	};
}

/** better-auth's own routes and shapes, as far as the portal serves them. */
const signInPaths: Record<string, Record<string, Schema>> = {
	'/api/auth/sign-in/email': {
		post: {
			operationId: 'post_api_auth_sign_in_email',
			summary: 'Sign in: sets the session cookie',
			description:
				'Needs an Origin header equal to the portal’s own. Failures are limited per account and per address.',
			security: [],
			requestBody: {
				required: true,
				content: {
					'application/json': {
						schema: {
							type: 'object',
							required: ['email', 'password'],
							properties: { email: { type: 'string' }, password: { type: 'string' } },
						},
					},
				},
			},
			responses: { 200: { description: 'Signed in' }, 401: { description: 'E-mail or password is wrong' } },
		},
	},
	'/api/auth/sign-out': {
		post: {
			operationId: 'post_api_auth_sign_out',
			summary: 'Sign out: ends the session at once',
			security: [{ session: [] }],
			responses: { 200: { description: 'Signed out' } },
		},
	},
};

function operation(key: string, spec: RouteSpec, template: string): Schema {
	const names = [...template.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
	const { who, roles, scope } = spec.access;
	const needs =
		who === 'none' ? 'Open.' : `Needs: ${roles?.join(', ') ?? who}; token scope: ${scope ?? 'none, sign in'}.`;
	const query =
		spec.query === undefined
			? {}
			: (schemaOf(spec.query) as { properties?: Record<string, Schema>; required?: string[] });
	return {
		operationId: key.replace(/\W+/g, '_').toLowerCase(),
		summary: spec.summary,
		description: needs,
		security: who === 'none' ? [] : [{ session: [] }, ...(scope === null ? [] : [{ token: [] }])],
		parameters: [
			...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
			...Object.entries(query.properties ?? {}).map(([name, schema]) => ({
				name,
				in: 'query',
				required: query.required?.includes(name) ?? false,
				schema,
			})),
		],
		...(spec.body === undefined
			? {}
			: { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(spec.body) } } } }),
		responses: {
			[spec.status ?? 200]: {
				description: 'Done',
				content: { [spec.produces ?? 'application/json']: { schema: schemaOf(spec.response, 'output') } },
			},
			default: {
				description: 'Refused',
				content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
			},
		},
	};
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Schema {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
	return rest;
}
