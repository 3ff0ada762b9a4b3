'use client';

import { IconEye, IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useHere } from '#ui/tenant.tsx';
import { CreateToken } from './create-token.tsx';
import { type Token, useTokenActions, useTokens } from './tokens.ts';

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
	const { tenant } = useHere();
	const { revoke } = useTokenActions(tenant);
	return (
		<Dialog
			title={`Revoke the token “${token.name}”?`}
			onClose={onClose}
			foot={
				<>
					<Button onPress={onClose}>Keep it</Button>
					<Button
						look="danger"
						blocked={revoke.isPending}
						onPress={() => revoke.mutate(token.id, { onSuccess: onClose })}
					>
						Revoke token
					</Button>
				</>
			}
		>
			<p className="sub">Whatever uses it is refused from its next request on. It cannot be brought back.</p>
			{revoke.error ? <Problem error={revoke.error} what="The token could not be revoked" /> : null}
		</Dialog>
	);
}

function TokenTable({
	tokens,
	onRevoke,
}: {
	tokens: readonly Token[];
	onRevoke: ((token: Token) => void) | undefined;
}) {
	return (
		<table className="tbl tbl--mid">
			<thead>
				<tr>
					<th scope="col">Name</th>
					<th scope="col">May</th>
					<th scope="col">Ends</th>
					<th scope="col">Last used</th>
					<th scope="col">
						<span className="vh">Actions</span>
					</th>
				</tr>
			</thead>
			<tbody>
				{tokens.map((token) => (
					<tr key={token.id}>
						<td>
							<span className="med">{token.name}</span>
							<small>
								{token.owner}, <Moment at={token.createdAt} seconds={false} />
							</small>
						</td>
						<td data-l="May">
							<span className="row row--tight row--wrap">
								{token.scopes.map((scope) => (
									<span key={scope} className="tag">
										{scope}
									</span>
								))}
							</span>
						</td>
						<td data-l="Ends">
							<Moment at={token.expiresAt} relative seconds={false} />
						</td>
						<td data-l="Last used">
							{token.lastUsedAt ? (
								<Moment at={token.lastUsedAt} relative seconds={false} />
							) : (
								<span className="dim">Never</span>
							)}
						</td>
						<td className="act">
							{onRevoke ? (
								<Button small look="danger-line" onPress={() => onRevoke(token)}>
									Revoke…<span className="vh"> {token.name}</span>
								</Button>
							) : null}
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** Portal tokens: made once, listed, revoked. */
export function TokensPage() {
	const { tenant, role } = useHere();
	const { data: tokens, error, refetch } = useTokens(tenant);
	const [revoking, setRevoking] = useState<Token>();
	const reads = role === 'AUDITOR';
	return (
		<>
			<div className="page__head">
				<div className="grow">
					<h1>API tokens</h1>
					<p>
						For scripts and AI clients. A token works in {tenant} only, may do no more than you, and ends by itself.
					</p>
				</div>
			</div>
			<div className="stack stack--24">
				{reads ? (
					<Alert tone="info" icon={IconEye} title="You are an AUDITOR here: you can read which tokens there are">
						<p>Creating and revoking is for ADMIN and MEMBER.</p>
					</Alert>
				) : (
					<CreateToken />
				)}
				<section className="card" aria-labelledby="tokens">
					<h2 className="vh" id="tokens">
						Tokens
					</h2>
					{error && !tokens ? (
						<div className="card__body">
							<Problem error={error} what="The tokens could not be read" retry={() => void refetch()} />
						</div>
					) : !tokens ? (
						<div className="card__body loading">
							<span className="sk" />
						</div>
					) : tokens.length === 0 ? (
						<div className="empty">
							<Icon of={IconKey} size={28} />
							<h3>There are no tokens</h3>
							<p>Tokens that were created and have not ended appear here.</p>
						</div>
					) : (
						<TokenTable tokens={tokens} onRevoke={reads ? undefined : setRevoking} />
					)}
				</section>
			</div>
			{revoking ? <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} /> : null}
		</>
	);
}
