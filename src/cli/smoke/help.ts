export const SMOKE_HELP = `portal smoke: checks a running portal from end to end, by its HTTP API alone

  PORTAL_SMOKE_PASSWORD=… portal smoke --url https://portal.example.com \\
    --tenant acme --owner acme --repo payments-api --email ada@example.com

It opens ONE issue in the repository, titled “Smoke test …”. Nothing closes it: close it by hand.

Where
  --url <address>       the portal’s own address, PORTAL_URL to the letter
  --connect <address>   connect here instead, and still ask for the name in --url,
                        e.g. --connect http://karc-portal inside the cluster
  --tenant <slug>       the tenant; you have to be ADMIN in it
  --owner, --repo       the repository, which the tenant’s GitHub credential may write to

Who
  --email <address>     signs in, with the password in PORTAL_SMOKE_PASSWORD
  --token <token>       a portal token with the scopes read, propose and execute. Better in
                        PORTAL_SMOKE_TOKEN: other users of this machine can read arguments.
                        A token cannot switch a flag: that step is NOT RUN, and the exit is 2

How
  --skip-flag           leaves the flag alone: that step is NOT RUN, and the exit is 2
  --wait <seconds>      waits so long for a portal or MCP server that is not there yet (0)
  --timeout <seconds>   how long one request may take (60)
  --json                one JSON document on stdout, nothing else there:
                        {ok, exit, url, tenant, steps: [{step, title, result, ms, reason?, code?, note?}]}

Steps
  prerequisites         signed in, ADMIN; flag, switch, credential and MCP server are ready
  propose               the argsSha is that of the bytes; the preview has marker and footer; nothing is written
  execute               the issue is opened, in the right place
  audit                 the chain is valid; the row holds the argsSha and none of the text
  idempotent            the same again gives the same issue and opens no second one
  tool-refused          merge_pull_request is refused: 403 tool_not_allowed
  tampered              other bytes, or another argsSha, than approved: 409 args_sha_mismatch
  flag-off              mcp.gateway off: 503 feature-disabled; then on again

The flag-off step switches mcp.gateway off FOR THE LIVE TENANT, for about as long as two requests take:
whatever else is proposed or executed there in that moment is refused. It is switched on again whatever
happens, Ctrl+C and SIGTERM included; only SIGKILL cannot be answered. If it cannot be switched on again,
that is said loudly, with what to do.

A private CA: NODE_EXTRA_CA_CERTS=/path/ca.pem

Exit: 0 all passed, 1 something failed, 2 nothing failed but a step was NOT RUN`;
