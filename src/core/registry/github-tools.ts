import type { ToolClass, ToolRule } from './types.ts';

/**
 * Every tool that github-mcp-server v1.0.4 serves over HTTP (toolset `all`, 79 tools), by what it does.
 *
 * Static code, never configuration: whoever controls a deployment's settings must not be able to widen it. The server's
 * own annotations are not consulted: `merge_pull_request` and `push_files` carry a title and nothing else.
 * The 23 granular tools behind `X-MCP-Features` are not here, so they are refused.
 */
export const githubTools: Readonly<Record<string, ToolRule>> = {
	// Issues: the only place where something may be written from here.
	// `update` with labels and nothing else: its schema takes no title, body, state, assignee, milestone or type.
	issue_write: perMethod({ create: 'safe', update: 'safe' }),
	add_issue_comment: one('safe'),
	issue_read: perMethod({ get: 'read', get_comments: 'read', get_sub_issues: 'read', get_labels: 'read' }),
	// Its `method` is free text in the schema (no enum), so no value of it is better than another.
	sub_issue_write: one('compliance-critical'),
	search_issues: one('read'),
	list_issues: one('read'),
	list_issue_types: one('read'),
	assign_copilot_to_issue: one('compliance-critical'),

	get_label: one('read'),
	list_label: one('read'),
	label_write: perMethod({
		create: 'compliance-critical',
		update: 'compliance-critical',
		delete: 'compliance-critical',
	}),

	get_me: one('read'),
	get_teams: one('read'),
	get_team_members: one('read'),
	search_users: one('read'),
	search_orgs: one('read'),

	pull_request_read: perMethod({
		get: 'read',
		get_diff: 'read',
		get_status: 'read',
		get_files: 'read',
		get_review_comments: 'read',
		get_reviews: 'read',
		get_comments: 'read',
		get_check_runs: 'read',
	}),
	list_pull_requests: one('read'),
	search_pull_requests: one('read'),
	create_pull_request: one('compliance-critical'),
	update_pull_request: one('compliance-critical'),
	update_pull_request_branch: one('compliance-critical'),
	merge_pull_request: one('compliance-critical'),
	pull_request_review_write: perMethod({
		create: 'compliance-critical',
		submit_pending: 'compliance-critical',
		delete_pending: 'compliance-critical',
		resolve_thread: 'compliance-critical',
		unresolve_thread: 'compliance-critical',
	}),
	add_comment_to_pending_review: one('compliance-critical'),
	add_reply_to_pull_request_comment: one('compliance-critical'),
	request_copilot_review: one('compliance-critical'),

	search_repositories: one('read'),
	search_code: one('read'),
	get_file_contents: one('read'),
	get_repository_tree: one('read'),
	list_commits: one('read'),
	get_commit: one('read'),
	list_branches: one('read'),
	list_tags: one('read'),
	get_tag: one('read'),
	list_releases: one('read'),
	get_latest_release: one('read'),
	get_release_by_tag: one('read'),
	create_or_update_file: one('compliance-critical'),
	push_files: one('compliance-critical'),
	delete_file: one('compliance-critical'),
	create_branch: one('compliance-critical'),
	create_repository: one('compliance-critical'),
	fork_repository: one('compliance-critical'),

	actions_list: perMethod({
		list_workflows: 'read',
		list_workflow_runs: 'read',
		list_workflow_jobs: 'read',
		list_workflow_run_artifacts: 'read',
	}),
	actions_get: perMethod({
		get_workflow: 'read',
		get_workflow_run: 'read',
		get_workflow_job: 'read',
		download_workflow_run_artifact: 'read',
		get_workflow_run_usage: 'read',
		get_workflow_run_logs_url: 'read',
	}),
	get_job_logs: one('read'),
	actions_run_trigger: perMethod({
		run_workflow: 'compliance-critical',
		rerun_workflow_run: 'compliance-critical',
		rerun_failed_jobs: 'compliance-critical',
		cancel_workflow_run: 'compliance-critical',
		delete_workflow_run_logs: 'compliance-critical',
	}),

	projects_list: perMethod({
		list_projects: 'read',
		list_project_fields: 'read',
		list_project_items: 'read',
		list_project_status_updates: 'read',
	}),
	projects_get: perMethod({
		get_project: 'read',
		get_project_field: 'read',
		get_project_item: 'read',
		get_project_status_update: 'read',
	}),
	projects_write: perMethod({
		add_project_item: 'compliance-critical',
		update_project_item: 'compliance-critical',
		delete_project_item: 'compliance-critical',
		create_project_status_update: 'compliance-critical',
	}),

	list_discussions: one('read'),
	get_discussion: one('read'),
	get_discussion_comments: one('read'),
	list_discussion_categories: one('read'),

	list_gists: one('read'),
	get_gist: one('read'),
	create_gist: one('compliance-critical'),
	update_gist: one('compliance-critical'),

	list_notifications: one('read'),
	get_notification_details: one('read'),
	dismiss_notification: one('compliance-critical'),
	mark_all_notifications_read: one('compliance-critical'),
	manage_notification_subscription: one('compliance-critical'),
	manage_repository_notification_subscription: one('compliance-critical'),

	list_starred_repositories: one('read'),
	star_repository: one('compliance-critical'),
	unstar_repository: one('compliance-critical'),

	list_code_scanning_alerts: one('read'),
	get_code_scanning_alert: one('read'),
	list_secret_scanning_alerts: one('read'),
	get_secret_scanning_alert: one('read'),
	list_dependabot_alerts: one('read'),
	get_dependabot_alert: one('read'),
	list_global_security_advisories: one('read'),
	get_global_security_advisory: one('read'),
	list_repository_security_advisories: one('read'),
	list_org_repository_security_advisories: one('read'),
};

function one(toolClass: ToolClass): ToolRule {
	return { class: toolClass };
}

function perMethod(methods: Readonly<Record<string, ToolClass>>): ToolRule {
	return { methodArg: 'method', methods };
}
