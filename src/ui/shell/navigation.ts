import {
	IconLink,
	IconPlugConnected,
	IconPower,
	IconSettings,
	IconUsers,
	type Icon as TablerIcon,
} from '@tabler/icons-react';
import type { Role } from '#ui/tenant.tsx';

export interface NavItem {
	readonly path: string;
	readonly label: string;
	readonly icon: TablerIcon;
}

const gateway: NavItem = { path: 'admin/mcp', label: 'MCP Gateway', icon: IconPlugConnected };
const auditLog: NavItem = { path: 'audit-log', label: 'Audit log', icon: IconLink };
const killSwitch: NavItem = { path: 'settings/kill-switch', label: 'Kill-switch', icon: IconPower };
const members: NavItem = { path: 'settings/members', label: 'Members', icon: IconUsers };
const settings: NavItem = { path: 'settings', label: 'Settings', icon: IconSettings };

/** What each role is offered. The API enforces; hiding is courtesy. */
export function navigationOf(role: Role): { work: readonly NavItem[]; admin: readonly NavItem[] } {
	switch (role) {
		case 'ADMIN':
			return { work: [auditLog], admin: [gateway, killSwitch, members, settings] };
		case 'AUDITOR':
			// Reads everything, changes nothing: the pages say so.
			return { work: [auditLog, gateway], admin: [killSwitch, members, settings] };
		case 'MEMBER':
			return { work: [gateway], admin: [] };
	}
}

const names: Readonly<Record<string, string>> = {
	'admin/mcp': 'MCP Gateway',
	'audit-log': 'Audit log',
	settings: 'Settings',
	'settings/integrations': 'Integrations',
	'settings/kill-switch': 'Kill-switch',
	'settings/api-tokens': 'API tokens',
	'settings/members': 'Members',
	'settings/targets': 'Targets',
};

/** The trail to a page under /t/<tenant>: its parents that are pages, then itself. */
export function trailOf(path: string): readonly { path: string; label: string }[] {
	const steps = path.split('/');
	const trail = steps
		.map((_, index) => steps.slice(0, index + 1).join('/'))
		.flatMap((prefix) => {
			const label = names[prefix];
			return label === undefined ? [] : [{ path: prefix, label }];
		});
	return path === 'settings/kill-switch' ? trail.slice(1) : trail;
}
