import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Log } from '#gateway/ports/log';
import { createLoggable } from './loggable.ts';
import { createScrub, createShorten } from './scrub.ts';

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
 * serialised, and every finished line is scrubbed once more, which also covers messages. Texts longer than 4 KiB are cut.
 * Gives the port, and pino itself for code that wants levels or children; both go through both layers.
 */
export function createLogger(options: LoggerOptions): { log: Log; pino: Logger } {
	const scrub = createScrub(options.secrets ?? []);
	const shorten = createShorten(scrub);
	const loggable = createLoggable(shorten);
	const logger = pino(
		{
			level: options.level,
			// Neither process id nor host name: the platform that collects the lines knows both.
			base: null,
			timestamp: stdTimeFunctions.isoTime,
			formatters: {
				level: (label) => ({ level: label }),
				bindings: loggable.fields,
				log: loggable.fields,
			},
			serializers: { err: loggable.value },
			hooks: {
				streamWrite: scrub,
				logMethod(given, method) {
					const args = given.map((each: unknown) => (typeof each === 'string' ? shorten(each) : each)) as typeof given;
					// Without a message pino takes the error's own, which nobody has looked through.
					const [first, second] = args;
					if (typeof second === 'string') return method.apply(this, args);
					if (first instanceof Error) return method.apply(this, [{ err: first }, shorten(first.name)]);
					const error = errorIn(first);
					method.apply(this, error === null ? args : [first, shorten(error.name)]);
				},
			},
		},
		...(options.destination === undefined ? [] : [options.destination]),
	);
	// pino gives a child's fields to no formatter. Children inherit this, so it holds for theirs too.
	const { child } = logger;
	logger.child = function (this: Logger, fields, options) {
		return child.call(this, loggable.fields(fields), options);
	} as Logger['child'];
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
