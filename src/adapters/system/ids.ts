import { v7 } from 'uuid';
import type { Ids } from '#gateway/ports/clock';

/** UUIDv7 (RFC 9562 §5.7): sorts by time, also within one millisecond of this process. */
export const uuidIds: Ids = { uuid: () => v7() };
