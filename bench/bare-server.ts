import { hash } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

/** The least that a propose can be: reads the body, parses it, hashes it, answers. propose.ts runs it as a process. */
export function serveBare(): void {
	const app = new Hono();
	app.post('/api/mcp/propose', async (context) => {
		const bytes = new Uint8Array(await context.req.arrayBuffer());
		const body = JSON.parse(new TextDecoder().decode(bytes)) as { provider: string; tool: string };
		return context.json({ provider: body.provider, tool: body.tool, argsSha: hash('sha256', bytes) });
	});
	serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
		process.stdout.write(`bare at http://127.0.0.1:${port}\n`);
	});
	process.once('SIGTERM', () => process.exit(0));
}
