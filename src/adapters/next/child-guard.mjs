// Preloaded into Next's server: tells the portal when it listens, and never outlives it.
import { subscribe } from 'node:diagnostics_channel';

subscribe('tracing:net.server.listen:asyncEnd', () => process.send?.('listening'));
process.on('disconnect', () => process.exit(0));
