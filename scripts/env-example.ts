import { writeFileSync } from 'node:fs';
import { envExample } from '#src/env';

/* Writes .env.example anew from the schema of src/env.ts. Run: node scripts/env-example.ts */
writeFileSync(new URL('../.env.example', import.meta.url), envExample());
