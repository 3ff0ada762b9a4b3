/** Names and secrets of the test's world, and what the environment may say about the cluster. */

export const NAMESPACE = 'karc-test';
export const DATABASE_NAMESPACE = 'karc-test-database';
/** The host name of the sandbox GitHub is `github.github.svc.cluster.local`, as an enterprise server has one of its own. */
export const GITHUB_NAMESPACE = 'github';
/** Pods that nobody gave any right: what they reach, everybody does. */
export const STRANGER_NAMESPACE = 'karc-test-stranger';

export const PORTAL_URL = `http://karc-portal.${NAMESPACE}.svc.cluster.local`;
export const GITHUB_HOST = `github.${GITHUB_NAMESPACE}.svc.cluster.local`;

export const PORTAL_PODS = 'app.kubernetes.io/name=karc-portal';
export const SIDECAR_PODS = 'app.kubernetes.io/name=karc-portal-github-mcp';

/** In a pod of its own the portal's image runs the test's requests; the chart lets in what has this label. */
export const CLIENT_LABELS = { 'karc-test/role': 'client' };

/** Written down here and nowhere else: they live as long as the test's namespaces. */
export const SECRETS = {
	portalSecret: 'test-root-key-0123456789-0123456789-abcdefgh',
	adminEmail: 'root@cluster.test',
	adminPassword: 'a password of the cluster test',
	ownerPassword: 'owner-of-the-schema',
	servingPassword: 'serves-the-portal',
	pat: 'github_pat_clustertest0123456789',
};

export const DATABASE_HOST = `postgres.${DATABASE_NAMESPACE}.svc.cluster.local`;
export const MIGRATION_URL = `postgresql://portal_owner:${SECRETS.ownerPassword}@${DATABASE_HOST}:5432/portal`;
export const DATABASE_URL = `postgresql://portal_app:${SECRETS.servingPassword}@${DATABASE_HOST}:5432/portal`;

const image = (name: string, fallback: string): string => process.env[`CLUSTER_IMAGE_${name}`] ?? fallback;

/** What the pods run. Each is a name with a tag; a variable replaces it, for a cluster that gets its images elsewhere. */
export const IMAGES = {
	portal: image('PORTAL', 'ghcr.io/sarc-portal/portal:0.1.0'),
	/** The same root file system under a second tag: what an upgrade changes to. */
	portalNext: image('PORTAL_NEXT', 'ghcr.io/sarc-portal/portal:0.1.0-next'),
	sidecar: image('SIDECAR', 'ghcr.io/github/github-mcp-server:v1.0.4'),
	postgres: image('POSTGRES', 'registry.local/cluster-test-postgres:15'),
	github: image('GITHUB', 'registry.local/cluster-test-github:1'),
};
