import type { PinnedTool } from './tool-definition.ts';

/**
 * The definitions of github-mcp-server v1.0.4 that calls rely on, made by scripts/pin-tools.ts from a recorded
 * `tools/list`. Never edit by hand: a served definition that differs stops the tool (503 `tool_definition_changed`).
 */
export const pinnedGithubTools: readonly PinnedTool[] = [
	{
		name: 'add_issue_comment',
		readOnly: false,
		arguments: {
			body: {
				type: 'string',
			},
			issue_number: {
				type: 'number',
			},
			owner: {
				type: 'string',
			},
			repo: {
				type: 'string',
			},
		},
		required: ['body', 'issue_number', 'owner', 'repo'],
		restDigest: '4d68e168223b1899ca36bb99d31a7ed9f9f15e8c522d4f15cd860db1eb9d0b56',
	},
	{
		name: 'get_me',
		readOnly: true,
		arguments: {},
		required: [],
		restDigest: '38fc9e134a15def2c68308c098673f5d8775f7c7fc7964dfdbf3a70d86e65424',
	},
	{
		name: 'issue_read',
		readOnly: true,
		arguments: {
			issue_number: {
				type: 'number',
			},
			method: {
				type: 'string',
				enum: ['get', 'get_comments', 'get_labels', 'get_sub_issues'],
			},
			owner: {
				type: 'string',
			},
			page: {
				type: 'number',
				minimum: 1,
			},
			perPage: {
				type: 'number',
				minimum: 1,
				maximum: 100,
			},
			repo: {
				type: 'string',
			},
		},
		required: ['issue_number', 'method', 'owner', 'repo'],
		restDigest: '220711f4a8f967fc6de7af73f79f85c9092f96af11c56dc55ca2264c7684d500',
	},
	{
		name: 'issue_write',
		readOnly: false,
		arguments: {
			assignees: {
				type: 'array',
				items: 'string',
			},
			body: {
				type: 'string',
			},
			duplicate_of: {
				type: 'number',
			},
			issue_number: {
				type: 'number',
			},
			labels: {
				type: 'array',
				items: 'string',
			},
			method: {
				type: 'string',
				enum: ['create', 'update'],
			},
			milestone: {
				type: 'number',
			},
			owner: {
				type: 'string',
			},
			repo: {
				type: 'string',
			},
			state: {
				type: 'string',
				enum: ['closed', 'open'],
			},
			state_reason: {
				type: 'string',
				enum: ['completed', 'duplicate', 'not_planned'],
			},
			title: {
				type: 'string',
			},
			type: {
				type: 'string',
			},
		},
		required: ['method', 'owner', 'repo'],
		restDigest: 'b9fa211e7d59a6c49292f2e65d6fde122554c2ef7a99384062a8e8d419ff187f',
	},
	{
		name: 'list_issues',
		readOnly: true,
		arguments: {
			after: {
				type: 'string',
			},
			direction: {
				type: 'string',
				enum: ['ASC', 'DESC'],
			},
			labels: {
				type: 'array',
				items: 'string',
			},
			orderBy: {
				type: 'string',
				enum: ['COMMENTS', 'CREATED_AT', 'UPDATED_AT'],
			},
			owner: {
				type: 'string',
			},
			perPage: {
				type: 'number',
				minimum: 1,
				maximum: 100,
			},
			repo: {
				type: 'string',
			},
			since: {
				type: 'string',
			},
			state: {
				type: 'string',
				enum: ['CLOSED', 'OPEN'],
			},
		},
		required: ['owner', 'repo'],
		restDigest: '092b29efb5b5d6cd666637d3f5ef36f9b9d511f3600f5025b8d83670bff13525',
	},
	{
		name: 'search_issues',
		readOnly: true,
		arguments: {
			order: {
				type: 'string',
				enum: ['asc', 'desc'],
			},
			owner: {
				type: 'string',
			},
			page: {
				type: 'number',
				minimum: 1,
			},
			perPage: {
				type: 'number',
				minimum: 1,
				maximum: 100,
			},
			query: {
				type: 'string',
			},
			repo: {
				type: 'string',
			},
			sort: {
				type: 'string',
				enum: [
					'comments',
					'created',
					'interactions',
					'reactions',
					'reactions-+1',
					'reactions--1',
					'reactions-heart',
					'reactions-smile',
					'reactions-tada',
					'reactions-thinking_face',
					'updated',
				],
			},
		},
		required: ['query'],
		restDigest: '1561290adbbce1d765cbc79c30fbd7496c4608abf34d520896335ab079068cd0',
	},
];
