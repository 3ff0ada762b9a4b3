/** What a command is given of the process: lines out, and the environment, which holds what must not be an argument. */
export interface CommandIo {
	readonly out: (line: string) => void;
	readonly err: (line: string) => void;
	readonly env: Readonly<Record<string, string | undefined>>;
}
