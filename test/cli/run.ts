import { main } from '#cli/main';

export interface Said {
	readonly code: number;
	readonly out: string;
	readonly err: string;
}

/** Runs `portal <words>` in this process, with nothing of its environment but what is given. */
export async function portal(words: string, env: Record<string, string> = {}): Promise<Said> {
	const said = { out: [] as string[], err: [] as string[] };
	const code = await main(
		words.split(' ').filter((word) => word !== ''),
		{ out: (line) => said.out.push(line), err: (line) => said.err.push(line), env },
	);
	return { code, out: said.out.join('\n'), err: said.err.join('\n') };
}
