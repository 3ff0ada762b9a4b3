import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '../../Dockerfile');

export interface Instruction {
	readonly keyword: string;
	/** Words that begin with `--`, in front of the rest. */
	readonly flags: readonly string[];
	readonly rest: string;
}

export interface Stage {
	readonly from: Instruction;
	readonly instructions: readonly Instruction[];
}

/** The repository's Dockerfile: what stands in front of the first FROM, and each stage. */
export function readDockerfile(): { readonly text: string; readonly head: Instruction[]; readonly stages: Stage[] } {
	const text = readFileSync(file, 'utf8');
	const head: Instruction[] = [];
	const stages: { from: Instruction; instructions: Instruction[] }[] = [];
	for (const instruction of instructions(text)) {
		if (instruction.keyword === 'FROM') stages.push({ from: instruction, instructions: [] });
		else (stages.at(-1)?.instructions ?? head).push(instruction);
	}
	return { text, head, stages };
}

function instructions(text: string): Instruction[] {
	return text
		.split('\n')
		.filter((line) => !line.trimStart().startsWith('#'))
		.join('\n')
		.replace(/\\\n\s*/g, '')
		.split('\n')
		.filter((line) => line.trim() !== '')
		.map((line) => {
			const [, keyword = '', flags = '', rest = ''] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? [];
			return { keyword, flags: flags.split(/\s+/).filter((flag) => flag !== ''), rest: rest.trim() };
		});
}

/** All instructions of one kind in a stage. */
export function ofKind(stage: Stage | undefined, keyword: string): Instruction[] {
	return (stage?.instructions ?? []).filter((instruction) => instruction.keyword === keyword);
}

/** `KEY=value KEY2="value 2"` of ENV, LABEL and ARG lines. */
export function pairs(instructions: readonly Instruction[]): Record<string, string> {
	const found = instructions.flatMap(({ rest }) => [...rest.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)]);
	return Object.fromEntries(found.map(([, key = '', quoted, plain]) => [key, quoted ?? plain ?? '']));
}
