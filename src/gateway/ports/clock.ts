export interface Clock {
	now(): Date;
}

export interface Ids {
	/** UUIDv7 (RFC 9562). */
	uuid(): string;
}
