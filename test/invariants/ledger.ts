/**
 * What must never break, each with its source. Tests cite an id in their title as `[id]`; ledger.test.ts fails when an id
 * has no test, or a test cites an id that is not here. Add the guarantee here before the code that gives it.
 */
export const invariants = {
	'approval-bound':
		'No write without the approval of exactly those bytes, in that tenant, with that tool (contracts §3, check 10).',
	'fail-closed':
		'An unknown, unlisted, renamed or changed tool, method or argument is refused; every default branch refuses (contracts §3).',
	'switch-off':
		'While a switch is off nothing is proposed and nothing is sent, also when it is thrown between check and call (contracts §3).',
	'one-row':
		'Every execute attempt that passes the rate limit leaves exactly one mcp.tool row, whatever its end (contracts §3).',
	once: 'One argsSha is written upstream at most once, however many executes race or repeat (contracts §5).',
	'unknown-not-failed':
		'A sending whose outcome is not known is never called failed and never sent again by itself (contracts §5).',
	'chain-detects':
		'Any change, removal, insertion or reordering of audit entries is found, at its first place (bytes §4).',
	'append-only':
		'Audit entries cannot be updated, deleted or truncated, and a state change without its entry does not happen (bytes §4).',
	'args-not-logged': 'No raw argument enters the audit log: only its hash (bytes §4).',
	'secret-stays':
		'A PAT is in no log, error, audit row, answer or file but the sealed one, and is sent to the configured provider only.',
	'sealed-to-row': 'A sealed credential opens only as the row that it was sealed for, with this portal’s key.',
	'tenant-isolation':
		'Nothing of a tenant is read or changed by one who is not its member; it looks as if it did not exist.',
	'role-matrix': 'Every route has an access rule, and it holds for every role, token scope and switch (contracts §6).',
	'token-bounded':
		'A token never exceeds what its owner may now do, changes no settings, and executes only under its flag (contracts §1).',
	'same-origin': 'A write with a session comes from the portal’s own origin, under its own name (contracts §3).',
	'footer-visible': 'The approver’s footer cannot be hidden, forged or swallowed by the text above it (bytes §3).',
	'hidden-text-holds': 'Text that a reader cannot see holds the approval until it is ticked (contracts §2).',
	'reconcile-own':
		'Only an artifact by the credential’s own login, made after the reservation, settles an unknown outcome (contracts §5).',
	'one-opener': 'One process opens an embedded database; a second is refused and nothing is lost (architecture).',
	'modes-apart': 'A sandbox database never serves production, nor the reverse (contracts §7).',
	'lesser-role':
		'The role that serves adds to the audit log and cannot change, empty or drop it, nor touch the schema; a database that its rights or its schema do not fit is not served (contracts §7).',
	'rollback-safe':
		'The code of the version before works on the schema of this one, and a later schema is left alone (contracts §7).',
	'keys-turn':
		'While keys are turned every credential opens at every moment, under one key or the other, and each move leaves its row (contracts §7).',
	'first-admin':
		'The first platform admin is made once: by the environment, or by a link that the portal’s secret has signed (contracts §7).',
	drains: 'A stopping portal is not ready at once, serves on for the set time, and finishes what is in flight.',
	'link-once':
		'A one-time link works once; a newer one, a withdrawal or its date ends it, and its secret is in no address, log, row or page.',
	'no-borrowed-account':
		'An account that a tenant’s ADMIN made is let in only by its own password, in that tenant too.',
	'last-admin': 'A tenant keeps an ADMIN, whoever demotes or removes whom at the same time (contracts §6).',
	'removal-ends-tokens': 'Who is removed from a tenant loses their tokens of it for good.',
	'role-under-lock': 'An execute that waits while its approver is demoted or removed is not sent (contracts §3).',
	'only-own-tools':
		'A server that offers more than the portal’s own tools, where exactly these are asked for, gets no write.',
	'gone-is-not-unknown': 'A tool that the server does not have is never an unknown outcome.',
	'image-bare':
		'The image holds no shell, no package manager and nothing of the sandbox, and runs as a numeric user, not root, on a read-only root.',
	'image-one-layout': 'The Dockerfile and the root file system that is laid out without it cannot differ.',
	'smoke-restores':
		'Whatever ends a smoke test, short of SIGKILL, the flag that it switched off is on again, or it says loudly that it is not; what somebody else switched off stays off.',
	'cli-no-secret':
		'No password, token or session reaches the output of a command, and no control character of an answer the terminal.',
	'chart-seam':
		'The chart’s images, wiring, users, arguments and list of tools agree with the code and with the images.',
	'chart-fail-early':
		'Values of the chart that could not work are refused before anything is installed, with what to do.',
	'pods-restricted': 'PodSecurity “restricted” accepts every pod of the chart, whatever the values.',
	'targets-narrow':
		'A tenant’s targets only narrow where it may write: nothing that anybody sets lets a write through that the static list refuses (contracts §3, check 9).',
	'budget-shared':
		'However many portals write, one account begins no more writes in any minute and any hour than its budget; a wait that is answered is long enough (contracts §3, check 13).',
	'limits-shared':
		'Requests and failed sign-ins are counted over all portals together, and a wait that is answered is long enough (contracts §3, check 3).',
	'state-as-seen':
		'A write that replaces a state is sent only while that state is the one that was approved upon (contracts §3).',
	'read-back':
		'A set of labels is a success only when the labels that stand there are the approved ones (contracts §3).',
	'absent-proved':
		'After a possible sending absence is concluded only 15 minutes later, from two complete listings without an error, when every artifact of that account belongs to another execution (contracts §5).',
	'looks-fenced':
		'However many processes look for one execution, paused ones too, one verdict is written (contracts §5).',
	'human-settles':
		'Only an ADMIN settles what needs a human, with a reason, and what is said to have happened is read at its address first (contracts §6).',
	'crash-safe':
		'Killed at any point, a portal leaves nothing written twice, nothing lost, no attempt without its row, and a chain that verifies.',
	'no-false-verdict':
		'Whatever the MCP server answers, what ends CONFIRMED is there, once, and what ends REJECTED or ABSENT is not.',
	'faults-recover':
		'When a part of the portal’s own fails, nothing is lost, /readyz says so, and the portal recovers by itself.',
	'any-history':
		'After every step of any history of proposing, executing, switching, crashing, lying, reconciling and resolving, all of this holds together.',
} as const satisfies Record<string, string>;
