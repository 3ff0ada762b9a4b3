import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the chart renders, by API: enough for helm to believe that it installs into a cluster. */
const KINDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'api/v1': { Secret: 'secrets', ConfigMap: 'configmaps', Service: 'services', ServiceAccount: 'serviceaccounts' },
	'apis/apps/v1': { Deployment: 'deployments' },
	'apis/policy/v1': { PodDisruptionBudget: 'poddisruptionbudgets' },
	'apis/networking.k8s.io/v1': { NetworkPolicy: 'networkpolicies', Ingress: 'ingresses' },
};

export interface Stored {
	readonly kind: 'Secret' | 'ConfigMap';
	readonly name: string;
	readonly resourceVersion: string;
	readonly data: Readonly<Record<string, string>>;
}

/** An API server's answers in a cluster that holds these objects and nothing else. */
function answer(path: string, stored: readonly Stored[]): unknown {
	if (path === 'version') return { major: '1', minor: '36', gitVersion: 'v1.36.0' };
	if (path === 'api') return { kind: 'APIVersions', versions: ['v1'] };
	const groups = Object.keys(KINDS).flatMap((api) => {
		const [, name, version] = api.split('/');
		return version === undefined ? [] : [{ name, versions: [{ groupVersion: `${name}/${version}`, version }] }];
	});
	if (path === 'apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups };
	const kinds = KINDS[path];
	if (kinds !== undefined) {
		const resources = Object.entries(kinds).map(([kind, name]) => ({
			...{ kind, name, namespaced: true, singularName: '' },
			verbs: ['get', 'list', 'create', 'patch'],
		}));
		return { kind: 'APIResourceList', groupVersion: path.replace(/^apis?\//, ''), resources };
	}
	const wanted = /^api\/v1\/namespaces\/prod\/(secrets|configmaps)\/([^/]+)$/.exec(path);
	const found = stored.find(({ kind, name }) => kind.toLowerCase() === wanted?.[1]?.slice(0, -1) && name === wanted[2]);
	if (found === undefined) return null;
	const { kind, name, resourceVersion, data } = found;
	const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
	return {
		...{ apiVersion: 'v1', kind, metadata: { name, namespace: 'prod', resourceVersion } },
		data: kind === 'Secret' ? Object.fromEntries(encoded) : data,
	};
}

/** Calls `work` with the address of such an API server, and with the paths that it was asked for so far. */
export async function withCluster<T>(
	stored: readonly Stored[],
	work: (address: string, asked: readonly string[]) => Promise<T>,
): Promise<T> {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const path = new URL(request.url ?? '/', 'http://stub').pathname.slice(1);
		asked.push(path);
		const body = request.method === 'GET' ? answer(path, stored) : null;
		response.writeHead(body === null ? 404 : 200, { 'content-type': 'application/json' });
		response.end(
			JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
		);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	try {
		return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
	} finally {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
}
