import type { Log } from '#gateway/ports/log';

export interface LogLine {
	readonly level: 'info' | 'warn' | 'error';
	readonly fields: Record<string, unknown>;
	readonly message: string;
}

/** A log that remembers its lines. */
export function recordingLog(): { log: Log; lines: LogLine[] } {
	const lines: LogLine[] = [];
	const at = (level: LogLine['level']) => (fields: Record<string, unknown>, message: string) => {
		lines.push({ level, fields, message });
	};
	return { log: { info: at('info'), warn: at('warn'), error: at('error') }, lines };
}
