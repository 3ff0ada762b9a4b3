import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Log } from '#gateway/ports';
import { loggable, loggableFields } from './loggable.ts';
import { createScrub } from './scrub.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
	readonly level: LogLevel;
	/** Values that must never be printed, wherever they stand: the portal's secret, the database URL, demo passwords. */
	readonly secrets?: readonly string[];
	/** Where the lines go; standard output unless given. */
	readonly destination?: DestinationStream;
}

/**
 * Structured log lines (one JSON object each) without secrets, in two layers: fields are rebuilt so that nothing unexpected is
 * serialised, and every finished line is scrubbed once more, which also covers messages.
 * Gives the port, and pino itself for code that wants levels or children; both go through both layers.
 */
export function createLogger(options: LoggerOptions): { log: Log; pino: Logger } {
	const scrub = createScrub(options.secrets ?? []);
	const logger = pino(
		{
			level: options.level,
			// Neither process id nor host name: the platform that collects the lines knows both.
			base: null,
			timestamp: stdTimeFunctions.isoTime,
			formatters: {
				level: (label) => ({ level: label }),
				bindings: loggableFields,
				log: loggableFields,
			},
			serializers: { err: (value: unknown) => loggable(value) },
			hooks: {
				streamWrite: scrub,
				logMethod(args, method) {
					// Without a message pino takes the error's own, which nobody has looked through.
					const [first, second] = args;
					if (typeof second === 'string') return method.apply(this, args);
					if (first instanceof Error) return method.apply(this, [{ err: first }, first.name]);
					const error = errorIn(first);
					method.apply(this, error === null ? args : [first, error.name]);
				},
			},
		},
		...(options.destination === undefined ? [] : [options.destination]),
	);
	return {
		log: {
			info: (fields, message) => logger.info(fields, message),
			warn: (fields, message) => logger.warn(fields, message),
			error: (fields, message) => logger.error(fields, message),
		},
		pino: logger,
	};
}

function errorIn(fields: unknown): Error | null {
	if (typeof fields !== 'object' || fields === null || !('err' in fields)) return null;
	return fields.err instanceof Error ? fields.err : null;
}
