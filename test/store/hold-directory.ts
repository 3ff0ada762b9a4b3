import { openDatabase } from '#adapters/store/database';

// Run as a process of its own: opens the embedded directory, says how that went, and holds it until it is killed.
const opened = await openDatabase({ dataDir: process.argv[2] ?? '' });
console.log(JSON.stringify(opened.ok ? { ok: true } : opened));
if (opened.ok) {
	await opened.value.query('CREATE TABLE IF NOT EXISTS kept (n int)');
	await opened.value.query('INSERT INTO kept VALUES (1)');
	console.log('written');
	setInterval(() => {}, 60_000);
}
