import type { Issue, Label, Repository, Token } from './model.ts';
import type { Places } from './shapes.ts';
import type { SandboxState } from './state.ts';

/** One object of the graph: a function per field. A field is a scalar, a node, or a list of nodes. */
export type Node = { [field: string]: (args: Record<string, unknown>) => unknown };

export type Operation = { state: SandboxState; places: Places; token: Token };

export type Nodes = {
	issueNode(places: Places, repository: Repository, issue: Issue): Node;
	labelNode(label: Label): Node;
};

/** An entry of `errors`. */
export const refusal = (type: string, message: string): Error => Object.assign(new Error(message), { type });
