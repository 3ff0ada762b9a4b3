import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyFolder, copyWithLibraries, writeUser } from './libraries.ts';

export const POSTGRES_UID = 10070;
const HOME = '/usr/lib/postgresql/15';

/** A message for people when this machine has no PostgreSQL 15 to make the image from; else null. */
export function postgresMissing(): string | null {
	return existsSync(join(HOME, 'bin/initdb'))
		? null
		: 'PostgreSQL 15 is not on this machine (Debian: apt-get install postgresql-15)';
}

/**
 * Lays out this machine's PostgreSQL 15 as a root file system. /start makes an empty database in /data, runs the SQL of
 * /init/roles.sql in it, and becomes the server. It has a shell, since initdb starts programs by one.
 */
export function layOutPostgres(root: string): void {
	for (const program of ['initdb', 'postgres', 'pg_isready', 'psql'])
		copyWithLibraries(root, join(HOME, 'bin', program));
	for (const program of ['/bin/sh', '/bin/mv', '/bin/date']) copyWithLibraries(root, program);
	// Bitcode is for the just-in-time compiler, whose library (llvmjit.so) needs a hundred megabytes more.
	copyFolder(root, join(HOME, 'lib'), /\/(bitcode|llvmjit)/);
	copyFolder(root, '/usr/share/postgresql/15', /\/(man|extension\/(?!plpgsql))/);
	copyFolder(root, '/usr/share/zoneinfo', /\/(right|posix)$/);
	writeUser(root, 'postgres', POSTGRES_UID);
	mkdirSync(join(root, 'data'));
	writeFileSync(join(root, 'start'), START, { mode: 0o755 });
}

/*
 * Everything is made in a folder that gets its name at the end: a container that is restarted half-way begins anew. Single-user
 * mode (-j: a statement ends with an empty line) runs the SQL before anybody can connect.
 */
const START = `#!/bin/sh
set -eu
bin=${HOME}/bin
if ! [ -d /data/db ]; then
	new=/data/new.$(date +%s%N)
	$bin/initdb -D $new -U postgres -E UTF8 --locale=C --auth-local=trust --auth-host=scram-sha-256
	echo 'host all all all scram-sha-256' >>$new/pg_hba.conf
	echo "listen_addresses = '*'
unix_socket_directories = '/tmp'
jit = off" >>$new/postgresql.conf
	$bin/postgres --single -j -D $new postgres </init/roles.sql
	mv $new /data/db
fi
exec $bin/postgres -D /data/db
`;
